#include "primitives/replicas/docker_replicas.hpp"

#include "http_peer.hpp"
#include "io/formats/json.hpp"
#include "io/system_clock.hpp"
#include "primitives/docker/engine.hpp"
#include "result_text.hpp"
#include "run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::reconcile;
using namespace forager::replicas;
using namespace forager::test;

namespace {

const Key web{"", "lab", "ExecutorDeployment", "web"};

std::string labels_of(const Key& key)
{
    return to_json(Object{{"forager.reconcile.origin", key.origin},
                          {"forager.reconcile.space", key.space},
                          {"forager.reconcile.kind", key.kind},
                          {"forager.reconcile.name", key.name},
                          {"forager.reconcile.generation", "1"}});
}

struct Container {
    std::string id;
    std::string name;
    std::string state;
    std::string labels = labels_of(web);
};

/// An engine with some containers, which answers as Docker's does.
class EngineWorld {
public:
    template <class T> T run(boost::asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    Result<void> start(const std::string& name)
    {
        NewReplica replica;
        replica.name = name;
        return run(replicas.start(deployment(), std::move(replica)));
    }

    Result<void> stop(const std::string& id)
    {
        Instance instance;
        instance.id = id;
        instance.name = "web-0";
        return run(replicas.stop(deployment(), std::move(instance)));
    }

    static Deployment deployment()
    {
        Deployment wanted;
        wanted.key = web;
        wanted.replica.image = "test/image:1";
        return wanted;
    }

    /// How often something was asked whose first line begins so.
    std::size_t count(const std::string& beginning) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            peer.requests(), [&](const std::string& request) { return request.starts_with(beginning); }));
    }

    const Container* find(const std::string& name_or_id) const
    {
        const auto found = std::ranges::find_if(
            containers, [&](const Container& one) { return one.id == name_or_id || one.name == name_or_id; });
        return found == containers.end() ? nullptr : &*found;
    }

    std::vector<Container> containers;
    std::string vanishes; ///< the id of one that is listed and not found
    std::string dead;     ///< the id of one that the list takes for running
    bool starts = true;
    bool has_image = true;
    std::string events;

    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    HttpPeer peer{context, [this](const std::string& request) { return answered(request); }};
    DockerEngine engine{pool, clock, config()};
    DockerReplicas replicas{[this]() -> Result<DockerEngine*> { return &engine; }, clock};

private:
    Reply answered(const std::string& request)
    {
        if (request.starts_with("GET /_ping "))
            return answer(200, "OK", "Api-Version: 1.41\r\n");
        const std::string line = request.substr(0, request.find(" HTTP/1.1"));
        if (line.starts_with("GET /v1.41/events"))
            return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + events, Reply::Then::close};
        if (line.starts_with("GET /v1.41/containers/json"))
            return answer(200, listed());
        if (line.starts_with("POST /v1.41/containers/create?name="))
            return created(line.substr(line.find("name=") + 5), request);
        if (line.starts_with("POST /v1.41/images/create"))
            return answer(404, R"({"message":"pull access denied for test/image"})");
        const std::string path = line.substr(line.find("/containers/") + 12);
        const std::string id = path.substr(0, path.find_first_of("/?"));
        const Container* one = find(id);
        if (one == nullptr || id == vanishes)
            return answer(404, R"({"message":"No such container: )" + id + "\"}");
        if (path.find("/logs?") != std::string::npos)
            return answer(200, std::string{"\2\0\0\0\0\0\0\4why\n", 12});
        if (line.starts_with("GET "))
            return answer(200, inspected(id == dead ? Container{one->id, one->name, "exited"} : *one));
        if (line.starts_with("DELETE ")) {
            containers.erase(containers.begin() + (one - containers.data()));
            return answer(204, "");
        }
        if (path.find("/start") != std::string::npos && !starts)
            return answer(400, R"({"message":"exec: \"nothing\": executable file not found"})");
        return answer(204, "");
    }

    std::string listed() const
    {
        std::string list = "[";
        for (const Container& one : containers)
            list += (list.size() > 1 ? "," : "") + std::string{R"({"Id":")"} + one.id + R"(","Names":["/)" + one.name +
                    R"("],"Image":"test/image:1","State":")" + one.state + R"(","Status":")" +
                    (one.state == "running" ? "Up 1 second" : "Exited (3) 1 second ago") +
                    R"(","Created":1000,"Labels":)" + one.labels + "}";
        return list + "]";
    }

    static std::string inspected(const Container& one)
    {
        return R"({"Id":")" + one.id + R"(","Name":"/)" + one.name +
               R"(","Created":"1970-01-01T00:16:40Z","Config":{"Image":"test/image:1","Labels":)" + one.labels +
               R"(},"State":{"Status":")" + one.state + R"(","Running":)" +
               (one.state == "running" ? "true" : "false") +
               R"(,"ExitCode":3,"StartedAt":"1970-01-01T00:16:41Z","FinishedAt":"1970-01-01T00:16:42Z"}})";
    }

    Reply created(const std::string& name, const std::string& request)
    {
        if (!has_image)
            return answer(404, R"({"message":"No such image: test/image:1"})");
        if (find(name) != nullptr)
            return answer(409,
                          R"x({"message":"Conflict. The container name is already in use by container \"abc\"."})x");
        const auto body = parse_json(request.substr(request.find("\r\n\r\n") + 4)).value();
        const std::string id = "new" + std::to_string(++made_);
        containers.push_back({id, name, "running", to_json(part<Object>(*body.get<Object>(), "Labels"))});
        return answer(201, R"({"Id":")" + id + "\"}");
    }

    DockerEngine::Config config() const
    {
        DockerEngine::Config config;
        config.client.host = "tcp://127.0.0.1:" + std::to_string(peer.port());
        return config;
    }

    int made_ = 0;
};

} // namespace

