#include "store/record_table.hpp"

#include "faulty_vfs.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <set>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace {

WallTime at(int seconds)
{
    return WallTime{std::chrono::seconds{seconds}};
}

struct Bench : StoreWorld {
    Bench() { REQUIRE(open()); }

    RecordTable& records() { return store->records(); }

    Result<std::pair<QueueEntry, bool>> add(Submission work, WallTime now = at(1))
    {
        return run(records().add(std::move(work), now));
    }
    Result<std::pair<QueueEntry, bool>> add(const std::string& id, WallTime now = at(1))
    {
        return add(submission(id), now);
    }
    Result<BegunWork> begin(const std::string& id, WallTime now = at(2))
    {
        auto begun = run(records().begin({id}, now));
        if (!begun)
            return begun.error();
        return begun->empty() ? Result<BegunWork>{Failure{Errc::not_found, "not begun"}} : std::move(begun->front());
    }
    Record record(const std::string& id) { return run(records().find(id)).value().value(); }
    bool has(const std::string& id) { return run(records().find(id)).value().has_value(); }

    void finish(const std::string& id, Outcome outcome = Outputs{}, WallTime now = at(3))
    {
        REQUIRE(run(records().finish(id, std::move(outcome), now)));
    }

    std::vector<std::string> listed(RecordFilter filter)
    {
        std::vector<std::string> ids;
        for (const Record& record : run(records().list(std::move(filter))).value())
            ids.push_back(record.id);
        return ids;
    }

    std::vector<std::string> open_ids()
    {
        std::vector<std::string> ids;
        for (const QueueEntry& entry : run(records().open()).value())
            ids.push_back(entry.id);
        return ids;
    }

    int count(const std::string& what)
    {
        return run(store->writer().ask<int>([what](SQLite::Database& database) {
                   return database.execAndGet("SELECT count(*) FROM " + what).getInt();
               }))
            .value();
    }
};

using Ids = std::vector<std::string>;

} // namespace

TEST_CASE("what was accepted is there with all that was asked for, also after a restart")
{
    Bench bench;
    Submission work = submission("a", "demo.f");
    work.invocation.args = {1, "\xff", Object{{"$bytes", 2.5}}};
    work.invocation.kwargs = {{"name", "value"}};
    work.invocation.env = {{"HOME", "/x"}};
    work.invocation.label = "label";
    work.invocation.timeout = std::chrono::nanoseconds{1'500'000'001};
    work.invocation.retries = 0;
    work.priority = -5;
    work.order_key = "order";
    work.not_before = at(100);
    const auto added = bench.add(work);
    REQUIRE(added);
    CHECK(added->second);
    CHECK(added->first.id == "a");
    CHECK(added->first.priority == -5);
    CHECK(added->first.order_key == "order");
    CHECK(added->first.not_before == at(100));
    REQUIRE(bench.reopen());

    const Record record = bench.record("a");
    CHECK(record.function == "demo.f");
    CHECK(record.source == "test");
    CHECK(record.state == State::waiting);
    CHECK(record.priority == -5);
    CHECK(record.order_key == "order");
    CHECK(record.submitted == at(1));
    CHECK(record.not_before == at(100));
    CHECK_FALSE(record.started);
    CHECK_FALSE(record.ended);
    CHECK_FALSE(record.outcome);
    CHECK(*record.request.find("kwargs") == Value{work.invocation.kwargs});

    const auto begun = bench.begin("a");
    REQUIRE(begun);
    const Invocation& invocation = begun->invocation;
    CHECK(invocation.id == "a");
    CHECK(invocation.function == "demo.f");
    CHECK(invocation.source == "test");
    CHECK(invocation.args == work.invocation.args);
    CHECK(invocation.kwargs == work.invocation.kwargs);
    CHECK(invocation.env == work.invocation.env);
    CHECK(invocation.label == "label");
    CHECK(invocation.timeout == work.invocation.timeout);
    CHECK(invocation.retries == 0);
    CHECK(begun->starts == 1);
}

TEST_CASE("what was not asked for has its default when its turn comes")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    const auto begun = bench.begin("a");
    REQUIRE(begun);
    CHECK(begun->invocation.args.empty());
    CHECK_FALSE(begun->invocation.timeout);
    CHECK_FALSE(begun->invocation.retries);
    CHECK(begun->invocation.tries == 0);
}

