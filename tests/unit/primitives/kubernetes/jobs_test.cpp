#include "primitives/kubernetes/jobs.hpp"

#include "kubernetes_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace forager;
using namespace forager::kubernetes_work;
using namespace forager::test;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string pod(const std::string& status)
{
    return R"({"metadata":{"name":"p","namespace":"default","uid":"u","labels":{"forager.job":"j"},)"
           R"("resourceVersion":"1"},"spec":{"containers":[{"name":"job"}]},"status":)" +
           status + "}";
}

std::string container(const std::string& state)
{
    return R"("containerStatuses":[{"name":"job","state":)" + state + "}]";
}

const std::string running = R"({"phase":"Running",)" + container(R"({"running":{}})") + "}";

KubernetesCluster::Config config_in(const KubernetesWorld& world)
{
    KubernetesCluster::Config config;
    config.client.access = world.client.access();
    return config;
}

// A cluster in which one job runs, whose log is not to be had.
struct SilentWorld {
    SilentWorld(std::string refusal, std::string status) : refusal{std::move(refusal)}, status{std::move(status)} {}

    Reply serve(const std::string& request)
    {
        const std::string line = request.substr(0, request.find('\r'));
        if (line.starts_with("DELETE"))
            removed = removed || holds(line, "/pods/");
        if (line.starts_with("DELETE") || line.starts_with("POST"))
            return answer(200, "{}");
        if (holds(line, "/log"))
            return answer(400, status_text(400, "BadRequest", refusal));
        if (holds(line, "/pods/p"))
            return answer(200, pod(status));
        if (holds(line, "watch=true"))
            return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", Reply::Then::hang};
        return answer(200, R"({"metadata":{"resourceVersion":"1"},"items":[)" + (removed ? "" : pod(running)) + "]}");
    }

    Failure run()
    {
        JobOrder order;
        order.job = Object{{"metadata", Object{{"name", "j"}}}};
        order.name = "j";
        order.space = "default";
        order.image = "box";
        auto done = world.run(run_job(cluster, std::move(order), nullptr));
        REQUIRE(done.has_error());
        return done.error();
    }

    std::string refusal;
    std::string status; // of the pod, when it is asked for by its name
    bool removed = false;
    KubernetesWorld world{[this](const std::string& request) { return serve(request); }};
    KubernetesCluster cluster{world.strand.pool, world.strand.clock, world.chance, world.runner, config_in(world)};
};

} // namespace

TEST_CASE("a pod that was evicted says so, though its log is gone")
{
    SilentWorld silent{R"(container \"job\" in pod \"p\" is terminated)",
                       R"({"phase":"Failed","reason":"Evicted","message":"no room",)" +
                           container(R"({"terminated":{"exitCode":137}})") + "}"};
    const Failure failure = silent.run();
    CHECK(failure.code == Errc::refused);
    CHECK(failure.message == "job 'j' ended: Evicted: no room");
}

TEST_CASE("a log that is refused is no failure where the container has ended")
{
    SilentWorld silent{"no log of it", R"({"phase":"Running",)" + container(R"({"terminated":{"exitCode":3}})") + "}"};
    const Failure failure = silent.run();
    CHECK(failure.code == Errc::exit);
    CHECK(holds(failure.message, "ended with status 3"));
}

TEST_CASE("a log that is refused is a failure as long as the pod runs")
{
    SilentWorld silent{"no log of it", running};
    const Failure failure = silent.run();
    CHECK(failure.code == Errc::bad_arguments);
    CHECK(failure.message == "Kubernetes: no log of it");
}
