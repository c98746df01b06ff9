#include "docker_world.hpp"

#include "io/url.hpp"

#include "clients/docker/containers.hpp"
#include "clients/docker/events.hpp"
#include "clients/docker/exec.hpp"
#include "clients/docker/images.hpp"
#include "clients/docker/refusal.hpp"
#include "clients/docker/volumes.hpp"
#include "io/formats/json.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace forager;
using namespace forager::docker;
using namespace forager::test;

namespace {

HttpPeer::Handler always(int status, const std::string& body)
{
    return [=](const std::string&) { return answer(status, body); };
}

// As the engine sends a stream: the end of the connection is its end.
HttpPeer::Handler stream_of(const std::string& bytes)
{
    return [=](const std::string&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n" + bytes,
                     Reply::Then::close};
    };
}

std::string frame(char stream, const std::string& bytes)
{
    std::string head{stream, 0, 0, 0, 0, 0};
    head += static_cast<char>(bytes.size() >> 8U);
    head += static_cast<char>(bytes.size() & 0xFFU);
    return head + bytes;
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the version is agreed on once: the older one of both")
{
    DockerWorld world{always(200, "[]"), "1.38"};
    CHECK(world.run(list(world.client, {})).value().empty());
    CHECK(world.run(list(world.client, {})).value().empty());
    CHECK(world.line().starts_with("GET /v1.38/containers/json?all=1 "));
    CHECK(world.peer.requests().size() == 3);
}

TEST_CASE("a newer engine is spoken to in the newest version that is known")
{
    DockerWorld world{always(200, "[]"), "1.99"};
    CHECK(world.run(list(world.client, {})).value().empty());
    CHECK(world.client.version() == "1.43");
}

TEST_CASE("an older engine in the place of the first is spoken to in its own version")
{
    const auto answers = [](const std::string& request) {
        const bool is_new = holds(request, " /v1.41/");
        return is_new ? answer(400,
                               R"({"message":"client version 1.41 is too new. Maximum supported API version is 1.38"})")
                      : answer(200, "[]");
    };
    DockerWorld world{answers};
    CHECK(world.run(list(world.client, {})).error().code == Errc::bad_arguments); // asked anew, but not for ever
    CHECK(world.peer.requests().size() == 4);
    world.version = "1.38";
    CHECK(world.run(list(world.client, {})).value().empty());
    CHECK(world.line().starts_with("GET /v1.38/containers/json"));
    DockerWorld streaming{answers};
    CHECK(streaming.run(pull(streaming.client, "a:1", "", {})).has_error());
    streaming.version = "1.38";
    CHECK(streaming.run(pull(streaming.client, "a:1", "", {})).has_value());
}

TEST_CASE("an engine that is too old, and what is no engine, are refused")
{
    DockerWorld old{always(200, "[]"), "1.24"};
    const auto refused = old.run(list(old.client, {})).error();
    CHECK(refused.code == Errc::refused);
    CHECK(holds(refused.message, "version 1.24"));
    DockerWorld other{always(200, "[]"), ""};
    CHECK(holds(other.run(list(other.client, {})).error().message, "is needed"));
}

TEST_CASE("an engine that is away is unreachable, and the message names it")
{
    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    Client::Config config;
    config.host = "unix:///nowhere/docker.sock";
    Client client{pool, clock, config};
    const auto failure = run(context, list(client, {})).error();
    CHECK(failure.code == Errc::unreachable);
    CHECK(holds(failure.message, "unix:///nowhere/docker.sock"));
}

TEST_CASE("a refusal has the engine's words and its status")
{
    DockerWorld world{always(404, R"({"message":"No such container: web"})")};
    const auto failure = world.run(inspect(world.client, "web")).error();
    CHECK(failure.code == Errc::not_found);
    CHECK(failure.message == "Docker: No such container: web");
    CHECK(status_of(failure) == 404);
    DockerWorld taken{always(409, R"({"message":"Conflict."})")};
    CHECK(taken.run(create(taken.client, {})).error().code == Errc::refused);
    DockerWorld proxy{always(502, "<html>bad gateway</html>")};
    CHECK(holds(proxy.run(inspect(proxy.client, "web")).error().message, "bad gateway"));
}

TEST_CASE("names do not leave their place in the path")
{
    DockerWorld world{always(200, "{}")};
    (void)world.run(inspect(world.client, "../images?x=1"));
    CHECK(world.line() == "GET /v1.41/containers/..%2Fimages%3Fx%3D1/json HTTP/1.1");
}

TEST_CASE("a container is described to the engine")
{
    DockerWorld world{always(201, R"({"Id":"abc","Warnings":[]})")};
    ContainerSpec spec;
    spec.image = "test/busybox:1";
    spec.name = "web";
    spec.command = Words{"sh", "-c", "true"};
    spec.env = {{"A", "1"}};
    spec.labels = {{"l", "v"}};
    spec.mounts = {{Mount::Kind::bind, "/src", "/dst", true}};
    spec.ports = {{80, "tcp", "127.0.0.1", 8080}};
    spec.memory = 1048576;
    spec.cpus = 0.5;
    spec.pids = 10;
    spec.gpus = 2;
    CHECK(world.run(create(world.client, spec)).value() == "abc");
    CHECK(world.line() == "POST /v1.41/containers/create?name=web HTTP/1.1");
    const Object body = *parse_json(world.body()).value().get<Object>();
    const auto host = part<Object>(body, "HostConfig");
    CHECK(part<Array>(body, "Cmd") == Array{"sh", "-c", "true"});
    CHECK(part<Array>(body, "Env") == Array{"A=1"});
    CHECK(part<std::int64_t>(host, "Memory") == 1048576);
    CHECK(part<std::int64_t>(host, "MemorySwap") == 1048576);
    CHECK(part<std::int64_t>(host, "NanoCpus") == 500'000'000);
    CHECK(part<std::int64_t>(host, "PidsLimit") == 10);
    CHECK(to_json(part<Array>(host, "DeviceRequests")) == R"([{"Driver":"","Count":2,"Capabilities":[["gpu"]]}])");
    CHECK(part<Array>(host, "SecurityOpt") == Array{"no-new-privileges"});
    CHECK(to_json(part<Array>(host, "Mounts")) ==
          R"([{"Type":"bind","Source":"/src","Target":"/dst","ReadOnly":true}])");
    CHECK(to_json(part<Object>(host, "PortBindings")) == R"({"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]})");
    CHECK(body.find("Healthcheck") == nullptr);
    CHECK(body.find("NetworkingConfig") == nullptr);
    CHECK(host.find("Binds") == nullptr);
}

