#include "primitives/kubernetes/kept_jobs.hpp"

#include "io/formats/json.hpp"
#include "kubernetes_world.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "primitives/kubernetes/left_jobs.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::kubernetes_work;
using namespace forager::test;

namespace {

KeptJob kept(std::string print = "print")
{
    KeptJob kept;
    kept.keep.root = "root";
    kept.keep.invocation = "call";
    kept.keep.part = "a step, in words";
    kept.keep.place = "job 1";
    kept.print = std::move(print);
    return kept;
}

KubernetesCluster::Config config_in(const KubernetesWorld& world)
{
    KubernetesCluster::Config config;
    config.client.access = world.client.access();
    config.home = "the agent of this machine";
    config.owner = "me";
    config.keeps = true;
    return config;
}

Object job()
{
    Object job{{"metadata", Object{{"name", "j"}, {"namespace", "space"}, {"annotations", Object{{"mine", "x"}}}}},
               {"spec", Object{{"backoffLimit", 0}, {"ttlSecondsAfterFinished", 600}}}};
    KeptJobs::mark(job, kept());
    return job;
}

// A cluster in which an agent before has left one job.
struct KeptWorld {
    Reply serve(const std::string& request)
    {
        if (request.starts_with("DELETE")) {
            ++removed;
            return answer(200, "{}");
        }
        if (request.find("/jobs/j") != std::string::npos)
            return answer(200, to_json(job()));
        const bool is_jobs = request.find("/jobs") != std::string::npos;
        return answer(200, R"({"metadata":{},"items":[)" + (is_jobs ? to_json(job()) : "") + "]}");
    }

    int removed = 0;
    KubernetesWorld world{[this](const std::string& request) { return serve(request); }};
    KubernetesCluster cluster{world.strand.pool, world.strand.clock, world.chance, world.runner, config_in(world)};
};

} // namespace

TEST_CASE("a kept job says whose it is, and stays for a week")
{
    const Object marked = job();
    const auto notes = part<Object>(part<Object>(marked, "metadata"), "annotations");
    CHECK(part<std::string>(notes, "mine") == "x");
    CHECK(part<std::string>(notes, "forager.kept.part") == "a step, in words");
    CHECK(part<std::int64_t>(part<Object>(marked, "spec"), "ttlSecondsAfterFinished") == 604800);
}

TEST_CASE("one that was left is kept until somebody claims it")
{
    KeptWorld left;
    CHECK(left.world.run(sweep_jobs(left.cluster)).value() == 0);
    CHECK(left.removed == 0);
    const auto found = left.world.run(left.cluster.kept()->claim(kept()));
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    CHECK(kubernetes::name_of(**found) == "j");
    CHECK(left.cluster.kept()->roots() == std::set<std::string>{"root"});
}

TEST_CASE("another one at its place takes its place")
{
    KeptWorld left;
    REQUIRE(left.world.run(sweep_jobs(left.cluster)).has_value());
    const auto found = left.world.run(left.cluster.kept()->claim(kept("another")));
    REQUIRE(found.has_value());
    CHECK_FALSE(found->has_value());
    CHECK(left.removed == 1);
    CHECK(left.cluster.kept()->roots().empty());
}