TEST_CASE("numbers grow with every acceptance and are never given out twice")
{
    Bench bench;
    const auto first = bench.add("a");
    bench.finish("a");
    REQUIRE_FALSE(bench.run(bench.records().forget({std::chrono::seconds{0}, 0}, at(10))).value());
    REQUIRE_FALSE(bench.has("a"));
    REQUIRE(bench.reopen());
    CHECK(bench.add("a")->first.number > first->first.number);
}

TEST_CASE("many that come at once are all accepted, each with a number of its own")
{
    Bench bench;
    std::deque<Asked<Result<std::pair<QueueEntry, bool>>>> asked;
    for (int n = 0; n < 2000; ++n)
        bench.ask(asked.emplace_back(), bench.records().add(submission(std::to_string(n)), at(1)));
    bench.StoreWorld::finish(asked);
    std::set<std::int64_t> numbers;
    for (const auto& one : asked)
        numbers.insert(one.value->value().first.number);
    CHECK(numbers.size() == 2000);
    CHECK(bench.open_ids().size() == 2000);
}

TEST_CASE("an id that is taken is refused, and what has it stays")
{
    Bench bench;
    REQUIRE(bench.add(submission("a", "demo.first")));
    const auto again = bench.add(submission("a", "demo.second"));
    REQUIRE_FALSE(again);
    CHECK(again.error().message == "there is an invocation a already");
    CHECK(bench.record("a").function == "demo.first");
    CHECK(bench.store->writer().trouble().empty());
}

TEST_CASE("the same work under the same idempotency key is accepted once")
{
    Bench bench;
    Submission work = submission("a");
    work.idempotency_key = "once";
    work.invocation.args = {1};
    const auto first = bench.add(work);
    work.invocation.id = "b";
    const auto again = bench.add(work);
    REQUIRE(again);
    CHECK_FALSE(again->second);
    CHECK(again->first.id == "a");
    CHECK(again->first.number == first->first.number);
    CHECK_FALSE(bench.has("b"));

    bench.finish("a");
    CHECK(bench.add(work)->first.id == "a"); // also after its end
}

TEST_CASE("other work under a known idempotency key is refused")
{
    Bench bench;
    Submission work = submission("a");
    work.idempotency_key = "once";
    REQUIRE(bench.add(work));
    Submission other = work;
    other.invocation.id = "b";
    SUBCASE("another function")
    {
        other.invocation.function = "demo.other";
    }
    SUBCASE("other arguments")
    {
        other.invocation.args = {1};
    }
    const auto refused = bench.add(other);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::refused);
    CHECK(refused.error().message == "the idempotency key 'once' stands for other work already, which is a");
}

TEST_CASE("other work under a known idempotency key is the same where the key is enough")
{
    StoreWorld world;
    REQUIRE(world.open());
    Submission work = submission("a");
    work.idempotency_key = "once";
    REQUIRE(world.run(world.store->records().add(work, WallTime{})));
    Submission other = submission("b", "demo.other");
    other.idempotency_key = "once";
    other.key_is_enough = true;
    const auto known = world.run(world.store->records().add(other, WallTime{}));
    REQUIRE(known);
    CHECK(known->first.id == "a");
    CHECK_FALSE(known->second);
}

TEST_CASE("an idempotency key is free again when its record is forgotten")
{
    Bench bench;
    Submission work = submission("a");
    work.idempotency_key = "once";
    REQUIRE(bench.add(work));
    bench.finish("a");
    REQUIRE(bench.run(bench.records().forget({std::chrono::seconds{0}, 100}, at(10))));
    work.invocation.id = "b";
    CHECK(bench.add(work)->second);
}

TEST_CASE("a queue that begins gets all that has not ended, in the order of acceptance")
{
    Bench bench;
    for (const char* id : {"z", "a", "m"})
        REQUIRE(bench.add(id));
    REQUIRE(bench.begin("z"));
    bench.finish("a");
    REQUIRE(bench.reopen());
    CHECK(bench.open_ids() == Ids{"z", "m"});
}

