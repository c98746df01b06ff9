#include "hook_world.hpp"

#include "io/formats/json.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

http::Headers with(std::string name, std::string value)
{
    http::Headers headers;
    headers.add(std::move(name), std::move(value));
    return headers;
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

const Value& member(const Value& value, std::string_view name)
{
    return *value.get<Object>()->find(name);
}

asio::awaitable<Outcome> when(Event& event)
{
    co_await event.wait();
    co_return Outputs{};
}

asio::awaitable<Outcome> leaving(Event& event, bool& left)
{
    co_await event.wait();
    left = !event.happened();
    co_return Outputs{};
}

Hook durable(std::string_view route)
{
    Hook made = hook(route);
    made.durable = true;
    return made;
}

} // namespace

TEST_CASE("a handler gets the request as data")
{
    HookWorld world{{hook("POST /hooks/{what}")}};
    http::Headers headers = with("X-Twice", "1");
    headers.add("X-Twice", "2");
    CHECK(world.send("POST", "/hooks/b%20c?a=1&a=2&b=", "bytes\xff", headers).status == 204);
    REQUIRE(world.called.size() == 1);
    const Invocation& invocation = world.called.front();
    CHECK(invocation.function == "on.test.1");
    CHECK(invocation.source == "hook");
    const Value& event = invocation.args.at(0);
    CHECK(member(event, "method") == Value{"POST"});
    CHECK(member(event, "path") == Value{"/hooks/b c"});
    CHECK(member(event, "params") == Value{Object{{"what", "b c"}}});
    CHECK(member(event, "query") == Value{Object{{"a", "1"}, {"b", ""}}});
    CHECK(member(event, "body") == Value{"bytes\xff"});
    CHECK(member(member(event, "headers"), "x-twice") == Value{"1, 2"});
}

TEST_CASE("an encoded slash is a part of what stands at a name")
{
    HookWorld world{{hook("GET /{a}"), durable("POST /{a}/{b}")}};
    CHECK(world.send("GET", "/x%2Fy").status == 204);
    REQUIRE(world.called.size() == 1);
    CHECK(member(world.called.front().args.at(0), "params") == Value{Object{{"a", "x/y"}}});
    CHECK(world.send("GET", "/x/y").status == 405);
    std::set<std::string> keys;
    for (const char* path : {"/x%2Fy/z", "/x/y%2Fz"}) {
        CHECK(world.send("POST", path, "", with("Idempotency-Key", "k")).status == 202);
        keys.insert(world.queue.submissions.back().idempotency_key);
    }
    CHECK(keys.size() == 2);
}

TEST_CASE("text is answered as text, and other data as JSON")
{
    HookWorld world{{hook("GET /x")}};
    world.give(Outputs{Value{"hello"}});
    const auto text = world.send("GET", "/x");
    CHECK(text.status == 200);
    CHECK(text.body == "hello");
    CHECK(*text.headers.find("content-type") == "text/plain; charset=utf-8");
    world.give(Outputs{Value{Object{{"a", 1}}}});
    const auto table = world.send("GET", "/x");
    CHECK(table.body == "{\"a\":1}\n");
    CHECK(*table.headers.find("content-type") == "application/json");
    world.give(Outputs{Value{1}, Value{true}});
    CHECK(world.send("GET", "/x").body == "[1,true]\n");
}

TEST_CASE("a table with a status says all itself")
{
    HookWorld world{{hook("GET /x")}};
    world.give(Outputs{Value{Object{{"status", 201},
                                    {"headers", Object{{"Location", "/y"}, {"Content-Type", "text/csv"}, {"X-N", 7}}},
                                    {"body", "a,b"}}}});
    const auto csv = world.send("GET", "/x");
    CHECK(csv.status == 201);
    CHECK(csv.body == "a,b");
    CHECK(*csv.headers.find("location") == "/y");
    CHECK(*csv.headers.find("x-n") == "7");
    CHECK(csv.headers.all("content-type") == std::vector<std::string>{"text/csv"});
    world.give(Outputs{Value{Object{{"status", 409}, {"json", Array{1}}}}});
    CHECK(world.send("GET", "/x").body == "[1]\n");
    world.give(Outputs{Value{Object{{"status", 404}}}});
    CHECK(world.send("GET", "/x").status == 404);
    CHECK(world.told.empty());
}