TEST_CASE("folders that are made, a test of its health and names in a network are told to the engine")
{
    ContainerSpec spec;
    spec.mounts = {{Mount::Kind::bind, "/src", "/dst", true, true},
                   {Mount::Kind::bind, "/odd:one", "/odd", false, true},
                   {Mount::Kind::volume, "data", "/d", false, true}};
    spec.health = HealthTest{{"test", "-e", "/x"}, std::chrono::milliseconds{1500}, std::chrono::seconds{2}, 4};
    spec.network = "apps";
    spec.aliases = {"web"};
    const Object body = to_body(spec);
    const auto host = part<Object>(body, "HostConfig");
    CHECK(part<Array>(host, "Binds") == Array{"/src:/dst:ro"});
    CHECK(part<Array>(host, "Mounts").size() == 2); // a colon parts the words of the older form
    CHECK(to_json(part<Object>(body, "Healthcheck")) ==
          R"({"Test":["CMD","test","-e","/x"],"Interval":1500000000,"Timeout":2000000000,"Retries":4})");
    CHECK(to_json(part<Object>(body, "NetworkingConfig")) == R"({"EndpointsConfig":{"apps":{"Aliases":["web"]}}})");
}

TEST_CASE("what is not said is the image's own")
{
    const Object body = to_body({});
    CHECK(body.find("Cmd") == nullptr);
    CHECK(body.find("Entrypoint") == nullptr);
    CHECK(part<Object>(body, "HostConfig").find("Memory") == nullptr);
    CHECK(part<Object>(body, "HostConfig").find("NetworkMode") == nullptr);
}

TEST_CASE("both outputs come apart, wherever the bytes are cut")
{
    const std::string bytes = frame(1, "out\n") + frame(2, "err\n") + frame(1, std::string(300, 'x'));
    for (const std::size_t size : {1UL, 3UL, 7UL, 1000UL}) {
        OutputSplitter splitter{false};
        std::string out;
        std::string err;
        for (std::size_t at = 0; at < bytes.size(); at += size) {
            splitter.feed(bytes.substr(at, size));
            while (auto piece = splitter.next().value())
                (piece->stream == Stream::out ? out : err) += piece->bytes;
        }
        CHECK(out == "out\n" + std::string(300, 'x'));
        CHECK(err == "err\n");
        CHECK_FALSE(splitter.is_inside());
    }
}

TEST_CASE("a terminal has one output")
{
    OutputSplitter splitter{true};
    splitter.feed("anything");
    CHECK(splitter.next().value()->bytes == "anything");
    CHECK_FALSE(splitter.next().value());
}

TEST_CASE("what has no frames is refused")
{
    OutputSplitter splitter{false};
    splitter.feed("HTTP/1.1 400");
    CHECK(splitter.next().error().code == Errc::refused);
}

TEST_CASE("an output that ends inside of a frame is a failure")
{
    DockerWorld world{stream_of(frame(1, "whole").substr(0, 10))};
    auto stream = world.run(attach(world.client, "web", false)).value();
    CHECK(world.run(stream.read()).value()->bytes == "wh");
    CHECK(world.run(stream.read()).error().code == Errc::unreachable);
}

