#include "primitives/kubernetes/left_jobs.hpp"

#include "kubernetes_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace forager;
using namespace forager::kubernetes_work;
using namespace forager::test;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string object(const std::string& name, const std::string& space, const std::string& owner)
{
    return R"({"metadata":{"name":")" + name + R"(","namespace":")" + space + R"(","uid":"u-)" + name +
           R"(","annotations":{"forager.owner":")" + owner + R"("}}})";
}

std::string listed(const std::string& items)
{
    return R"({"metadata":{},"items":[)" + items + "]}";
}

KubernetesCluster::Config config_in(const KubernetesWorld& world)
{
    KubernetesCluster::Config config;
    config.client.access = world.client.access();
    config.home = "the agent of this machine";
    config.owner = "me";
    config.is_gone = [](const std::string& owner) { return owner == "dead"; };
    return config;
}

// A cluster in which three runs of one home have jobs, one of which is gone; its pod is there once more.
struct LeftWorld {
    explicit LeftWorld(bool may_see_all = true) : may_see_all{may_see_all} {}

    Reply serve(const std::string& request)
    {
        const std::string line = request.substr(0, request.find(' ', request.find(' ') + 1));
        if (line.starts_with("DELETE")) {
            if (refuses)
                return answer(500, status_text(500, "InternalError", "not now"));
            removed.push_back(line.substr(line.find(' ') + 1));
            return answer(200, "{}");
        }
        if (holds(line, "/pods"))
            return answer(200, listed(pods-- > 0 ? object("left-x", "other", "") : ""));
        if (!may_see_all && !holds(line, "/namespaces/"))
            return answer(403, status_text(403, "Forbidden", "jobs is forbidden"));
        return answer(200, listed(object("left", "other", "dead") + "," + object("mine", "default", "me") + "," +
                                  object("beside", "default", "alive")));
    }

    bool may_see_all;
    bool refuses = false;
    int pods = 2;
    std::vector<std::string> removed;
    KubernetesWorld world{[this](const std::string& request) { return serve(request); }};
    KubernetesCluster cluster{world.strand.pool, world.strand.clock, world.chance, world.runner, config_in(world)};
};

} // namespace

TEST_CASE("jobs of runs that are gone are removed with their pods, and no others")
{
    LeftWorld left;
    const auto count = left.world.run(sweep_jobs(left.cluster));
    REQUIRE(count);
    CHECK(*count == 1);
    CHECK(left.removed == std::vector<std::string>{"/apis/batch/v1/namespaces/other/jobs/left",
                                                   "/api/v1/namespaces/other/pods/left-x"});
    CHECK(left.cluster.has_swept());
    left.removed.clear();
    CHECK(left.world.run(ready_for_jobs(left.cluster)).has_value());
    CHECK(left.removed.empty());
}

TEST_CASE("what cannot be removed at once is removed before the next job is made")
{
    LeftWorld left;
    left.pods = 0;
    left.refuses = true;
    const auto jobs = left.world.run(left.cluster.discovery().named("jobs"));
    REQUIRE(jobs);
    left.world.run(end_job_or_owe(left.cluster, {*jobs, "default"}, "late"));
    left.cluster.note_swept();
    CHECK(left.world.run(ready_for_jobs(left.cluster)).has_value());
    left.refuses = false;
    CHECK(left.world.run(ready_for_jobs(left.cluster)).has_value());
    CHECK(left.world.run(ready_for_jobs(left.cluster)).has_value());
    CHECK(left.removed == std::vector<std::string>{"/apis/batch/v1/namespaces/default/jobs/late"});
}

TEST_CASE("who may not look at all namespaces looks at the own one")
{
    LeftWorld left{false};
    CHECK(left.world.run(sweep_jobs(left.cluster)).value() == 1);
    CHECK(left.removed.size() == 2);
}

TEST_CASE("a job says whose it is, beside what it says itself")
{
    LeftWorld left;
    Object job{{"metadata", Object{{"name", "j"}, {"labels", Object{{"a", "b"}}}}}};
    mark(left.cluster, job);
    const auto metadata = part<Object>(job, "metadata");
    CHECK(part<std::string>(metadata, "name") == "j");
    CHECK(part<std::string>(part<Object>(metadata, "labels"), "a") == "b");
    CHECK(part<std::string>(part<Object>(metadata, "labels"), "forager.home").size() == 32);
    CHECK(part<Object>(metadata, "annotations") == Object{{"forager.owner", "me"}});
}