TEST_CASE("a document's containers are listed by their names, and nobody else's")
{
    EngineWorld world;
    Key other = web;
    other.space = "";
    world.containers = {{"b", "web-1", "exited"},
                        {"a", "web-0", "running"},
                        {"c", "web-9", "running", labels_of(other)},
                        {"d", "web-8", "running", "{}"}};
    const auto found = world.run(world.replicas.list(web));
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    CHECK((*found)[0].name == "web-0");
    CHECK((*found)[0].ready);
    CHECK((*found)[0].started.has_value());
    CHECK((*found)[1].name == "web-1");
    CHECK((*found)[1].state == Instance::State::ended);
    CHECK((*found)[1].exit_code == 3);
    CHECK((*found)[1].trouble == "it has ended with status 3, after it said: why");
}

TEST_CASE("one that runs is looked at closely once")
{
    EngineWorld world;
    world.containers = {{"a", "web-0", "running"}};
    for (int i = 0; i < 3; ++i) {
        const auto found = world.run(world.replicas.list(web));
        REQUIRE(found);
        CHECK(found->front().started.has_value());
    }
    CHECK(world.count("GET /v1.41/containers/a/json") == 1);
}

// Docker tells of a death, and lists the dead as running for a moment more.
TEST_CASE("one of which something was heard is looked at closely again")
{
    EngineWorld world;
    world.containers = {{"a", "web-0", "running"}, {"b", "web-1", "running"}};
    (void)world.run(world.replicas.list(web));
    world.events = R"({"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":)" + labels_of(web) + "}}\n";
    (void)world.run(world.replicas.watch([](const Key&) {}));
    world.dead = "a";
    const auto found = world.run(world.replicas.list(web));
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    CHECK((*found)[0].state == Instance::State::ended);
    CHECK((*found)[1].state == Instance::State::running);
}

TEST_CASE("one that vanishes between two looks is left out")
{
    EngineWorld world;
    world.containers = {{"a", "web-0", "running"}, {"b", "web-1", "exited"}};
    world.vanishes = "b";
    const auto found = world.run(world.replicas.list(web));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().name == "web-0");
}

TEST_CASE("a replica is made and started")
{
    EngineWorld world;
    CHECK(world.start("web-0"));
    REQUIRE(world.containers.size() == 1);
    CHECK(world.containers[0].labels.find(R"("forager.reconcile.name":"web")") != std::string::npos);
    CHECK(world.containers[0].labels.find("forager.owner") == std::string::npos);
    CHECK(world.count("POST /v1.41/containers/new1/start") == 1);
}

TEST_CASE("a dead one of the same name and document is replaced")
{
    EngineWorld world;
    world.containers = {{"old", "web-0", "exited"}};
    CHECK(world.start("web-0"));
    REQUIRE(world.containers.size() == 1);
    CHECK(world.containers[0].id == "new1");
    CHECK(world.count("POST /v1.41/containers/new1/start") == 1);
}

TEST_CASE("one of the same name and document that runs is enough")
{
    EngineWorld world;
    world.containers = {{"old", "web-0", "running"}};
    CHECK(world.start("web-0"));
    REQUIRE(world.containers.size() == 1);
    CHECK(world.containers[0].id == "old");
}