TEST_CASE("every start is counted, the time of the first one kept")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    CHECK(bench.begin("a", at(5))->starts == 1);
    CHECK(bench.record("a").state == State::running);
    REQUIRE(bench.reopen());
    CHECK(bench.begin("a", at(9))->starts == 2);
    CHECK(bench.record("a").started == at(5));
}

TEST_CASE("what is not there or has ended does not begin")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    bench.finish("a");
    for (const char* id : {"a", "b"}) {
        const auto begun = bench.begin(id);
        REQUIRE_FALSE(begun);
        CHECK(begun.error().code == Errc::not_found);
    }
    CHECK(bench.record("a").starts == 0);
}

TEST_CASE("a request that cannot be read has failed when its turn comes, and holds up nothing")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    REQUIRE(bench.run(bench.store->writer().run(
        [](SQLite::Database& database) { database.exec("UPDATE invocation SET request = 'garbage'"); })));
    REQUIRE(bench.add("b"));
    const auto begun = bench.run(bench.records().begin({"a", "b"}, at(2)));
    REQUIRE(begun);
    CHECK(begun->size() == 1);
    CHECK(bench.count("invocation WHERE id = 'a' AND state = 'failed' AND "
                      "note = 'the state file holds data that this agent cannot read'") == 1);
}

TEST_CASE("a note says what it is doing and how many tries have failed")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    REQUIRE(bench.begin("a"));
    bench.records().note("a", State::sleeping, "until tomorrow", 3);
    CHECK(bench.record("a").state == State::sleeping);
    CHECK(bench.record("a").note == "until tomorrow");
    CHECK(bench.record("a").tries == 3);
    bench.records().note("a", State::running, "", 1);
    CHECK(bench.record("a").tries == 3); // failed tries do not become fewer
    CHECK(bench.begin("a")->invocation.tries == 3);
    bench.finish("a");
    bench.records().note("a", State::running, "too late", 9);
    CHECK(bench.record("a").state == State::succeeded);
    CHECK(bench.record("a").note.empty());
}

TEST_CASE("an end is kept with its outcome, and is the only one")
{
    Bench bench;
    const std::vector<std::pair<Outcome, State>> ends{{Outputs{1, "\xff"}, State::succeeded},
                                                      {Failure{Errc::exit, "it broke"}, State::failed},
                                                      {Failure{Errc::cancelled, "cancelled"}, State::cancelled}};
    for (const auto& [outcome, state] : ends) {
        const std::string id{name_of(state)};
        REQUIRE(bench.add(id));
        REQUIRE(bench.begin(id));
        bench.finish(id, outcome, at(7));
        bench.finish(id, Failure{Errc::script, "a second end"}, at(8));
        REQUIRE(bench.reopen());
        const Record record = bench.record(id);
        CHECK(record.state == state);
        CHECK(record.ended == at(7));
        REQUIRE(record.outcome);
        CHECK(record.outcome->has_value() == outcome.has_value());
        CHECK(record.note == (outcome ? "" : outcome.error().message));
        if (outcome)
            CHECK(record.outcome->value() == outcome.value());
    }
}

TEST_CASE("what failed or was cancelled can be given a new life, which keeps what it recorded")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    REQUIRE(bench.begin("a"));
    bench.records().note("a", State::running, "", 2);
    REQUIRE(bench.run(bench.store->journal().record("a", "a", {"step", Outputs{1}})));
    bench.finish("a", Failure{Errc::script, "broke"});
    const auto revived = bench.run(bench.records().revive("a"));
    REQUIRE(revived);
    CHECK(revived->id == "a");
    const Record record = bench.record("a");
    CHECK(record.state == State::waiting);
    CHECK(record.note.empty());
    CHECK_FALSE(record.ended);
    CHECK_FALSE(record.outcome);
    CHECK(record.tries == 3);
    CHECK(bench.open_ids() == Ids{"a"});
    CHECK(bench.run(bench.store->journal().entries("a"))->size() == 1);
    CHECK(bench.begin("a")->starts == 1);
    bench.finish("a");
    CHECK(bench.record("a").state == State::succeeded);
}

