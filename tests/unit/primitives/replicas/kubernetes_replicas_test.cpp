#include "primitives/replicas/kubernetes_replicas.hpp"

#include "clients/kubernetes/resource.hpp"
#include "io/formats/json.hpp"
#include "kubernetes_world.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "primitives/replicas/kubernetes_marks.hpp"
#include "primitives/replicas/kubernetes_pod.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::reconcile;
using namespace forager::replicas;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

Deployment deployment()
{
    Deployment wanted;
    wanted.key = {"", "lab", "ExecutorDeployment", "web"};
    wanted.id = "abc12345";
    wanted.replica.image = "box:1";
    wanted.grace = 1s;
    return wanted;
}

NewReplica replica(std::string name = "web-0")
{
    NewReplica replica;
    replica.name = std::move(name);
    replica.env = {{"A", "1"}};
    return replica;
}

// An API server that keeps pods and Secrets, and is told what to refuse. It does not look at selectors.
struct PodWorld {
    Reply serve(const std::string& request)
    {
        const std::string line = request.substr(0, request.find('\r'));
        if (!unanswered.empty() && holds(line, unanswered))
            return {"", Reply::Then::hang};
        if (!refused.empty() && holds(line, refused))
            return answer(refusal, status_text(refusal, reason, "not so"));
        const std::size_t begin = line.find(" /") + 1;
        const std::string path = line.substr(begin, line.find_first_of(" ?", begin) - begin);
        auto& objects = holds(path, "/pods") ? pods : secrets;
        if (path.ends_with("/log"))
            return answer(200, said);
        const std::string name = path.substr(path.find_last_of('/') + 1);
        const bool is_one = name != "pods" && name != "secrets";
        if (holds(line, "watch=true"))
            return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + news, Reply::Then::hang};
        if (line.starts_with("POST"))
            return made(objects, request);
        if (!is_one)
            return list(objects);
        const auto place = objects.find(name);
        if (place == objects.end())
            return answer(404, status_text(404, "NotFound", name + " not found"));
        if (line.starts_with("DELETE"))
            return removed(objects, name, request);
        if (line.starts_with("PATCH")) {
            auto changes = part<Object>(body(request), "metadata");
            for (Member& member : changes)
                place->second.find("metadata")->get<Object>()->set(member.name, std::move(member.value));
        }
        return answer(200, to_json(place->second));
    }

    Reply made(std::map<std::string, Object>& objects, const std::string& request)
    {
        Object object = body(request);
        const std::string name = kubernetes::name_of(object);
        if (objects.contains(name))
            return answer(409, status_text(409, "AlreadyExists", name + " exists"));
        objects[name] = std::move(object);
        Object& metadata = *objects[name].find("metadata")->get<Object>();
        metadata.set("uid", "u" + std::to_string(++uids));
        return answer(201, to_json(objects[name]));
    }

    Reply removed(std::map<std::string, Object>& objects, const std::string& name, const std::string& request)
    {
        const auto uid = part<std::string>(part<Object>(body(request), "preconditions"), "uid");
        if (!uid.empty() && uid != kubernetes::uid_of(objects.at(name)))
            return answer(409, status_text(409, "Conflict", "another uid"));
        const auto grace = part<std::int64_t>(body(request), "gracePeriodSeconds");
        graces.push_back(grace);
        if (!node_is_slow || grace == 0 || &objects == &secrets)
            objects.erase(name);
        return answer(200, "{}");
    }

    static Reply list(const std::map<std::string, Object>& objects)
    {
        Array items;
        for (const auto& [name, object] : objects)
            items.emplace_back(object);
        return answer(200, to_json(Value{Object{{"metadata", Object{{"resourceVersion", "1"}}}, {"items", items}}}));
    }

    static Object body(const std::string& request)
    {
        const auto value = parse_json(request.substr(request.find("\r\n\r\n") + 4));
        return value ? *value->get<Object>() : Object{};
    }

    KubernetesCluster::Config config() const
    {
        KubernetesCluster::Config config;
        config.client.access = world.client.access();
        return config;
    }

    Result<void> start(NewReplica one = replica()) { return world.run(replicas.start(deployment(), std::move(one))); }
    Result<void> stop(const Instance& one) { return world.run(replicas.stop(deployment(), one)); }
    std::vector<Instance> list(const Key& key = deployment().key) { return world.run(replicas.list(key)).value(); }

    // What the node tells.
    void set_status(const std::string& pod, const std::string& status)
    {
        pods.at(pod).set("status", parse_json(status).value());
    }

    Object& metadata(std::map<std::string, Object>& objects, const std::string& name)
    {
        return *objects.at(name).find("metadata")->get<Object>();
    }

    std::string requests() const
    {
        std::string all;
        for (const std::string& request : world.peer.requests())
            all += request.substr(0, request.find('\r')) + "\n";
        return all;
    }

    std::map<std::string, Object> pods;
    std::map<std::string, Object> secrets;
    std::vector<std::int64_t> graces;
    std::string unanswered; // a part of a request's line
    std::string refused;    // a part of a request's line
    int refusal = 500;
    std::string reason = "InternalError";
    std::string said;          // by whatever pod
    std::string news;          // of a watch
    bool node_is_slow = false; // what is removed with a grace stays
    int uids = 0;
    KubernetesWorld world{[this](const std::string& request) { return serve(request); }};
    KubernetesCluster cluster{world.strand.pool, world.strand.clock, world.chance, world.runner, config()};
    KubernetesReplicas replicas{[this]() -> Result<KubernetesCluster*> { return &cluster; }};
};

