#include "clients/kubernetes/resource.hpp"

#include "clients/kubernetes/pods.hpp"
#include "clients/kubernetes/times.hpp"
#include "io/formats/json.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes;

namespace {

Object parsed(std::string_view text)
{
    return *parse_json(text).value().get<Object>();
}

} // namespace

TEST_CASE("paths name group, version, namespace and object")
{
    const Resource deployments{"apps", "v1", "deployments", "Deployment"};
    const Resource nodes{"", "v1", "nodes", "Node", false};
    CHECK(Place{deployments, "web"}.path() == "/apis/apps/v1/namespaces/web/deployments");
    CHECK(Place{deployments, ""}.path() == "/apis/apps/v1/deployments");
    CHECK(Place{deployments, "web"}.path("a/b", "scale") == "/apis/apps/v1/namespaces/web/deployments/a%2Fb/scale");
    CHECK(Place{nodes, "web"}.path("n") == "/api/v1/nodes/n");
    CHECK(deployments.api_version() == "apps/v1");
    CHECK(nodes.api_version() == "v1");
}

TEST_CASE("a kind is known by its plural, its name, its short name, and with its group")
{
    const Resource deployments{"apps", "v1", "deployments", "Deployment", true, {"deploy"}};
    for (const char* word :
         {"deployments", "Deployment", "deployment", "deploy", "deployments.apps", "deployments.v1.apps"})
        CHECK(is_meant(deployments, word));
    for (const char* word : {"deployments.batch", "deployments.v2.apps", "dep", ""})
        CHECK_FALSE(is_meant(deployments, word));
}

TEST_CASE("a pod says what its containers do and what is wrong with them")
{
    const Object pod =
        parsed(R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]},
        "status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[
        {"name":"b","restartCount":2,"state":{"waiting":{"reason":"ErrImagePull","message":"no such image"}}},
        {"name":"a","ready":true,"state":{"running":{}}}]}})");
    const auto containers = containers_of(pod);
    REQUIRE(containers.size() == 3);
    CHECK(containers[0].phase == ContainerState::Phase::running);
    CHECK(containers[0].ready);
    CHECK(containers[1].reason == "ErrImagePull");
    CHECK(containers[1].restarts == 2);
    CHECK(containers[2].phase == ContainerState::Phase::waiting);
    CHECK_FALSE(is_ready(pod));
    CHECK(trouble_of(pod) == "container b: ErrImagePull: no such image");
}

TEST_CASE("a pod that ended says how, and one without a node says why")
{
    const Object ended =
        parsed(R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[
        {"name":"a","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}})");
    CHECK(has_ended(ended));
    CHECK(trouble_of(ended) == "container a ended with status 137, OOMKilled");
    CHECK(trouble_of(parsed(R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending","conditions":[
        {"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes are available"}]}})")) ==
          "Unschedulable: 0/1 nodes are available");
    CHECK(trouble_of(parsed(R"({"status":{"phase":"Failed","reason":"Evicted","message":"low on memory"}})")) ==
          "Evicted: low on memory");
    CHECK(trouble_of(parsed(R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending"}})")).empty());
}

TEST_CASE("a pod that is being deleted is not ready any more")
{
    CHECK(is_ready(parsed(R"({"status":{"conditions":[{"type":"Ready","status":"True"}]}})")));
    CHECK_FALSE(is_ready(parsed(R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},
        "status":{"conditions":[{"type":"Ready","status":"True"}]}})")));
}

TEST_CASE("points in time are read with fractions and without, and nothing else is")
{
    const auto time = parse_time("2026-11-24T18:22:26Z");
    REQUIRE(time);
    CHECK(parse_time("2026-11-24T18:22:26.5Z") == *time + std::chrono::milliseconds{500});
    CHECK(parse_time("2026-11-24T19:52:26+01:30") == *time);
    CHECK(parse_time("2026-11-24T16:22:26.25-02:00") == *time + std::chrono::milliseconds{250});
    CHECK(parse_time("2026-11-24T18:22:26.000000001Z") == *time + std::chrono::nanoseconds{1});
    for (const char* text :
         {"", "2026-11-24", "2026-13-24T18:22:26Z", "2026-11-24T18:22:26", "2026-11-24T18:22:26.Z",
          "2026-11-24T18:22:26+1:00", "2026-11-24T18:22:26+01:00Z", "2026-11-24T18:22:26.1234567890Z"})
        CHECK_FALSE(parse_time(text));
}
