#include "app/agent/http_door.hpp"

#include "app/agent/hook_list.hpp"
#include "io/http/client.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include <sys/stat.h>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

class NoQueue final : public Queue {
public:
    asio::awaitable<Result<Accepted>> put(Submission) override { co_return Accepted{"1", true}; }
};

asio::awaitable<Outcome> answered(Invocation)
{
    co_return Outputs{Value{"answered"}};
}

scripting::Watcher watcher(std::string event, Object options = {})
{
    std::optional<HookRoute> hook;
    if (event.starts_with("http:"))
        hook = HookRoute::parse(event.substr(event.find(':') + 1)).value();
    return {std::move(event), "on.test.1", false, "test.lua:1", std::move(options), std::move(hook)};
}

// The door alone, without an agent behind it.
class DoorWorld {
public:
    DoorWorld()
    {
        config::HttpConfig http;
        http.listen = "localhost:0";
        HookSource::Parts hooks{strand.clock, queue, answered, [](const std::string&) {}};
        door = HttpDoor::open(http, {},
                              {strand.executor(), strand.clock, log, std::move(hooks), [this] { return trouble; },
                               [](MetricsText::Form) { return std::string{"# EOF\n"}; },
                               [] { return std::string{"<p>fine</p>"}; }})
                   .value();
        door->serve(hooks_of({watcher("http:GET /x")}, log));
    }
    DoorWorld(const DoorWorld&) = delete;
    DoorWorld& operator=(const DoorWorld&) = delete;
    ~DoorWorld() { strand.run(door->close(strand.clock.now())); }

    http::Response get(const std::string& path)
    {
        http::Request request;
        request.url = "http://" + door->address() + path;
        return strand.run(client.send(std::move(request))).value();
    }

    Strand strand;
    AgentLog log{config::LogFormat::text, config::LogLevel::error};
    NoQueue queue;
    std::string trouble;
    http::Client client{strand.pool, strand.clock};
    std::unique_ptr<HttpDoor> door;
};

Failure refusal(const config::HttpConfig& http)
{
    Strand strand;
    NoQueue queue;
    const AgentLog log{config::LogFormat::text, config::LogLevel::error};
    const auto opened =
        HttpDoor::open(http, {}, {strand.executor(), strand.clock, log, {strand.clock, queue, {}, {}}, {}, {}, {}});
    return opened ? Failure{} : opened.error();
}

} // namespace

TEST_CASE("the agent lives from the first moment, and is ready when it takes work")
{
    DoorWorld world;
    CHECK(world.get("/healthz").status == 200);
    const auto starting = world.get("/readyz");
    CHECK(starting.status == 503);
    CHECK(starting.body == "not ready: starting\n");
    const auto early = world.get("/x");
    CHECK(early.status == 503);
    CHECK(early.headers.find("retry-after") != nullptr);
    world.door->ready();
    CHECK(world.get("/readyz").status == 200);
    CHECK(world.get("/x").body == "answered");
}

TEST_CASE("trouble and the end are told as long as somebody can ask")
{
    DoorWorld world;
    world.door->ready();
    world.trouble = "the disk is full";
    CHECK(world.get("/readyz").body == "not ready: the disk is full\n");
    CHECK(world.get("/healthz").status == 200);
    world.door->stopping();
    CHECK(world.get("/readyz").body == "not ready: stopping\n");
    CHECK(world.get("/x").status == 503);
    CHECK(world.get("/metrics").status == 200);
}

TEST_CASE("the status is a page without scripts, from the first moment, where no hook is meant")
{
    DoorWorld world;
    const auto page = world.get("/");
    CHECK(page.status == 200);
    CHECK(page.body == "<p>fine</p>");
    CHECK(*page.headers.find("content-type") == "text/html; charset=utf-8");
    CHECK(page.headers.find("content-security-policy")->starts_with("default-src 'none'"));
    world.door->ready();
    world.door->serve(hooks_of({watcher("http:GET /{name}"), watcher("http:POST /")}, world.log));
    CHECK(world.get("/").status == 405);
    world.door->serve({});
    CHECK(world.get("/").status == 200);
}

TEST_CASE("replies are counted by status")
{
    DoorWorld world;
    world.door->ready();
    (void)world.get("/x");
    (void)world.get("/y");
    (void)world.get("/y");
    CHECK(world.door->replies() == std::map<int, std::uint64_t>{{200, 1}, {404, 2}});
}

TEST_CASE("a place that cannot be served is refused in the words of the configuration")
{
    config::HttpConfig http;
    http.listen = "example.org:80";
    CHECK(refusal(http).message.starts_with("[http] 'example.org'"));
    http.listen = "127.0.0.1:0";
    http.cert_file = http.key_file = "/nowhere/at/all.pem";
    CHECK(refusal(http).code == Errc::not_found);
    CHECK(refusal(http).message.find("/nowhere/at/all.pem") != std::string::npos);
}

TEST_CASE("hooks are made of the watchers for http")
{
    const AgentLog log{config::LogFormat::text, config::LogLevel::error};
    const auto hooks = hooks_of({watcher("file:/x"), watcher("http:GET /a/{x}"), watcher("http:PUT /a/{x}")}, log);
    REQUIRE(hooks.size() == 2);
    CHECK(hooks[0].route.text() == "GET /a/{x}");
    CHECK(hooks[0].proof == Proof::none);
    CHECK(hooks[1].route.text() == "PUT /a/{x}");
}

TEST_CASE("a secret is the text of its file, without the space around it; one that is not there is no secret")
{
    const AgentLog log{config::LogFormat::text, config::LogLevel::error};
    const TempFolder folder;
    const std::string file = folder.at("secret");
    std::ofstream{file} << " open sesame\n";
    ::chmod(file.c_str(), 0600);
    const auto hooks = hooks_of({watcher("http:GET /a", {{"secret_file", file}}),
                                 watcher("http:GET /b", {{"secret_file", file}, {"signature", "sha256"}}),
                                 watcher("http:GET /c", {{"secret_file", folder.at("none")}})},
                                log);
    REQUIRE(hooks.size() == 3);
    CHECK(hooks[0].proof == Proof::token);
    CHECK(hooks[0].secret == Secret{"open sesame"});
    CHECK(hooks[1].proof == Proof::signature);
    CHECK(hooks[2].proof == Proof::token);
    CHECK(hooks[2].secret.empty());
}
