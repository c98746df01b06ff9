#include "io/process/replica/replica_plan.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

ReplicaPlan example()
{
    ReplicaPlan plan;
    plan.launch.argv = {"serve", "--port", "80"};
    plan.launch.environment = {"A=1", "B="};
    plan.launch.cwd = "/srv";
    plan.launch.user = "nobody";
    plan.launch.limits.memory_bytes = 1 << 20;
    plan.launch.open_files = 77;
    plan.launch.merge = true;
    plan.boot = "boot";
    plan.folder = "/state/replicas/one";
    plan.processors = 2;
    return plan;
}

} // namespace

TEST_CASE("a plan arrives as it was")
{
    const auto plan = unpacked_replica_plan(packed(example()));
    REQUIRE(plan);
    CHECK(plan->launch.argv == example().launch.argv);
    CHECK(plan->launch.environment == example().launch.environment);
    CHECK(plan->launch.cwd == "/srv");
    CHECK(plan->launch.user == "nobody");
    CHECK(plan->launch.limits.memory_bytes == 1 << 20);
    CHECK(plan->launch.open_files == 77);
    CHECK(plan->launch.merge);
    CHECK(plan->boot == "boot");
    CHECK(plan->folder == "/state/replicas/one");
    CHECK(plan->processors == 2);
    CHECK_FALSE(plan->health);
}

TEST_CASE("a health check arrives with it")
{
    ReplicaPlan told = example();
    told.health.emplace();
    told.health->command = {"curl", "localhost"};
    told.health->interval = 250ms;
    told.health->timeout = 2s;
    told.health->retries = 7;
    const auto plan = unpacked_replica_plan(packed(told));
    REQUIRE(plan);
    CHECK(plan->health == told.health);
}

TEST_CASE("a part of a plan is none")
{
    const std::string text = packed(example());
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_FALSE(unpacked_replica_plan(std::string_view{text}.substr(0, size)));
}
