#include "store/outbox_table.hpp"

#include "faulty_vfs.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace {

WallTime at(int seconds)
{
    return WallTime{std::chrono::seconds{seconds}};
}

Invocation process(std::string id, std::string function = "demo.work")
{
    Invocation invocation;
    invocation.id = std::move(id);
    invocation.function = std::move(function);
    invocation.source = "colony edge";
    invocation.args = {1, "\xff"};
    return invocation;
}

struct Bench : StoreWorld {
    Bench() { REQUIRE(open()); }

    OutboxTable& outbox() { return store->outbox(); }
    RecordTable& records() { return store->records(); }
    std::vector<LentWork> untold() { return run(outbox().open()).value(); }
    void finish(const std::string& id, Outcome outcome = Outputs{7})
    {
        REQUIRE(run(records().finish(id, std::move(outcome), at(3))));
    }
    Record record(const std::string& id) { return run(records().find(id)).value().value(); }
};

const Object lease{{"executor", "edge-1"}, {"retries", 0}};
const Object next_lease{{"executor", "edge-1"}, {"retries", 1}};

} // namespace

TEST_CASE("work that was lent is there after a restart, with its lease and all that was asked for")
{
    Bench bench;
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    REQUIRE(bench.reopen());
    const auto all = bench.untold();
    REQUIRE(all.size() == 1);
    CHECK(all[0].invocation.id == "a");
    CHECK(all[0].invocation.function == "demo.work");
    CHECK(all[0].invocation.source == "colony edge");
    CHECK(all[0].invocation.args == process("a").args);
    CHECK(all[0].lease == lease);
    CHECK(all[0].starts == 1);
    CHECK_FALSE(all[0].outcome);
    CHECK(bench.record("a").state == State::running);
}

TEST_CASE("an outcome stays until it is told")
{
    Bench bench;
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    bench.finish("a");
    REQUIRE(bench.reopen());
    REQUIRE(bench.untold().size() == 1);
    REQUIRE(bench.untold()[0].outcome);
    CHECK(bench.untold()[0].outcome->value() == Outputs{7});
    bench.outbox().told("a", "");
    CHECK(bench.untold().empty());
    CHECK(bench.record("a").state == State::succeeded);
    CHECK(bench.record("a").note.empty());
}

TEST_CASE("what the peer did not want to hear says why")
{
    Bench bench;
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    bench.finish("a");
    bench.outbox().told("a", "somebody else has it now");
    CHECK(bench.record("a").note == "somebody else has it now");
}

TEST_CASE("what is dropped has its end, says why, and is told by no later agent")
{
    Bench bench;
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    REQUIRE(bench.run(bench.outbox().drop("a", Failure{Errc::timed_out, "too late"}, "the peer takes it back", at(3))));
    REQUIRE(bench.reopen());
    CHECK(bench.untold().empty());
    CHECK(bench.record("a").state == State::failed);
    CHECK(bench.record("a").note == "the peer takes it back");
    CHECK(bench.record("a").ended == at(3));
}

TEST_CASE("starts count under one lease, and a new one forgets the outcome but not what was recorded")
{
    Bench bench;
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    REQUIRE(bench.run(bench.store->journal().record("a", "a", {"step", Outputs{1}})));
    bench.outbox().begin(process("a"), lease, at(2), Durable::soon);
    CHECK(bench.untold()[0].starts == 2);
    bench.finish("a");
    bench.outbox().told("a", "");
    bench.outbox().begin(process("a", "demo.other"), next_lease, at(4), Durable::soon);
    const auto again = bench.untold();
    REQUIRE(again.size() == 1);
    CHECK(again[0].starts == 1);
    CHECK(again[0].lease == next_lease);
    CHECK(again[0].invocation.function == "demo.other");
    CHECK_FALSE(again[0].outcome);
    CHECK(bench.run(bench.store->journal().entries("a"))->size() == 1);
}

TEST_CASE("a queue does not begin what was lent, retention does not forget it untold, and nobody revives it here")
{
    Bench bench;
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    CHECK(bench.run(bench.records().open())->empty());
    bench.finish("a", Failure{Errc::script, "broke"});
    REQUIRE(bench.run(bench.records().forget({std::chrono::seconds{0}, 0}, at(1000))));
    REQUIRE(bench.untold().size() == 1);
    CHECK(bench.run(bench.records().revive("a")).error().message == "a is the colony's: submit it there again");
    bench.outbox().told("a", "");
    REQUIRE(bench.run(bench.records().forget({std::chrono::seconds{0}, 0}, at(1000))));
    CHECK_FALSE(bench.run(bench.records().find("a")).value());
}

TEST_CASE("an outcome is safe when it may be told, though the disk was full when the work began")
{
    FaultyDisk disk;
    Bench bench;
    disk.fill_at(1);
    bench.outbox().begin(process("a"), lease, at(1), Durable::soon);
    Asked<Result<void>> finished;
    bench.ask(finished, bench.records().finish("a", Outputs{7}, at(3)));
    const TimePoint later = bench.clock.now() + std::chrono::seconds{3};
    bench.clock.run_until(bench.io, [&] { return bench.clock.now() >= later; });
    CHECK_FALSE(finished.ended());
    CHECK(bench.untold().empty()); // reading goes on
    disk.make_room();
    bench.clock.run_until(bench.io, [&] { return finished.ended(); });
    REQUIRE(*finished.value);
    REQUIRE(bench.untold().size() == 1);
    REQUIRE(bench.untold()[0].outcome.has_value());
    CHECK(bench.untold()[0].outcome->value() == Outputs{7});
    bench.close();
}

TEST_CASE("work of the agent's own is never taken for a peer's")
{
    Bench bench;
    REQUIRE(bench.run(bench.records().add(submission("a"), at(1))));
    bench.outbox().begin(process("a", "demo.other"), lease, at(2), Durable::soon);
    bench.outbox().told("a", "no");
    CHECK(bench.record("a").function == "demo.work");
    CHECK(bench.record("a").note.empty());
    CHECK(bench.untold().empty());
}
