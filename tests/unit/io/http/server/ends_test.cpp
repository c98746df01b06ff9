#include "server_world.hpp"

#include "io/event.hpp"

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;
using http::ServedRequest;

namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

// Handlers that wait, and what became of them.
struct Waiting {
    int begun = 0;
    int cancelled = 0;
    Event* go_on = nullptr;

    asio::awaitable<http::Reply> handle(ServedRequest request)
    {
        ++begun;
        const auto state = co_await asio::this_coro::cancellation_state;
        co_await go_on->wait();
        cancelled += state.cancelled() != asio::cancellation_type::none ? 1 : 0;
        co_return http::text_reply(200, "waited for " + request.path);
    }

    http::Server::Handle handler()
    {
        return [this](ServedRequest request) { return handle(std::move(request)); };
    }
};

// Says one line and waits for more.
class Endless final : public http::BodySource {
public:
    Endless(Event& event, bool& ended) : event_{event}, ended_{ended} {}
    ~Endless() override { ended_ = true; }

    asio::awaitable<std::string> next() override
    {
        if (!std::exchange(said_, true))
            co_return "first line\n";
        co_await event_.wait();
        co_return "more\n";
    }

private:
    Event& event_;
    bool& ended_;
    bool said_ = false;
};

asio::awaitable<http::Reply> follow(std::unique_ptr<http::BodySource> source)
{
    co_return http::stream_reply("text/plain", std::move(source));
}

} // namespace

TEST_CASE("a client that leaves cancels its handler")
{
    Waiting waiting;
    http::Server::Config config;
    config.leaving_time = std::chrono::milliseconds{10};
    ServerWorld world{waiting.handler(), config};
    Event never{world.strand.executor()};
    waiting.go_on = &never;
    auto client = world.local();
    auto tcp = world.tcp();
    client.send(get);
    tcp.send(get);
    world.turn_until([&] { return waiting.begun == 2; });
    SUBCASE("by closing")
    {
        client.close();
        tcp.close();
    }
    SUBCASE("with the next request sent ahead")
    {
        client.send(get);
        tcp.send(get);
        client.close();
        tcp.close();
    }
    SUBCASE("by a reset")
    {
        client.close();
        tcp.reset();
    }
    world.turn_until([&] { return world.server.connections() == 0; });
    CHECK(waiting.cancelled == 2);
    CHECK(waiting.begun == 2);
}

TEST_CASE("a client that leaves a local socket ends the making of its body at once")
{
    bool ended = false;
    Event* never = nullptr;
    http::Server::Config config;
    config.leaving_time = std::chrono::hours{1};
    ServerWorld world{[&](ServedRequest) { return follow(std::make_unique<Endless>(*never, ended)); }, config};
    Event event{world.strand.executor()};
    never = &event;
    auto client = world.local();
    client.send(get);
    client.wait_for("first line");
    CHECK_FALSE(ended);
    client.close();
    world.turn_until([&] { return ended; });
    world.turn_until([&] { return world.server.connections() == 0; });
}

TEST_CASE("a server that stops ends idle connections, waits for requests in flight, and lets nobody else in")
{
    Waiting waiting;
    ServerWorld world{waiting.handler()};
    Event go_on{world.strand.executor()};
    waiting.go_on = &go_on;
    auto idle = world.local();
    auto busy = world.local();
    busy.send(get);
    world.turn_until([&] { return waiting.begun == 1 && world.server.connections() == 2; });
    world.running.cancel();
    idle.wait_for_end();
    CHECK(idle.received().empty());
    CHECK_THROWS(world.local());
    CHECK_THROWS(world.tcp());
    CHECK_FALSE(world.running.ended());
    go_on.set();
    CHECK(holds(busy.wait_for_end(), "Connection: close\r\n"));
    CHECK(busy.received().ends_with("waited for /"));
    busy.close();
    world.turn_until([&] { return world.running.ended(); });
    CHECK(waiting.cancelled == 0);
}

TEST_CASE("what has not ended within the grace period is cancelled")
{
    Waiting waiting;
    http::Server::Config config;
    config.grace = std::chrono::hours{1};
    SUBCASE("when it is over")
    {
        config.grace = std::chrono::milliseconds{1};
    }
    SUBCASE("when the server is cancelled again") {}
    ServerWorld world{waiting.handler(), config};
    Event never{world.strand.executor()};
    waiting.go_on = &never;
    auto client = world.local();
    client.send(get);
    world.turn_until([&] { return waiting.begun == 1; });
    world.running.cancel();
    client.close_sending_side();
    world.turn_until([&] {
        if (config.grace > std::chrono::minutes{1} && !world.running.ended())
            world.running.cancel();
        return world.running.ended();
    });
    CHECK(waiting.cancelled == 1);
    CHECK(client.wait_for_end().empty());
}