TEST_CASE("a stranger of the same name is left alone, running or not")
{
    EngineWorld world;
    Key other = web;
    other.origin = "colony";
    for (const char* state : {"running", "exited"})
        for (const std::string& labels : {std::string{"{}"}, labels_of(other)}) {
            world.containers = {{"old", "web-0", state, labels}};
            const auto started = world.start("web-0");
            REQUIRE_FALSE(started);
            CHECK(started.error().code == Errc::refused);
            CHECK(started.error().message ==
                  "the name 'web-0' is taken by a container that is not of this document: it "
                  "is left alone; remove it or rename the document");
            REQUIRE(world.containers.size() == 1);
            CHECK(world.containers[0].id == "old");
        }
    CHECK(world.count("DELETE ") == 0);
}

TEST_CASE("what does not start is not left behind")
{
    EngineWorld world;
    world.starts = false;
    const auto started = world.start("web-0");
    REQUIRE_FALSE(started);
    CHECK(started.error().code == Errc::refused);
    CHECK(started.error().message.find("executable file not found") != std::string::npos);
    CHECK(world.containers.empty());
}

TEST_CASE("an image that is not to be had is a refusal that names it")
{
    EngineWorld world;
    world.has_image = false;
    const auto started = world.start("web-0");
    REQUIRE_FALSE(started);
    CHECK(started.error().code == Errc::refused);
    CHECK(started.error().message.find("test/image") != std::string::npos);
}

TEST_CASE("a policy's refusal comes before anything is made")
{
    EngineWorld world;
    Deployment wanted = EngineWorld::deployment();
    wanted.replica.privileged = true;
    NewReplica replica;
    replica.name = "web-0";
    const auto started = world.run(world.replicas.start(wanted, replica));
    REQUIRE_FALSE(started);
    CHECK(started.error().code == Errc::refused);
    CHECK(started.error().message.find("privileged") != std::string::npos);
    CHECK(world.count("POST ") == 0);
}

TEST_CASE("one is stopped and removed by its id, with its volumes")
{
    EngineWorld world;
    world.containers = {{"a", "web-0", "running"}};
    CHECK(world.stop("a"));
    CHECK(world.count("POST /v1.41/containers/a/stop?t=10 ") == 1);
    CHECK(world.count("DELETE /v1.41/containers/a?force=1&v=1 ") == 1);
    CHECK(world.containers.empty());
    CHECK(world.stop("a")); // gone already
}

TEST_CASE("one that has ended is only removed")
{
    EngineWorld world;
    world.containers = {{"a", "web-0", "exited"}};
    CHECK(world.stop("a"));
    CHECK(world.count("POST ") == 0);
    CHECK(world.containers.empty());
}

TEST_CASE("what is not this document's is not stopped")
{
    EngineWorld world;
    world.containers = {{"a", "web-0", "running", "{}"}};
    const auto stopped = world.stop("a");
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == Errc::refused);
    CHECK(world.count("POST ") == 0);
    CHECK(world.count("DELETE ") == 0);
}

TEST_CASE("documents with replicas are known by these")
{
    EngineWorld world;
    Key blueprint = web;
    blueprint.origin = "colony";
    world.containers = {{"a", "web-0", "running"},
                        {"b", "web-1", "exited"},
                        {"c", "other", "running", labels_of(blueprint)},
                        {"d", "more", "running", "{}"}};
    const auto own = world.run(world.replicas.keys(""));
    REQUIRE(own);
    CHECK(*own == std::vector<Key>{web});
    const auto colonys = world.run(world.replicas.keys("colony"));
    REQUIRE(colonys);
    CHECK(*colonys == std::vector<Key>{blueprint});
}

TEST_CASE("events tell which document's replicas have changed")
{
    EngineWorld world;
    world.events = R"({"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":)" + labels_of(web) + "}}\n" +
                   R"({"Type":"container","Action":"die","Actor":{"ID":"b","Attributes":{}}})" + "\n";
    std::vector<Key> heard;
    const auto failure = world.run(world.replicas.watch([&](const Key& key) { heard.push_back(key); }));
    CHECK(failure.code == Errc::unreachable);
    CHECK(heard == std::vector<Key>{{}, web});
}

TEST_CASE("an engine that is not there is told")
{
    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    DockerReplicas replicas{[]() -> Result<DockerEngine*> { return Failure{Errc::refused, "no engine is configured"}; },
                            clock};
    CHECK(test::run(context, replicas.list(web)).error().message == "no engine is configured");
    CHECK(test::run(context, replicas.watch([](const Key&) {})).message == "no engine is configured");
}
