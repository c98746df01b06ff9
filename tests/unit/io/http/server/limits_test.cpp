#include "server_world.hpp"

#include "io/event.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <vector>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;
using http::ServedRequest;

namespace {

constexpr auto soon = std::chrono::milliseconds{5};
const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

asio::awaitable<http::Reply> fine(ServedRequest)
{
    co_return http::text_reply(200, "fine");
}

asio::awaitable<http::Reply> fine_after(Event& event, bool& begun)
{
    begun = true;
    co_await event.wait();
    co_return http::text_reply(200, "fine");
}

asio::awaitable<http::Reply> large(ServedRequest)
{
    co_return http::text_reply(200, std::string(64 * 1024 * 1024, 'x'));
}

// No descriptor can be opened while it lives.
class NoDescriptors {
public:
    NoDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

} // namespace

TEST_CASE("a head that does not come to its end in time gets a 408")
{
    http::Server::Config config;
    config.head_time = soon;
    ServerWorld world{fine, config};
    auto client = world.tcp();
    client.send("GET / HTTP/1.1\r\nHost");
    const std::string reply = client.wait_for_end();
    CHECK(reply.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(holds(reply, R"("code":"timed_out")"));
}

TEST_CASE("a body that does not come to its end in time gets a 408")
{
    http::Server::Config config;
    config.body_time = soon;
    ServerWorld world{fine, config};
    auto client = world.tcp();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
    CHECK(client.wait_for_end().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a connection without a request is closed without a word")
{
    http::Server::Config config;
    config.idle_time = soon;
    ServerWorld world{fine, config};
    auto silent = world.tcp();
    CHECK(silent.wait_for_end().empty());
    auto client = world.tcp();
    client.send(get);
    CHECK(client.wait_for_end().ends_with("fine"));
}

TEST_CASE("a client that takes nothing of its reply is given up")
{
    http::Server::Config config;
    config.write_time = config.farewell_time = soon;
    ServerWorld world{large, config};
    auto client = world.local();
    client.send(get);
    world.turn_until([&] { return world.server.connections() == 1; });
    world.turn_until([&] { return world.server.connections() == 0; });
    CHECK(client.wait_for_end().size() < 64 * 1024 * 1024);
}

TEST_CASE("a body that is too large is refused, and the client sees why although it goes on sending")
{
    http::Server::Config config;
    config.body_limit = 1000;
    config.farewell_time = std::chrono::hours{1};
    ServerWorld world{fine, config};
    auto client = world.tcp();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n" + std::string(8'000'000, 'x'));
    client.close_sending_side();
    const std::string reply = client.wait_for_end();
    CHECK(reply.starts_with("HTTP/1.1 413 "));
    CHECK(holds(reply, R"({"ok":false,"error":{"code":"limit")"));
    CHECK(holds(reply, "Connection: close\r\n"));
    CHECK_FALSE(client.was_reset());
}

TEST_CASE("a line without end is refused, not collected")
{
    ServerWorld world{fine};
    auto client = world.tcp();
    SUBCASE("in the head")
    {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200'000, 'x'));
        CHECK(client.wait_for_end().starts_with("HTTP/1.1 431 "));
    }
    SUBCASE("before a chunk")
    {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'x'));
        CHECK(client.wait_for_end().starts_with("HTTP/1.1 400 "));
    }
}

TEST_CASE("bodies that are too large together are refused until some are gone")
{
    http::Server::Config config;
    config.bodies_limit = 1000;
    Event* go_on = nullptr;
    bool begun = false;
    ServerWorld world{[&](ServedRequest) { return fine_after(*go_on, begun); }, config};
    Event event{world.strand.executor()};
    go_on = &event;
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n" + std::string(600, 'x');
    auto first = world.tcp();
    first.send(post);
    world.turn_until([&] { return begun; });
    auto second = world.tcp();
    second.send(post);
    second.close_sending_side();
    const std::string reply = second.wait_for_end();
    CHECK(reply.starts_with("HTTP/1.1 503 "));
    CHECK(holds(reply, "Retry-After: 1\r\n"));
    event.set();
    CHECK(holds(first.wait_for("fine"), "200 OK"));
    auto third = world.tcp();
    third.send(post);
    CHECK(holds(third.wait_for("fine"), "200 OK"));
}

TEST_CASE("a client too many is told to come again, and one that left makes room")
{
    http::Server::Config config;
    config.connections = 2;
    ServerWorld world{fine, config};
    auto first = world.tcp();
    auto second = world.tcp();
    world.turn_until([&] { return world.server.connections() == 2; });
    auto third = world.tcp();
    const std::string reply = third.wait_for_end();
    CHECK(reply.starts_with("HTTP/1.1 503 "));
    CHECK(holds(reply, "Retry-After: 1\r\n"));
    auto local = world.local(); // has its own room
    local.send(get);
    CHECK(holds(local.wait_for("fine"), "200 OK"));
    first.close();
    third.close();
    world.turn_until([&] { return world.server.connections() == 2; });
    auto fourth = world.tcp();
    fourth.send(get);
    CHECK(holds(fourth.wait_for("fine"), "200 OK"));
}

TEST_CASE("many more clients than there is room for wait their turn")
{
    http::Server::Config config;
    config.connections = 1;
    config.farewell_time = soon;
    ServerWorld world{fine, config};
    auto first = world.tcp();
    world.turn_until([&] { return world.server.connections() == 1; });
    std::vector<RawClient> others;
    std::size_t most = 0;
    for (int i = 0; i < 300; ++i)
        others.push_back(world.tcp());
    for (RawClient& other : others) {
        CHECK(other.wait_for_end().starts_with("HTTP/1.1 503 "));
        most = std::max(most, world.server.connections());
    }
    CHECK(most <= 257);
}

TEST_CASE("a server without descriptors waits for some and goes on")
{
    http::Server::Config config;
    config.exhausted_pause = std::chrono::milliseconds{20};
    ServerWorld world{fine, config};
    auto client = world.tcp();
    client.send(get);
    {
        const NoDescriptors scarcity;
        std::size_t turns = 0;
        for (int i = 0; i < 5; ++i) {
            world.strand.io.restart();
            turns += world.strand.io.run_for(std::chrono::milliseconds{10});
        }
        CHECK(client.received().empty());
        CHECK(turns < 50);
    }
    CHECK(holds(client.wait_for("fine"), "200 OK"));
}
