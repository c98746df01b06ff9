// One body for the table and its twin in memory: who records steps must not notice which of them it is.

#include "store/memory.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace {

struct InFile : StoreWorld {
    InFile() { REQUIRE(open()); }
    Journal& journal() { return store->journal(); }
};

struct InMemory : StoreWorld {
    Journal& journal() { return memory; }
    MemoryJournal memory;
};

std::vector<JournalEntry> entries(StoreWorld& world, Journal& journal, const std::string& invocation)
{
    std::vector<JournalEntry> all = world.run(journal.entries(invocation)).value();
    std::ranges::sort(all, {}, &JournalEntry::key);
    return all;
}

Result<void> record(StoreWorld& world, Journal& journal, const std::string& invocation, JournalEntry entry)
{
    return world.run(journal.record("root", invocation, std::move(entry)));
}

std::optional<Value> take(InFile& world, const std::string& event, const std::string& key)
{
    return world.run(world.journal().take_signal("a", event, "a/child", key)).value();
}

void send(InFile& world, const std::string& event, Value value)
{
    REQUIRE(world.run(world.store->records().signal("a", event, std::move(value))));
}

} // namespace

TEST_CASE_TEMPLATE("steps are found by their invocation, as they ended", Bench, InFile, InMemory)
{
    Bench bench;
    Failure failure{Errc::exit, "it broke"};
    failure.details = {{"exit_code", 3}};
    REQUIRE(record(bench, bench.journal(), "a", {"one", Outputs{1, "\xff", std::numeric_limits<double>::infinity()}}));
    REQUIRE(record(bench, bench.journal(), "a", {"two", failure, 2}));
    REQUIRE(record(bench, bench.journal(), "b", {"one", Outputs{}}));
    const auto found = entries(bench, bench.journal(), "a");
    REQUIRE(found.size() == 2);
    CHECK(found[0].key == "one");
    CHECK(found[0].attempt == 0);
    CHECK(found[0].outcome.value() == Outputs{1, "\xff", std::numeric_limits<double>::infinity()});
    CHECK(found[1].key == "two");
    CHECK(found[1].attempt == 2);
    CHECK(found[1].outcome.error().code == Errc::exit);
    CHECK(found[1].outcome.error().details == failure.details);
    CHECK(entries(bench, bench.journal(), "b").size() == 1);
    CHECK(entries(bench, bench.journal(), "c").empty());
}

TEST_CASE_TEMPLATE("a step of the same key is replaced", Bench, InFile, InMemory)
{
    Bench bench;
    REQUIRE(record(bench, bench.journal(), "a", {"one", Failure{Errc::script, "broke"}, 1}));
    REQUIRE(record(bench, bench.journal(), "a", {"one", Outputs{2}, 3}));
    const auto found = entries(bench, bench.journal(), "a");
    REQUIRE(found.size() == 1);
    CHECK(found[0].outcome.value() == Outputs{2});
    CHECK(found[0].attempt == 3);
}

TEST_CASE_TEMPLATE("there is nothing to take when nothing was sent", Bench, InFile, InMemory)
{
    Bench bench;
    CHECK_FALSE(bench.run(bench.journal().take_signal("a", "go", "a", "wait")).value());
    CHECK(entries(bench, bench.journal(), "a").empty());
}

TEST_CASE("a signal is taken once, the oldest first, and is a step of who took it from then on")
{
    InFile bench;
    REQUIRE(bench.run(bench.store->records().add(submission("a"), WallTime{})));
    send(bench, "go", 1);
    send(bench, "stop", "other");
    send(bench, "go", Object{{"n", 2}});
    CHECK(take(bench, "go", "wait 1") == Value{1});
    CHECK(take(bench, "go", "wait 2") == Value{Object{{"n", 2}}});
    CHECK_FALSE(take(bench, "go", "wait 3"));
    CHECK(take(bench, "stop", "wait 4") == Value{"other"});
    REQUIRE(bench.reopen());
    const auto found = entries(bench, bench.journal(), "a/child");
    REQUIRE(found.size() == 3);
    CHECK(found[0].key == "wait 1");
    CHECK(found[0].outcome.value() == Outputs{1});
    CHECK(found[2].outcome.value() == Outputs{"other"});
}

TEST_CASE("signals that several wait for at once go to one of them each")
{
    InFile bench;
    REQUIRE(bench.run(bench.store->records().add(submission("a"), WallTime{})));
    for (int n = 0; n < 20; ++n)
        send(bench, "go", n);
    std::deque<Asked<Result<std::optional<Value>>>> asked;
    for (int n = 0; n < 30; ++n)
        bench.ask(asked.emplace_back(), bench.journal().take_signal("a", "go", "a", "wait " + std::to_string(n)));
    bench.finish(asked);
    for (int n = 0; n < 30; ++n)
        CHECK(asked[static_cast<std::size_t>(n)].value->value() == (n < 20 ? std::optional{Value{n}} : std::nullopt));
    CHECK(entries(bench, bench.journal(), "a").size() == 20);
}

TEST_CASE_TEMPLATE("what was recorded is forgotten with the end of its root", Bench, InFile, InMemory)
{
    Bench bench;
    REQUIRE(record(bench, bench.journal(), "a", {"one", Outputs{}}));
    REQUIRE(record(bench, bench.journal(), "b", {"one", Outputs{}}));
    REQUIRE(bench.run(bench.journal().record("other", "c", {"one", Outputs{}})));
    bench.journal().ended("root");
    bench.journal().ended("unknown");
    CHECK(entries(bench, bench.journal(), "a").empty());
    CHECK(entries(bench, bench.journal(), "b").empty());
    CHECK(entries(bench, bench.journal(), "c").size() == 1);
}

TEST_CASE("steps of work that has a record stay as long as the record")
{
    InFile bench;
    REQUIRE(bench.run(bench.store->records().add(submission("root"), WallTime{})));
    REQUIRE(record(bench, bench.journal(), "a", {"one", Outputs{}}));
    bench.journal().ended("root");
    CHECK(entries(bench, bench.journal(), "a").size() == 1);
}

TEST_CASE("steps of work without a record are gone after a death, those of work that is begun again are not")
{
    InFile bench;
    REQUIRE(bench.run(bench.store->records().add(submission("a"), bench.clock.wall())));
    REQUIRE(bench.run(bench.journal().record("a", "a/child", {"one", Outputs{1}})));
    REQUIRE(record(bench, bench.journal(), "root/child", {"one", Outputs{1}}));
    REQUIRE(bench.reopen());
    CHECK(entries(bench, bench.journal(), "a/child").size() == 1);
    CHECK(entries(bench, bench.journal(), "root/child").empty());
}

TEST_CASE("a step that cannot be read is a failure of the reader alone")
{
    InFile bench;
    REQUIRE(record(bench, bench.journal(), "a", {"one", Outputs{}}));
    REQUIRE(record(bench, bench.journal(), "b", {"one", Outputs{}}));
    REQUIRE(bench.run(bench.store->writer().run(
        [](SQLite::Database& database) { database.exec("UPDATE step SET outcome = '{}' WHERE invocation = 'a'"); })));
    CHECK_FALSE(bench.run(bench.journal().entries("a")));
    CHECK(entries(bench, bench.journal(), "b").size() == 1);
    CHECK(bench.store->writer().trouble().empty());
}