Instance named(std::string name, std::string id = "")
{
    Instance instance;
    instance.name = std::move(name);
    instance.id = std::move(id);
    return instance;
}

const std::string failed = R"({"phase":"Failed"})";

} // namespace

TEST_CASE("a replica is a Secret and a pod that needs it, to which the Secret belongs")
{
    PodWorld there;
    REQUIRE(there.start());
    REQUIRE(there.pods.contains("web-0"));
    REQUIRE(there.secrets.size() == 1);
    const auto& [name, secret] = *there.secrets.begin();
    CHECK(name.starts_with("web-0-"));
    CHECK(secret_name_in(there.pods.at("web-0")) == name);
    CHECK(part<Object>(secret, "stringData") == Object{{"A", "1"}});
    CHECK(to_json(part<Object>(secret, "metadata")).find(R"("kind":"Pod","name":"web-0")") != std::string::npos);
    const std::string requests = there.requests();
    CHECK(requests.find("POST /api/v1/namespaces/default/secrets") <
          requests.find("POST /api/v1/namespaces/default/pods"));
}

TEST_CASE("what is listed is the document's alone, by its names")
{
    PodWorld there;
    REQUIRE(there.start(replica("web-1")));
    REQUIRE(there.start(replica("web-0")));
    const auto instances = there.list();
    REQUIRE(instances.size() == 2);
    CHECK(instances[0].name == "web-0");
    CHECK(instances[0].state == Instance::State::starting);
    CHECK(instances[0].print == print_of(deployment().replica));
    CHECK(holds(there.requests(), "/pods?labelSelector=forager.reconcile%2Fkey%3D"));
    Key other = deployment().key;
    other.space = "elsewhere";
    CHECK(there.list(other).empty());
}

TEST_CASE("one that has failed tells what it has said last")
{
    PodWorld there;
    there.said = "no disk\n";
    REQUIRE(there.start());
    there.set_status("web-0", R"({"phase":"Failed","containerStatuses":[{"name":"replica",)"
                              R"("state":{"terminated":{"exitCode":3,"reason":"Error"}}}]})");
    CHECK(there.list().at(0).trouble == "it has ended with status 3, after it said: no disk");
    CHECK(holds(there.requests(), "/pods/web-0/log?container=replica&tailLines=1&limitBytes=300"));
}

TEST_CASE("one that runs is not made again, one that has ended is replaced")
{
    PodWorld there;
    REQUIRE(there.start());
    const std::string first = kubernetes::uid_of(there.pods.at("web-0"));
    REQUIRE(there.start());
    CHECK(kubernetes::uid_of(there.pods.at("web-0")) == first);
    there.set_status("web-0", failed);
    REQUIRE(there.start());
    CHECK(kubernetes::uid_of(there.pods.at("web-0")) != first);
    CHECK(there.secrets.size() == 1);
    CHECK(secret_name_in(there.pods.at("web-0")) == there.secrets.begin()->first);
}

