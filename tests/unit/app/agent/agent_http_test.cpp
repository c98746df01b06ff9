#include "app/agent/agent_http.hpp"

#include "io/http/client.hpp"
#include "result_text.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

class NoQueue final : public Queue {
public:
    asio::awaitable<Result<Accepted>> put(Submission) override { co_return Accepted{"1", true}; }
};

asio::awaitable<Outcome> says_who_is_inside(Gate& gate)
{
    co_return Outputs{Value{std::to_string(gate.inside()) + " inside"}};
}

// The agent's HTTP without an agent.
class HttpWorld {
public:
    HttpWorld() = default;
    HttpWorld(const HttpWorld&) = delete;
    HttpWorld& operator=(const HttpWorld&) = delete;
    ~HttpWorld() { strand.run(http.close(strand.clock.now())); }

    Result<void> open(std::string listen)
    {
        config::HttpConfig config;
        config.listen = std::move(listen);
        return http.open(config, {},
                         {strand.executor(), strand.clock, queue, gate,
                          [this](Invocation) { return says_who_is_inside(gate); }, [] { return std::string{}; },
                          [](const HttpDoor& door, MetricsText::Form) { return door.address() + "\n"; },
                          [] { return std::string{"<p>fine</p>"}; }});
    }

    http::Response get(const std::string& path)
    {
        http::Request request;
        request.url = "http://" + http.door()->address() + path;
        return strand.run(client.send(std::move(request))).value();
    }

    Strand strand;
    AgentLog log{config::LogFormat::text, config::LogLevel::warning};
    NoQueue queue;
    Gate gate;
    http::Client client{strand.pool, strand.clock};
    AgentHttp http{log};
};

const std::vector<scripting::Watcher> one_hook{
    {"http:GET /x", "on.test.1", false, "test.lua:1", {}, HookRoute::parse("GET /x").value()}};

} // namespace

TEST_CASE("an agent without an address has no HTTP, and says so where scripts have hooks")
{
    HttpWorld world;
    REQUIRE(world.open(""));
    CHECK(world.http.door() == nullptr);
    world.http.serve({});
    CHECK(world.log.lines(LogLevel::warning) == 0);
    world.http.serve(one_hook);
    CHECK(world.log.lines(LogLevel::warning) == 1);
    world.http.ready();
    world.http.stopping();
}

TEST_CASE("a hook's handler passes the agent's gate, and is refused while it is shut")
{
    HttpWorld world;
    REQUIRE(world.open("localhost:0"));
    world.http.serve(one_hook);
    world.http.ready();
    CHECK(world.get("/x").body == "1 inside");
    CHECK(world.gate.inside() == 0);
    world.gate.shut();
    const auto refused = world.get("/x");
    CHECK(refused.status == 503);
    CHECK(refused.body.find("drained") != std::string::npos);
    world.gate.open();
    CHECK(world.get("/x").status == 200);
}

TEST_CASE("the metrics are told of the door that they are asked at")
{
    HttpWorld world;
    REQUIRE(world.open("localhost:0"));
    CHECK(world.get("/metrics").body == world.http.door()->address() + "\n");
    CHECK(world.get("/").body == "<p>fine</p>");
}

TEST_CASE("an address that cannot be served is a failure, and there is no HTTP")
{
    HttpWorld world;
    const auto opened = world.open("example.org:80");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message.starts_with("[http] 'example.org'"));
    CHECK(world.http.door() == nullptr);
}
