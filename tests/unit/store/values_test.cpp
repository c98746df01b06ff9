// One body for the table and its twin in memory: scripts must not notice which of them keeps their values.

#include "store/memory.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace {

struct InFile : StoreWorld {
    InFile() { REQUIRE(open()); }
    KeyValues& values() { return store->values(); }
};

struct InMemory : StoreWorld {
    KeyValues& values() { return memory; }
    MemoryValues memory;
};

using Keys = std::vector<std::string>;

template <class Bench> void set(Bench& bench, const std::string& key, Value value, const std::string& space = "space")
{
    REQUIRE(bench.run(bench.values().set(space, key, std::move(value))));
}

template <class Bench>
std::optional<Value> get(Bench& bench, const std::string& key, const std::string& space = "space")
{
    return bench.run(bench.values().get(space, key)).value();
}

template <class Bench> Keys keys(Bench& bench, const std::string& prefix)
{
    return bench.run(bench.values().keys("space", prefix)).value();
}

} // namespace

TEST_CASE_TEMPLATE("a value is what was set last, in its own space", Bench, InFile, InMemory)
{
    Bench bench;
    CHECK_FALSE(get(bench, "a"));
    set(bench, "a", 1);
    set(bench, "a", Object{{"list", Array{1.5, "\xff", nullptr}}});
    set(bench, "a", "other", "elsewhere");
    CHECK(get(bench, "a") == Value{Object{{"list", Array{1.5, "\xff", nullptr}}}});
    CHECK(get(bench, "a", "elsewhere") == Value{"other"});
    CHECK_FALSE(get(bench, "A"));
}

TEST_CASE_TEMPLATE("null is a value, too", Bench, InFile, InMemory)
{
    Bench bench;
    set(bench, "a", nullptr);
    CHECK(get(bench, "a") == Value{});
    CHECK(keys(bench, "") == Keys{"a"});
}

TEST_CASE_TEMPLATE("removing tells whether there was something", Bench, InFile, InMemory)
{
    Bench bench;
    set(bench, "a", 1);
    CHECK_FALSE(bench.run(bench.values().remove("elsewhere", "a")).value());
    CHECK(bench.run(bench.values().remove("space", "a")).value());
    CHECK_FALSE(bench.run(bench.values().remove("space", "a")).value());
    CHECK_FALSE(get(bench, "a"));
}

TEST_CASE_TEMPLATE("keys are sorted by their bytes, and a prefix means itself alone", Bench, InFile, InMemory)
{
    Bench bench;
    const std::string nul{"a\0b", 3};
    for (const std::string& key : Keys{"b", "a%", "a_", "a*", "ab", "A", "", "ä", "a\xff", "\xff", nul})
        set(bench, key, 1);
    set(bench, "a elsewhere", 1, "elsewhere");
    CHECK(keys(bench, "") == Keys{"", "A", nul, "a%", "a*", "a_", "ab", "a\xff", "b", "ä", "\xff"});
    CHECK(keys(bench, "a") == Keys{nul, "a%", "a*", "a_", "ab", "a\xff"});
    CHECK(keys(bench, "a%") == Keys{"a%"});
    CHECK(keys(bench, nul) == Keys{nul});
    CHECK(keys(bench, "\xc3") == Keys{"ä"});
    CHECK(keys(bench, "z").empty());
    CHECK(get(bench, nul) == Value{1});
}

TEST_CASE("values outlive a restart")
{
    InFile bench;
    set(bench, "a", std::string(300'000, 'x'));
    REQUIRE(bench.reopen());
    CHECK(get(bench, "a") == Value{std::string(300'000, 'x')});
}

TEST_CASE("a value that cannot be read is a failure, not an absence")
{
    InFile bench;
    set(bench, "a", 1);
    REQUIRE(bench.run(bench.store->writer().run(
        [](SQLite::Database& database) { database.exec("UPDATE value SET value = '{\"$other\":1}'"); })));
    const auto found = bench.run(bench.values().get("space", "a"));
    REQUIRE_FALSE(found);
    CHECK(found.error().message == "the state file holds data that this agent cannot read");
}