TEST_CASE("a name that a stranger has is left to it")
{
    PodWorld there;
    there.pods["web-0"] =
        Object{{"metadata", Object{{"name", "web-0"}, {"uid", "s"}}}, {"status", Object{{"phase", "Failed"}}}};
    const auto started = there.start();
    REQUIRE(started.has_error());
    CHECK(started.error().code == Errc::refused);
    CHECK(started.error().message ==
          "the name 'web-0' is taken by a pod that is not of this document: it is left alone");
    CHECK(there.stop(named("web-0")).has_value());
    CHECK(there.pods.contains("web-0"));
    CHECK(there.secrets.empty());
}

TEST_CASE("a pod that is refused leaves no Secret")
{
    PodWorld there;
    there.refused = "POST /api/v1/namespaces/default/pods";
    there.refusal = 422;
    there.reason = "Invalid";
    const auto started = there.start();
    REQUIRE(started.has_error());
    CHECK(started.error().code == Errc::refused);
    CHECK(started.error().message == "Kubernetes: not so");
    CHECK(there.secrets.empty());
}

TEST_CASE("one that another reconciler has made in this moment is a stranger's, and keeps its own Secret")
{
    PodWorld there;
    REQUIRE(there.start());
    there.refused = "GET /api/v1/namespaces/default/pods/web-0";
    there.refusal = 404;
    there.reason = "NotFound";
    CHECK(there.start().has_error());
    CHECK(there.pods.size() == 1);
    CHECK(there.secrets.size() == 1);
}

TEST_CASE("one whose beginning is cancelled is taken back")
{
    PodWorld there;
    Started<Result<void>> starting;
    there.world.strand.start(starting, there.replicas.start(deployment(), replica()));
    there.world.strand.turn_until([&] { return !there.pods.empty(); });
    starting.cancel();
    there.world.strand.turn_until([&] { return starting.ended(); });
    CHECK(starting.thrown);
    CHECK(there.pods.empty());
    CHECK(there.secrets.empty());
}

TEST_CASE("a look at a document leaves the Secret whose pod comes yet")
{
    PodWorld there;
    there.unanswered = "POST /api/v1/namespaces/default/pods";
    Started<Result<void>> starting;
    there.world.strand.start(starting, there.replicas.start(deployment(), replica()));
    there.world.strand.turn_until([&] { return holds(there.requests(), there.unanswered); });
    CHECK(there.list().empty());
    CHECK(there.secrets.size() == 1);
    starting.cancel();
    there.world.strand.turn_until([&] { return starting.ended(); });
    CHECK(there.secrets.empty());
}

TEST_CASE("one whose Secret another reconciler has removed in this moment is taken back")
{
    PodWorld there;
    there.refused = "PATCH /api/v1/namespaces/default/secrets";
    there.refusal = 404;
    there.reason = "NotFound";
    CHECK(there.start().has_error());
    CHECK(there.pods.empty());
    CHECK(there.secrets.empty());
}

TEST_CASE("one whose Secret cannot be bound just now is there")
{
    PodWorld there;
    there.refused = "PATCH /api/v1/namespaces/default/secrets";
    CHECK(there.start().has_value());
    there.refused.clear();
    CHECK(there.list().size() == 1);
    CHECK(holds(to_json(there.secrets.begin()->second), R"("kind":"Pod")"));
}

TEST_CASE("one that is stopped goes with its Secret, within its grace")
{
    PodWorld there;
    REQUIRE(there.start());
    const auto instances = there.list();
    REQUIRE(there.stop(instances.at(0)));
    CHECK(there.pods.empty());
    CHECK(there.secrets.empty());
    CHECK(there.graces.front() == 1);
    CHECK(there.stop(instances.at(0)).has_value());
}

TEST_CASE("one that has ended is not waited for")
{
    PodWorld there;
    there.node_is_slow = true;
    REQUIRE(there.start());
    there.set_status("web-0", failed);
    const auto instances = there.list();
    REQUIRE(there.stop(instances.at(0)));
    CHECK(there.pods.empty());
    CHECK(there.graces.front() == 0);
}