TEST_CASE("a reply that cannot be sent is a 500, and the operator hears why")
{
    HookWorld world{{hook("GET /x")}};
    const std::pair<Object, const char*> wrong[] = {
        {{{"status", "200"}}, "'status'"},
        {{{"status", 100}}, "'status'"},
        {{{"status", 200}, {"body", "a"}, {"json", 1}}, "both"},
        {{{"status", 200}, {"body", 7}}, "'body'"},
        {{{"status", 200}, {"headers", "x"}}, "'headers'"},
        {{{"status", 200}, {"headers", Object{{"X", "a\r\nSet-Cookie: b"}}}}, "'X'"},
        {{{"status", 200}, {"headers", Object{{"Content-Length", 7}}}}, "'Content-Length'"},
    };
    for (const auto& [table, why] : wrong) {
        world.told.clear();
        world.give(Outputs{Value{table}});
        CHECK_MESSAGE(world.send("GET", "/x").status == 500, why);
        REQUIRE(world.told.size() == 1);
        CHECK_MESSAGE(holds(world.told.front(), why), world.told.front());
    }
}

TEST_CASE("a failure tells its caller nothing, but for the caller's own mistakes")
{
    HookWorld world{{hook("GET /x")}};
    Failure failure{Errc::exit, "psql: password hunter2 is wrong"};
    failure.where = "secret.lua:7";
    world.give(failure);
    const auto hidden = world.send("GET", "/x");
    CHECK(hidden.status == 500);
    CHECK_FALSE(holds(hidden.body, "hunter2"));
    CHECK_FALSE(holds(hidden.body, "secret.lua"));
    failure = Failure{Errc::bad_arguments, "line 1, column 3: no value"};
    failure.where = "secret.lua:7";
    world.give(failure);
    const auto told = world.send("GET", "/x");
    CHECK(told.status == 400);
    CHECK(holds(told.body, "line 1, column 3"));
    CHECK_FALSE(holds(told.body, "secret.lua"));
}

TEST_CASE("an unknown path is a 404, and a known one with another method a 405 that names what is allowed")
{
    HookWorld world{{hook("POST /x"), hook("PUT /{any}")}};
    CHECK(world.send("GET", "/y/z").status == 404);
    const auto other = world.send("GET", "/x");
    CHECK(other.status == 405);
    CHECK(*other.headers.find("allow") == "POST, PUT");
    CHECK(world.called.empty());
}

TEST_CASE("the route with the fewest names is meant")
{
    HookWorld world{{hook("GET /{any}", "on.test.any"), hook("GET /x", "on.test.x")}};
    (void)world.send("GET", "/x");
    (void)world.send("GET", "/y");
    REQUIRE(world.called.size() == 2);
    CHECK(world.called[0].function == "on.test.x");
    CHECK(world.called[1].function == "on.test.any");
}

TEST_CASE("hooks are replaced at once")
{
    HookWorld world{{hook("GET /x")}};
    world.hooks.set({hook("GET /y")});
    CHECK(world.send("GET", "/x").status == 404);
    CHECK(world.send("GET", "/y").status == 204);
}

TEST_CASE("a token is wanted as it is, in either header, and hidden from the handler")
{
    HookWorld world{{guarded("POST /x", Proof::token, "s3cret")}};
    CHECK(world.send("POST", "/x").status == 401);
    CHECK(world.send("POST", "/x", "", with("X-Forager-Token", "s3cre")).status == 401);
    CHECK(world.send("POST", "/x", "", with("Authorization", "Bearer wrong")).status == 401);
    CHECK(world.called.empty());
    CHECK(world.send("POST", "/x", "", with("X-Forager-Token", "s3cret")).status == 204);
    CHECK(world.send("POST", "/x", "", with("Authorization", "Bearer s3cret")).status == 204);
    REQUIRE(world.called.size() == 2);
    for (const Invocation& invocation : world.called)
        CHECK_FALSE(holds(to_json(invocation.args.at(0)), "s3cret"));
}