TEST_CASE("a new life does not count the tries of earlier ones, and a cancelled try has not failed")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    CHECK(bench.begin("a")->before == 0);
    bench.records().note("a", State::running, "", 2);
    bench.finish("a", Failure{Errc::script, "broke"});
    REQUIRE(bench.run(bench.records().revive("a")));
    const auto second = bench.begin("a");
    CHECK(second->before == 3);
    CHECK(second->invocation.tries == 3);
    bench.finish("a", Failure{Errc::cancelled, "enough"});
    REQUIRE(bench.run(bench.records().revive("a")));
    CHECK(bench.record("a").tries == 3);
    const auto third = bench.begin("a");
    CHECK(third->before == 4);
    CHECK(third->invocation.tries == 4); // another attempt all the same: what it recorded of failures is done again
}

TEST_CASE("who was asked to end is known as long as it has not, also after a restart, and not in its next life")
{
    Bench bench;
    for (const char* id : {"a", "b", "c"})
        REQUIRE(bench.add(id));
    const auto asked = [&] { return bench.run(bench.records().asked_to_end()).value(); };
    CHECK(asked().empty());
    REQUIRE(bench.begin("a"));
    REQUIRE(bench.run(bench.records().ask_to_end("a", at(3))));
    REQUIRE(bench.run(bench.records().ask_to_end("b", at(3))));
    bench.finish("b", Failure{Errc::cancelled, "enough"});
    CHECK(bench.run(bench.records().ask_to_end("b", at(4)))); // too late to change anything
    REQUIRE(bench.reopen());
    CHECK(asked() == Ids{"a"});
    bench.finish("a", Failure{Errc::cancelled, "enough"});
    CHECK(asked().empty());
    REQUIRE(bench.run(bench.records().revive("a")));
    CHECK(asked().empty());
}

TEST_CASE("an end that is tried once is refused when the disk is full, and what ends stays open")
{
    FaultyDisk disk;
    Bench bench;
    REQUIRE(bench.add("a"));
    disk.fill_at(1);
    const auto refused = bench.run(bench.records().finish_now("a", Failure{Errc::cancelled, "enough"}, at(3)));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::limit);
    CHECK(bench.record("a").state == State::waiting);
    disk.make_room();
    REQUIRE(bench.run(bench.records().finish_now("a", Failure{Errc::cancelled, "enough"}, at(3))));
    CHECK(bench.record("a").state == State::cancelled);
    bench.close();
}

TEST_CASE("what is not there, has not ended or has succeeded gets no new life")
{
    Bench bench;
    CHECK(bench.run(bench.records().revive("a")).error().code == Errc::not_found);
    REQUIRE(bench.add("a"));
    CHECK(bench.run(bench.records().revive("a")).error().message == "a has not ended: it is waiting");
    bench.finish("a");
    CHECK(bench.run(bench.records().revive("a")).error().message == "a has succeeded: there is nothing to try again");
}

TEST_CASE("records are listed newest first, filtered and no more than asked for")
{
    Bench bench;
    for (const char* id : {"a", "b", "c"})
        REQUIRE(bench.add(submission(id, id == std::string{"b"} ? "demo.other" : "demo.work")));
    bench.finish("a");
    REQUIRE(bench.begin("c"));
    CHECK(bench.listed({}) == Ids{"c", "b", "a"});
    CHECK(bench.listed({true, "", "", 100}) == Ids{"c", "b"});
    CHECK(bench.listed({false, "succeeded", "", 100}) == Ids{"a"});
    CHECK(bench.listed({false, "", "demo.other", 100}) == Ids{"b"});
    CHECK(bench.listed({true, "running", "demo.work", 100}) == Ids{"c"});
    CHECK(bench.listed({false, "", "", 1}) == Ids{"c"});
    CHECK(bench.listed({false, "no such state", "", 100}).empty());
    CHECK_FALSE(bench.has("d"));
}

TEST_CASE("signals are for what has not ended, and are gone with its end")
{
    Bench bench;
    CHECK(bench.run(bench.records().signal("a", "go", 1)).error().code == Errc::not_found);
    REQUIRE(bench.add("a"));
    CHECK(bench.run(bench.records().signal("a", "go", 1)));
    bench.finish("a", Failure{Errc::script, "broke"});
    CHECK(bench.count("signal") == 0);
    CHECK(bench.run(bench.records().signal("a", "go", 1)).error().message ==
          "a has ended: it hears no signals any more");
}