TEST_CASE("another one of its name is not stopped")
{
    PodWorld there;
    REQUIRE(there.start());
    CHECK(there.stop(named("web-0", "another")).has_value());
    CHECK(there.pods.size() == 1);
}

TEST_CASE("what a program that died has left of a replica is put in order")
{
    PodWorld there;
    REQUIRE(there.start());
    const std::string bound = there.secrets.begin()->first;
    there.metadata(there.secrets, bound).set("ownerReferences", Array{});
    Object debris = there.secrets.at(bound);
    debris.find("metadata")->get<Object>()->set("name", "debris");
    there.secrets["debris"] = debris;
    SUBCASE("a Secret without a pod is removed, one without its owner gets it")
    {
        CHECK(there.list().size() == 1);
        REQUIRE(there.secrets.size() == 1);
        CHECK(holds(to_json(there.secrets.at(bound)), R"("kind":"Pod")"));
    }
    SUBCASE("who may not see Secrets sees the replicas")
    {
        there.refused = "/secrets";
        there.refusal = 403;
        there.reason = "Forbidden";
        CHECK(there.list().size() == 1);
    }
    SUBCASE("its document is known by the Secret alone")
    {
        there.pods.clear();
        const auto keys = there.world.run(there.replicas.keys(""));
        REQUIRE(keys);
        CHECK(*keys == std::vector{deployment().key});
    }
}

TEST_CASE("documents are told by their origin")
{
    PodWorld there;
    REQUIRE(there.start());
    REQUIRE(there.start(replica("web-1")));
    CHECK(there.world.run(there.replicas.keys("")).value() == std::vector{deployment().key});
    CHECK(there.world.run(there.replicas.keys("colony")).value().empty());
    CHECK(holds(there.requests(), "labelSelector=forager.reconcile%2Fkey%2Cforager.reconcile%2Forigin%3Dcolony"));
}

TEST_CASE("a cluster that refuses or is not configured is told")
{
    PodWorld there;
    there.refused = "/pods";
    there.refusal = 403;
    there.reason = "Forbidden";
    CHECK(there.world.run(there.replicas.list(deployment().key)).error().code == Errc::refused);
    CHECK(there.world.run(there.replicas.keys("")).error().code == Errc::refused);
    CHECK(there.start().error().code == Errc::refused);
    CHECK(there.stop(named("web-0")).error().code == Errc::refused);
    KubernetesReplicas none{[]() -> Result<KubernetesCluster*> { return Failure{Errc::not_found, "no cluster"}; }};
    CHECK(there.world.run(none.list(deployment().key)).error().message == "no cluster");
    CHECK(there.world.run(none.keys("")).error().message == "no cluster");
    CHECK(there.world.run(none.start(deployment(), replica())).error().message == "no cluster");
    CHECK(there.world.run(none.stop(deployment(), named("web-0"))).error().message == "no cluster");
    CHECK(there.world.run(none.watch([](const Key&) {})).message == "no cluster");
}

TEST_CASE("a watch tells whose pods have changed, after it has said that any may have")
{
    PodWorld there;
    REQUIRE(there.start());
    Object another = there.pods.at("web-0");
    another.set("metadata", Object{{"name", "stranger"}, {"resourceVersion", "5"}});
    Object changed = there.pods.at("web-0");
    changed.find("metadata")->get<Object>()->set("resourceVersion", "6");
    there.news = R"({"type":"ADDED","object":)" + to_json(another) + "}\n" + R"({"type":"MODIFIED","object":)" +
                 to_json(changed) + "}\n";
    std::vector<Key> heard;
    Started<Failure> watching;
    there.world.strand.start(watching, there.replicas.watch([&heard](const Key& key) { heard.push_back(key); }));
    there.world.strand.turn_until([&] { return heard.size() == 3; });
    CHECK(heard == std::vector{Key{}, deployment().key, deployment().key});
    CHECK_FALSE(watching.ended());
    watching.cancel();
    there.world.strand.turn_until([&] { return watching.ended(); });
    CHECK(watching.thrown);
}