TEST_CASE("a signature is that of the body")
{
    HookWorld world{{guarded("POST /x", Proof::signature, "It's a Secret to Everybody")}};
    const char* right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    const auto signed_by = [](std::string value) { return with("X-Hub-Signature-256", std::move(value)); };
    CHECK(world.send("POST", "/x", "Hello, World!", signed_by(right)).status == 204);
    CHECK(world.send("POST", "/x", "Hello, World?", signed_by(right)).status == 401);
    CHECK(world.send("POST", "/x", "Hello, World!", signed_by(std::string{right}.substr(7))).status == 401);
    CHECK(world.send("POST", "/x", "Hello, World!").status == 401);
    CHECK(world.send("POST", "/x", "Hello, World!", with("X-Forager-Token", "It's a Secret to Everybody")).status ==
          401);
    CHECK(world.called.size() == 1);
}

TEST_CASE("a hook without the secret that it needs lets nobody in")
{
    HookWorld world{{guarded("POST /x", Proof::token, ""), guarded("POST /y", Proof::signature, "")}};
    CHECK(world.send("POST", "/x", "", with("X-Forager-Token", "")).status == 401);
    CHECK(world.send("POST", "/x", "", with("Authorization", "Bearer ")).status == 401);
    const char* of_empty_key = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    CHECK(world.send("POST", "/y", "", with("X-Hub-Signature-256", of_empty_key)).status == 401);
    CHECK(holds(world.told.at(0), "has no secret"));
}

TEST_CASE("wrong secrets are told of once a minute, with how many there were")
{
    HookWorld world{{guarded("POST /x", Proof::token, "s3cret")}};
    for (int i = 0; i < 5; ++i)
        CHECK(world.send("POST", "/x", "", with("X-Forager-Token", "guess")).status == 401);
    CHECK(world.told.size() == 1);
    world.clock.run_for(world.server.strand.io, std::chrono::minutes{1});
    CHECK(world.send("POST", "/x").status == 401);
    REQUIRE(world.told.size() == 2);
    CHECK(holds(world.told[0], "POST /x"));
    CHECK(holds(world.told[1], "4 times"));
    CHECK_FALSE(holds(world.told[0] + world.told[1], "guess"));
}

TEST_CASE("a durable hook answers when its event is in the queue")
{
    HookWorld world{{durable("POST /x")}};
    const auto reply = world.send("POST", "/x", "bytes\xff");
    CHECK(reply.status == 202);
    CHECK(reply.body == "{\"id\":\"id-1\"}\n");
    REQUIRE(world.queue.submissions.size() == 1);
    const Invocation& invocation = world.queue.submissions.front().invocation;
    CHECK(invocation.function == "on.test.1");
    CHECK(member(invocation.args.at(0), "body") == Value{"bytes\xff"});
    CHECK(world.called.empty());
}

TEST_CASE("the same request of the same idempotency key is the same event, whatever its headers say")
{
    HookWorld world{{durable("POST /x/{a}"), hook("GET /x/{a}")}};
    const auto key_of = [&](const std::string& target, const std::string& body, http::Headers headers) {
        REQUIRE(world.send("POST", target, body, std::move(headers)).status == 202);
        return world.queue.submissions.back().idempotency_key;
    };
    http::Headers headers = with("Idempotency-Key", "one");
    const std::string key = key_of("/x/1", "body", headers);
    CHECK(world.queue.submissions.back().key_is_enough);
    headers.add("Date", "later");
    CHECK(key_of("/x/1", "body", headers) == key);
    CHECK(key_of("/x/1", "other", headers) != key);
    CHECK(key_of("/x/2", "body", headers) != key);
    CHECK(key_of("/x/1?a=1", "body", headers) != key);
    CHECK(key_of("/x/1", "body", with("Idempotency-Key", "two")) != key);
    CHECK(key_of("/x/1", "body", {}).empty());
    CHECK(world.send("POST", "/x/1", "", with("Idempotency-Key", std::string(256, 'k'))).status == 400);
    CHECK(world.send("POST", "/x/1", "", with("Idempotency-Key", "")).status == 400);
    CHECK(world.send("GET", "/x/1", "", with("Idempotency-Key", "")).status == 204); // it is nobody's business there
}