TEST_CASE("signals that nobody waits for are bounded, for each invocation alone")
{
    Bench bench;
    REQUIRE(bench.add("a"));
    REQUIRE(bench.add("b"));
    std::deque<Asked<Result<void>>> asked;
    for (int n = 0; n < 1001; ++n)
        bench.ask(asked.emplace_back(), bench.records().signal("a", "go", n));
    bench.StoreWorld::finish(asked);
    CHECK(*asked[999].value);
    CHECK(asked[1000].value->error().code == Errc::limit);
    CHECK(bench.run(bench.records().signal("b", "go", 1)));
}

TEST_CASE("retention by age removes what ended before, with all that belongs to it, and nothing else")
{
    Bench bench;
    for (const char* id : {"old", "young", "open"}) {
        REQUIRE(bench.add(id));
        REQUIRE(bench.run(bench.records().signal(id, "go", 1)));
        REQUIRE(bench.run(bench.store->journal().record(id, std::string{id} + " nested", {"step", Outputs{}})));
        bench.store->logs().add(id, "line");
    }
    bench.finish("old", Outputs{}, at(100));
    bench.finish("young", Outputs{}, at(150));
    CHECK_FALSE(bench.run(bench.records().forget({std::chrono::seconds{50}, 100}, at(180))).value());
    CHECK(bench.listed({}) == Ids{"open", "young"});
    CHECK(bench.count("step WHERE root = 'old'") == 0);
    CHECK(bench.count("log WHERE invocation = 'old'") == 0);
    CHECK(bench.count("step") == 2);
    CHECK(bench.count("log") == 2);
    CHECK(bench.count("signal") == 1);
}

TEST_CASE("retention by count keeps those that ended last, and does a part of much at once")
{
    Bench bench;
    std::deque<Asked<Result<std::pair<QueueEntry, bool>>>> added;
    for (int n = 0; n < 450; ++n)
        bench.ask(added.emplace_back(), bench.records().add(submission(std::to_string(n)), at(1)));
    bench.StoreWorld::finish(added);
    std::deque<Asked<Result<void>>> ended;
    for (int n = 0; n < 440; ++n)
        bench.ask(ended.emplace_back(), bench.records().finish(std::to_string(n), Outputs{}, at(1000 - n)));
    bench.StoreWorld::finish(ended);
    int rounds = 1;
    while (bench.run(bench.records().forget({std::chrono::hours{24}, 3}, at(1000))).value())
        ++rounds;
    CHECK(rounds == 3);
    CHECK(bench.listed({false, "succeeded", "", 100}) == Ids{"0", "1", "2"});
    CHECK(bench.open_ids().size() == 10);
}

TEST_CASE("names and notes of any bytes come back as they were")
{
    Bench bench;
    const std::string strange{"a\0\xff'\"\n", 6};
    Submission work = submission(strange, strange);
    work.order_key = strange;
    work.idempotency_key = strange;
    REQUIRE(bench.add(work));
    CHECK(bench.begin(strange)->invocation.id == strange);
    bench.records().note(strange, State::sleeping, strange, 0);
    const Record record = bench.record(strange);
    CHECK(record.id == strange);
    CHECK(record.function == strange);
    CHECK(record.order_key == strange);
    CHECK(record.note == strange);
    CHECK(bench.listed({false, "", strange, 9}) == Ids{strange});
}

TEST_CASE("what has not ended is listed before what has, the latest first in each part")
{
    Bench bench;
    for (const char* id : {"a", "b", "c", "d", "e"})
        REQUIRE(bench.add(id));
    bench.finish("e", Outputs{}, at(4));
    bench.finish("a", Outputs{}, at(6));
    bench.finish("d", Failure{Errc::script, "no"}, at(5));
    CHECK(bench.listed({}) == std::vector<std::string>{"c", "b", "a", "d", "e"});
    RecordFilter some;
    some.most = 3;
    CHECK(bench.listed(some) == std::vector<std::string>{"c", "b", "a"});
    some.most = 1;
    CHECK(bench.listed(some) == std::vector<std::string>{"c"});
    some.most = 2;
    some.state = "succeeded";
    CHECK(bench.listed(some) == std::vector<std::string>{"a", "e"});
    some.open_only = true;
    CHECK(bench.listed(some).empty());
}
