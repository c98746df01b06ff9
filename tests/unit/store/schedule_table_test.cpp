#include "store/schedule_table.hpp"

#include "store_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

TEST_CASE("how far schedules have come outlives a restart, and is forgotten when nobody serves them any more")
{
    StoreWorld world;
    REQUIRE(world.open());
    const auto last = [&](const char* name) { return world.run(world.store->schedules().last(name)).value(); };
    REQUIRE(world.run(world.store->schedules().remember("served", WallTime{1h})));
    REQUIRE(world.run(world.store->schedules().remember("gone", WallTime{1h})));
    REQUIRE(world.run(world.store->schedules().remember("gone lately", WallTime{9h})));
    world.store->schedules().forget_but({"served"}, WallTime{2h});
    REQUIRE(world.reopen());
    CHECK(last("served") == WallTime{1h});
    CHECK(last("gone lately") == WallTime{9h});
    CHECK_FALSE(last("gone"));
}