TEST_CASE("the end of a container is heard with its status")
{
    DockerWorld world{always(200, "{\"StatusCode\":7}\n")};
    auto watch = world.run(watch_exit(world.client, "web", true)).value();
    CHECK(world.line() == "POST /v1.41/containers/web/wait?condition=next-exit HTTP/1.1");
    CHECK(world.run(watch.wait()).value().code == 7);
    DockerWorld gone{stream_of("")};
    auto lost = gone.run(watch_exit(gone.client, "web", true)).value();
    CHECK(gone.run(lost.wait()).error().code == Errc::unreachable);
}

TEST_CASE("a pull that fails in the middle says so")
{
    DockerWorld world{always(200,
                             "{\"status\":\"Pulling\",\"id\":\"a\",\"progressDetail\":{\"current\":1,\"total\":2}}\r\n"
                             "{\"errorDetail\":{\"message\":\"no space\"},\"error\":\"no space\"}\r\n")};
    auto work = world.run(pull(world.client, "nginx:latest", "", std::nullopt)).value();
    const auto step = world.run(work.next()).value();
    CHECK(step->text == "Pulling");
    CHECK(step->layer == "a");
    CHECK(step->all == 2);
    const auto failure = world.run(work.next()).error();
    CHECK(failure.code == Errc::refused);
    CHECK(failure.message == "Docker: no space");
}

TEST_CASE("a login goes into a header that holds no slash")
{
    DockerWorld world{always(200, "")};
    RegistryLogin login;
    login.user = "me";
    login.password = "\xff\xfe>>>";
    login.server = "r:5000";
    CHECK(world.run(pull(world.client, "r:5000/a:1", "", login)).has_value());
    const std::string& request = world.peer.requests().back();
    const auto place = request.find("X-Registry-Auth: ");
    REQUIRE(place != std::string::npos);
    const std::string header = request.substr(place, request.find("\r\n", place) - place);
    CHECK_FALSE(holds(header, "/"));
    CHECK_FALSE(holds(header, "+"));
}

TEST_CASE("an event has its parts")
{
    DockerWorld world{always(
        200,
        R"({"Type":"container","Action":"health_status: healthy","Actor":{"ID":"abc","Attributes":{"name":"web","exitCode":"3"}},"timeNano":12})"
        "\n")};
    auto stream = world.run(events(world.client, 1'500'000'000, {})).value();
    CHECK(world.line() == "GET /v1.41/events?since=1.500000000 HTTP/1.1");
    const auto event = world.run(stream.next()).value();
    CHECK(event->type == "container");
    CHECK(event->action == "health_status");
    CHECK(event->about == "healthy");
    CHECK(event->id == "abc");
    CHECK(event->name == "web");
    CHECK(event->time == 12);
    CHECK_FALSE(world.run(stream.next()).value());
}

TEST_CASE("only the events that are wanted are asked for")
{
    DockerWorld world{always(200, "")};
    EventFilter filter;
    filter.types = {"container"};
    filter.actions = {"die", "start"};
    filter.containers = {"web"};
    filter.labels = {{"team", ""}};
    (void)world.run(events(world.client, std::nullopt, filter)).value();
    const std::string filters =
        R"({"type":["container"],"event":["die","start"],"container":["web"],"label":["team"]})";
    CHECK(world.line() == "GET /v1.41/events?filters=" + percent_encoded(filters) + " HTTP/1.1");
}

TEST_CASE("events that are none are refused")
{
    DockerWorld world{always(200, "[1]\n")};
    auto stream = world.run(events(world.client, std::nullopt, {})).value();
    CHECK(world.run(stream.next()).error().code == Errc::refused);
}

TEST_CASE("who removes what is gone, or going, has nothing to do")
{
    DockerWorld gone{always(404, R"({"message":"No such container: web"})")};
    CHECK(gone.run(remove(gone.client, "web", {})).value() == false);
    DockerWorld going{always(409, R"({"message":"removal of container web is already in progress"})")};
    CHECK(going.run(remove(going.client, "web", {})).value() == false);
    DockerWorld runs{always(409, R"({"message":"You cannot remove a running container"})")};
    CHECK(runs.run(remove(runs.client, "web", {})).error().code == Errc::refused);
}

TEST_CASE("lists may be null")
{
    DockerWorld world{always(200, "null")};
    CHECK(world.run(list_images(world.client, "", {})).value().empty());
    DockerWorld volumes{always(200, R"({"Volumes":null})")};
    CHECK(volumes.run(list_volumes(volumes.client, {{"a", "b"}})).value().empty());
    CHECK(volumes.line() == "GET /v1.41/volumes?filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D HTTP/1.1");
}
