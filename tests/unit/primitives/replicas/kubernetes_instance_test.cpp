#include "primitives/replicas/kubernetes_instance.hpp"

#include "clients/kubernetes/times.hpp"
#include "io/formats/json.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;
using namespace forager::reconcile;
using namespace forager::replicas;

namespace {

using State = Instance::State;

WallTime at(const std::string& clock)
{
    return kubernetes::parse_time("2026-01-02T" + clock + "Z").value();
}

// A pod that was made at 03:00:00, looked at a minute later.
Instance read(const std::string& status, const std::string& more_metadata = "", const std::string& probe = "")
{
    const std::string text =
        R"({"metadata":{"name":"web-0","uid":"u","creationTimestamp":"2026-01-02T03:00:00Z",)"
        R"("labels":{"forager.reconcile/print":"f00d"},)"
        R"("annotations":{"forager.reconcile/generation":"7","forager.reconcile/executor":"web-0-7"})" +
        more_metadata + R"(},"spec":{"containers":[{"name":"sidecar"},{"name":"replica","image":"box:1")" + probe +
        R"(}]},"status":)" + status + "}";
    const auto pod = parse_json(text);
    REQUIRE(pod);
    return instance_of(*pod->get<Object>(), at("03:01:00"));
}

std::string status(const std::string& phase, const std::string& state, const std::string& more = "")
{
    return R"({"phase":")" + phase + R"(","containerStatuses":[{"name":"replica","state":)" + state + "}]" + more + "}";
}

std::string running(const std::string& since, const std::string& more = "")
{
    return status("Running", R"({"running":{"startedAt":"2026-01-02T)" + since + R"(Z"}})", more);
}

std::string conditions(const std::string& ready, const std::string& well, const std::string& since)
{
    return R"(,"conditions":[{"type":"Ready","status":")" + ready + R"("},{"type":"ContainersReady","status":")" +
           well + R"(","lastTransitionTime":"2026-01-02T)" + since + R"(Z"}])";
}

const std::string probe = R"(,"readinessProbe":{"periodSeconds":2,"failureThreshold":3})";
const std::string deleting = R"(,"deletionTimestamp":"2026-01-02T03:02:00Z")";

} // namespace

TEST_CASE("a pod tells what it was made from")
{
    const Instance instance = read("{}");
    CHECK(instance.name == "web-0");
    CHECK(instance.id == "u");
    CHECK(instance.print == "f00d");
    CHECK(instance.generation == 7);
    CHECK(instance.executor == "web-0-7");
    CHECK(instance.image == "box:1");
    CHECK(instance.created == at("03:00:00"));
}

TEST_CASE("one that is not there yet says what it waits for")
{
    const Instance fresh = read(status("Pending", R"({"waiting":{"reason":"ContainerCreating"}})"));
    CHECK(fresh.state == State::starting);
    CHECK(fresh.trouble.empty());
    CHECK_FALSE(fresh.started);
    const Instance image =
        read(status("Pending", R"({"waiting":{"reason":"ImagePullBackOff","message":"no such image"}})"));
    CHECK(image.state == State::starting);
    CHECK(image.trouble == "container replica: ImagePullBackOff: no such image");
    const Instance placeless = read(R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",)"
                                    R"("reason":"Unschedulable","message":"no room"}]})");
    CHECK(placeless.state == State::starting);
    CHECK(placeless.trouble == "Unschedulable: no room");
}

TEST_CASE("one that runs is ready when the cluster says so")
{
    const Instance ready = read(running("03:00:05", conditions("True", "True", "03:00:05")));
    CHECK(ready.state == State::running);
    CHECK(ready.ready);
    CHECK(ready.started == at("03:00:05"));
    CHECK(ready.trouble.empty());
    const Instance other = read(running("03:00:05", conditions("False", "True", "03:00:05")));
    CHECK(other.state == State::running);
    CHECK_FALSE(other.ready);
    CHECK_FALSE(other.unhealthy);
}

TEST_CASE("one that has ended says how")
{
    const Instance failed = read(
        status("Failed", R"({"terminated":{"exitCode":137,"reason":"OOMKilled","startedAt":"2026-01-02T03:00:05Z",)"
                         R"("finishedAt":"2026-01-02T03:00:09Z"}})"));
    CHECK(failed.state == State::ended);
    CHECK(failed.exit_code == 137);
    CHECK(failed.started == at("03:00:05"));
    CHECK(failed.ended == at("03:00:09"));
    CHECK(failed.trouble == "it was killed because it wanted more memory than it may have");
    CHECK(read(status("Succeeded", R"({"terminated":{"exitCode":0}})")).exit_code == 0);
    CHECK(read(status("Failed", R"({"terminated":{"exitCode":3,"reason":"Error"}})")).trouble ==
          "it has ended with status 3");
    CHECK(read(status("Failed", R"({"terminated":{"exitCode":128,"reason":"StartError","message":"no such file"}})"))
              .trouble == "it has ended with status 128, StartError: no such file");
    // The node tells of the container before it tells of the pod.
    CHECK(read(status("Running", R"({"terminated":{"exitCode":1}})")).state == State::ended);
    const Instance evicted = read(R"({"phase":"Failed","reason":"Evicted","message":"no room"})");
    CHECK(evicted.state == State::ended);
    CHECK_FALSE(evicted.exit_code);
    CHECK(evicted.trouble == "Evicted: no room");
}

TEST_CASE("one that is being deleted has ended")
{
    const Instance instance = read(running("03:00:05", conditions("True", "True", "03:00:05")), deleting);
    CHECK(instance.state == State::ended);
    CHECK_FALSE(instance.ready);
    CHECK_FALSE(instance.exit_code);
    CHECK(instance.trouble == "the pod is being deleted");
}

TEST_CASE("one that was well and is not any more is unhealthy")
{
    const Instance instance = read(running("03:00:05", conditions("False", "False", "03:00:58")), "", probe);
    CHECK(instance.unhealthy);
    CHECK(instance.trouble == "its health check fails");
    CHECK_FALSE(read(running("03:00:05", conditions("False", "False", "03:00:58"))).unhealthy); // nothing checks it
}

TEST_CASE("one that was never well is unhealthy after so many tries")
{
    const Instance early = read(running("03:00:55", conditions("False", "False", "03:00:01")), "", probe);
    CHECK_FALSE(early.ready);
    CHECK_FALSE(early.unhealthy);
    CHECK(early.trouble == "its health check has not succeeded yet");
    CHECK(read(running("03:00:54", conditions("False", "False", "03:00:01")), "", probe).unhealthy);
}

TEST_CASE("one whose node is away is not unhealthy")
{
    const Instance instance = read(running("03:00:05", conditions("False", "True", "03:00:06")), "", probe);
    CHECK_FALSE(instance.ready);
    CHECK_FALSE(instance.unhealthy);
}