TEST_CASE("a queue that takes nothing is a 503 that says when to try again")
{
    HookWorld world{{durable("POST /x")}};
    world.queue.failure = Failure{Errc::limit, "the queue is full: 7 invocations have not ended"};
    const auto full = world.send("POST", "/x");
    CHECK(full.status == 503);
    CHECK(full.headers.find("retry-after") != nullptr);
    CHECK(holds(full.body, "the queue is full"));
    world.queue.failure = Failure{Errc::limit, "the disk of the state file is full"};
    CHECK(holds(world.send("POST", "/x").body, "the disk of the state file is full"));
    world.queue.failure = Failure{Errc::refused, "the agent is stopping"};
    CHECK(world.send("POST", "/x").status == 503);
    world.queue.failure = Failure{Errc::exit, "database /secret/path"};
    const auto broken = world.send("POST", "/x");
    CHECK(broken.status == 500);
    CHECK_FALSE(holds(broken.body, "/secret/path"));
    CHECK(world.told.size() == 4);
}

TEST_CASE("while handlers are held up their callers hear why, and durable events go into the queue")
{
    HookWorld world{{hook("GET /x"), durable("POST /x")}};
    world.held_up = "the agent was drained";
    const auto refused = world.send("GET", "/x");
    CHECK(refused.status == 503);
    CHECK(refused.headers.find("retry-after") != nullptr);
    CHECK(holds(refused.body, "the agent was drained"));
    CHECK(world.called.empty());
    CHECK(world.send("POST", "/x").status == 202);
    world.held_up.clear();
    CHECK(world.send("GET", "/x").status == 204);
}

TEST_CASE("a durable event that is too large as data is a 413")
{
    HookSource::Config config;
    config.event = 1000;
    HookWorld world{{durable("POST /x")}, config};
    CHECK(world.send("POST", "/x", std::string(1000, 'a')).status == 413);
    CHECK(world.send("POST", "/x", std::string(100, 'a')).status == 202);
}

TEST_CASE("only so many handlers run at once; others are told to try again")
{
    HookSource::Config config;
    config.at_once = 2;
    HookWorld world{{hook("GET /x")}, config};
    Event open{world.server.strand.executor()};
    world.function = [&open](const Invocation&) { return when(open); };
    const std::string get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    RawClient first = world.server.tcp();
    RawClient second = world.server.tcp();
    first.send(get);
    second.send(get);
    world.server.turn_until([&world] { return world.hooks.running() == 2; });
    const auto third = world.send("GET", "/x");
    CHECK(third.status == 503);
    CHECK(*third.headers.find("retry-after") == "1");
    open.set();
    world.server.turn_until([&world] { return world.hooks.running() == 0; });
    CHECK(world.send("GET", "/x").status == 204);
}

TEST_CASE("a client that leaves ends its handler")
{
    HookWorld world{{hook("GET /x")}};
    Event never{world.server.strand.executor()};
    bool left = false;
    world.function = [&](const Invocation&) { return leaving(never, left); };
    RawClient client = world.server.tcp();
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    world.server.turn_until([&world] { return world.hooks.running() == 1; });
    client.reset();
    world.server.turn_until([&world] { return world.hooks.running() == 0; });
    CHECK(left);
}

TEST_CASE("when the agent stops, new requests are refused, and those in flight are waited for")
{
    HookWorld world{{hook("GET /x"), durable("POST /x")}};
    Event open{world.server.strand.executor()};
    world.function = [&open](const Invocation&) { return when(open); };
    RawClient client = world.server.tcp();
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    world.server.turn_until([&world] { return world.hooks.running() == 1; });
    world.hooks.stop();
    CHECK(world.send("GET", "/x").status == 503);
    CHECK(world.send("POST", "/x").status == 503);
    CHECK(world.queue.submissions.empty());
    open.set();
    world.server.strand.run(world.hooks.idle());
    CHECK(world.hooks.running() == 0);
}
