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

TEST_CASE("which files a watch has handled is forgotten when it was not served for long")
{
    StoreWorld world;
    REQUIRE(world.open());
    const auto files = [&](const char* watch) { return world.run(world.store->files().all(watch)).value().size(); };
    for (const char* watch : {"served", "gone", "back again"})
        REQUIRE(world.run(world.store->files().remember(watch, "/in/a", FileMark{1, 2, 3})));
    world.store->files().forget_but({"served"}, WallTime{10h}, WallTime{9h});
    world.store->files().forget_but({"served", "back again"}, WallTime{11h}, WallTime{10h});
    world.store->files().forget_but({"served"}, WallTime{12h}, WallTime{11h});
    REQUIRE(world.reopen());
    CHECK(files("served") == 1);
    CHECK(files("back again") == 1);
    CHECK(files("gone") == 0);
    world.store->schedules().forget_but({}, WallTime{11h});
    CHECK_FALSE(world.run(world.store->schedules().last("absence of gone")).value());
}
