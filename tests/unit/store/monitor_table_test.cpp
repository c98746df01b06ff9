#include "store/monitor_table.hpp"

#include "ports/monitor_form.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

Monitor monitor(const char* name, const char* container = "web")
{
    return monitor_of({{"name", name}, {"container", container}, {"call", "f.f"}}).value();
}

ToldState told(std::uint64_t events)
{
    ToldState told;
    told.ok = false;
    told.events = events;
    told.last = WallTime{1h};
    told.pending = Object{{"status", "exited"}};
    return told;
}

} // namespace

TEST_CASE("monitors and what they have told outlive a restart")
{
    StoreWorld world;
    REQUIRE(world.open());
    store::MonitorTable& table = world.store->monitors();
    REQUIRE(world.run(table.keep(monitor("a"), true)));
    REQUIRE(world.run(table.note("a", "", told(4))));
    REQUIRE(world.run(table.note("nobody", "", told(4))));
    table.keep_soon(monitor("b"), true);
    table.note_soon("b", "one", told(1));
    table.note_soon("b", "two", told(2));
    table.forget_one_soon("b", "one");
    table.keep_soon(monitor("c"), true);
    table.forget_soon("c");
    REQUIRE(world.reopen());
    auto kept = world.run(world.store->monitors().all()).value();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].monitor == monitor("a"));
    const ToldState& state = kept[0].told.at("");
    CHECK_FALSE(state.ok);
    CHECK(state.events == 4);
    CHECK(state.last == WallTime{1h});
    CHECK(state.pending == Object{{"status", "exited"}});
    REQUIRE(kept[1].told.size() == 1);
    CHECK(kept[1].told.at("two").events == 2);
}

TEST_CASE("one of the same name keeps what was told, or begins anew")
{
    StoreWorld world;
    REQUIRE(world.open());
    store::MonitorTable& table = world.store->monitors();
    REQUIRE(world.run(table.keep(monitor("a"), true)));
    REQUIRE(world.run(table.note("a", "", told(4))));
    REQUIRE(world.run(table.keep(monitor("a", "db"), false)));
    CHECK(world.run(table.all()).value().front().told.size() == 1);
    REQUIRE(world.run(table.keep(monitor("a"), true)));
    CHECK(world.run(table.all()).value().front().told.empty());
    REQUIRE(world.run(table.forget("a")));
    CHECK(world.run(table.all()).value().empty());
}
