#include "http_world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using Then = Reply::Then;

namespace {

Reply ok(const std::string&)
{
    return answer(200, "ok");
}

boost::asio::awaitable<void> count(World& world, int& ended)
{
    auto response = co_await world.client.send(world.request());
    if (response.has_value() && response->body == "ok")
        ++ended;
}

} // namespace

TEST_CASE("one connection serves many requests in turn")
{
    World world{ok};
    for (int i = 0; i < 5; ++i)
        CHECK(world.get("/").value().body == "ok");
    CHECK(world.peer.connections() == 1);
    CHECK(world.client.idle_connections() == 1);
}

TEST_CASE("a server that wants to close is not asked again on that connection")
{
    World world{[](const std::string&) -> Reply {
        Reply reply = answer(200, "ok", "Connection: close\r\n");
        reply.then = Then::close;
        return reply;
    }};
    CHECK(world.get("/").has_value());
    CHECK(world.client.idle_connections() == 0);
    CHECK(world.get("/").has_value());
    CHECK(world.peer.connections() == 2);
}

TEST_CASE("more than an answer on a connection disqualifies it")
{
    World world{[](const std::string&) -> Reply { return {answer(200, "ok").bytes + "HTTP/1.1 200 OK\r\n\r\n"}; }};
    CHECK(world.get("/").value().body == "ok");
    CHECK(world.client.idle_connections() == 0);
}

TEST_CASE("a kept connection that the server has closed is not used")
{
    World world{ok};
    CHECK(world.get("/").has_value());
    world.peer.close_idle();
    http::Request post = world.request();
    post.method = "POST";
    CHECK(world.send(post).value().body == "ok");
    CHECK(world.peer.connections() == 2);
}

TEST_CASE("a kept connection that closes under a request is replaced once, for idempotent methods only")
{
    int requests = 0;
    World world{[&](const std::string&) -> Reply {
        ++requests;
        return requests == 2 ? Reply{"", Then::close} : answer(200, "ok");
    }};
    http::Request request = world.request();
    CHECK(world.send(request).has_value());
    SUBCASE("GET")
    {
        CHECK(world.send(request).value().body == "ok");
        CHECK(requests == 3);
        CHECK(world.peer.connections() == 2);
    }
    SUBCASE("POST")
    {
        request.method = "POST";
        CHECK(world.send(request).has_error());
        CHECK(requests == 2);
    }
}

TEST_CASE("a peer that always closes is asked twice and no more")
{
    int requests = 0;
    World world{
        [&](const std::string&) -> Reply { return ++requests == 1 ? answer(200, "ok") : Reply{"", Then::close}; }};
    CHECK(world.get("/").has_value());
    CHECK(world.get("/").has_error());
    CHECK(requests == 3);
}

TEST_CASE("a peer gets no more connections than allowed; the others wait for their turn")
{
    http::Client::Config config;
    config.connections_per_peer = 2;
    World world{ok, {}, config};
    int ended = 0;
    for (int i = 0; i < 10; ++i)
        boost::asio::co_spawn(world.context, count(world, ended), boost::asio::detached);
    while (ended < 10)
        world.context.run_one();
    CHECK(world.peer.connections() == 2);
    CHECK(world.client.idle_connections() == 2);
}

TEST_CASE("a request cancelled in the queue leaves the queue")
{
    http::Client::Config config;
    config.connections_per_peer = 1;
    bool hang = true;
    World world{[&](const std::string&) { return hang ? Reply{"", Then::hang} : answer(200, "ok"); }, {}, config};
    auto first = is_cancelled_after(world.context, world.client.send(world.request()), [&] {
        if (world.peer.requests().empty())
            return false;
        // The second one waits behind the first and is cancelled there.
        CHECK(is_cancelled_after(world.context, world.client.send(world.request()),
                                 [turns = 0]() mutable { return ++turns > 20; }));
        return true;
    });
    CHECK(first);
    hang = false;
    CHECK(world.get("/").value().body == "ok");
}

TEST_CASE("an unused connection is closed after its time")
{
    http::Client::Config config;
    config.idle_time = std::chrono::milliseconds{1};
    World world{ok, {}, config};
    CHECK(world.get("/").has_value());
    world.context.restart();
    while (world.client.idle_connections() > 0)
        world.context.run_one();
    CHECK(world.get("/").has_value());
    CHECK(world.peer.connections() == 2);
}

TEST_CASE("requests that trust differently share no connection")
{
    World world{ok};
    HttpPeer::Options options;
    options.identity = self_signed({.names = {"DNS:localhost"}});
    World secure{ok, options};
    http::Request request = secure.request();
    request.tls.verify = false;
    CHECK(secure.send(request).has_value());
    request.tls.verify = true;
    CHECK(secure.send(request).has_error());
}
