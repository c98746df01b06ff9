#include "runtime/colony_calls.hpp"

#include "result_text.hpp"
#include "work_colony.hpp"
#include "workflow_builder.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

// What is recorded outlives the world of one life; after so many records the program is dead.
class MortalJournal final : public Journal {
public:
    asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) override
    {
        std::vector<JournalEntry> list;
        for (const auto& [key, entry] : kept[invocation])
            list.push_back(entry);
        co_return list;
    }

    asio::awaitable<Result<void>> record(std::string, std::string invocation, JournalEntry entry) override
    {
        if (dead)
            co_return Result<void>{};
        if (left == 0) {
            colony->agent_died();
            dead = true;
            co_await sleep_for(*colony->clock, 24h * 365);
        }
        --left;
        std::string key = entry.key;
        kept[invocation].insert_or_assign(std::move(key), std::move(entry));
        co_return Result<void>{};
    }

    asio::awaitable<Result<std::optional<Value>>> take_signal(std::string, std::string, std::string,
                                                              std::string) override
    {
        co_return std::nullopt;
    }

    void ended(const std::string&) override {}

    std::map<std::string, std::map<std::string, JournalEntry>> kept;
    bool dead = false;
    WorkColony* colony = nullptr;
    int left = 1'000'000;
};

// One life of the agent, in which somebody calls a function of the colony.
struct Life : World {
    Life(WorkColony& colony, MortalJournal& journal) : colony{colony}, journal{journal}
    {
        colony.live_under(clock);
        journal.colony = &colony;
        journal.left = 1'000'000;
        journal.dead = false;
    }

    asio::awaitable<Outcome> calling_there(bool recorded, std::optional<Duration> timeout = {}, std::size_t retries = 0)
    {
        Invocation invocation;
        invocation.id = "called";
        invocation.function = "there.work";
        invocation.args = {Value{7}};
        invocation.timeout = timeout;
        invocation.retries = retries;
        invocation.chain = {{"root", "t.root", recorded, tries_of_caller}};
        return scheduler.call(std::move(invocation), observer,
                              calls.function("there.work", {Object{{"executor", "gpu"}}, {}}));
    }

    // Runs it for a while and kills the agent.
    void die_after(asio::awaitable<Outcome> work, Duration duration)
    {
        Begun<Outcome> begun;
        begin(begun, std::move(work));
        clock.run_for(io, duration);
        colony.agent_died();
        journal.dead = true;
        begun.cancel();
        finish(begun);
    }

    // Runs it for a while and cancels it.
    void cancel_after(asio::awaitable<Outcome> work, Duration duration)
    {
        Begun<Outcome> begun;
        begin(begun, std::move(work));
        clock.run_for(io, duration);
        begun.cancel();
        finish(begun);
        REQUIRE(begun.thrown);
        CHECK(is_cancellation(begun.thrown));
    }

    WorkColony& colony;
    MortalJournal& journal;
    ColonyCalls calls{scheduler, journal, colony};
    std::size_t tries_of_caller = 0;
};

} // namespace

TEST_CASE("a call is handed in with all that belongs to it, and gives what its process gave")
{
    WorkColony colony;
    MortalJournal journal;
    Life life{colony, journal};
    for (const bool recorded : {false, true}) {
        const Outcome outcome = life.run(life.calling_there(recorded, 30s));
        REQUIRE(outcome);
        CHECK(as_one(*outcome) == Value{8});
    }
    REQUIRE(colony.processes.size() == 2);
    const ColonyWork& work = colony.processes[1].work;
    CHECK(work.function == "there.work");
    CHECK(work.args == std::vector<Value>{Value{7}});
    CHECK(work.options == Object{{"executor", "gpu"}});
    CHECK(work.patience == Duration{30s});
    CHECK(work.limit == Duration{30s});
    CHECK(work.label != colony.processes[0].work.label);
    CHECK(life.observer.lines.back() == "is process p2 in the colony");
}

TEST_CASE("whenever the agent dies, the process of a recorded call runs once, and its end is heard")
{
    for (int records = 0; records < 3; ++records) {
        for (const Duration lived : {Duration{0s}, Duration{5s}, Duration{15s}}) {
            CAPTURE(records);
            CAPTURE(lived.count());
            WorkColony colony;
            MortalJournal journal;
            {
                Life life{colony, journal};
                journal.left = records;
                life.die_after(life.calling_there(true), lived);
            }
            Life life{colony, journal};
            colony.let_pass(lived);
            const Outcome outcome = life.run(life.calling_there(true));
            REQUIRE(outcome);
            CHECK(as_one(*outcome) == Value{8});
            CHECK(colony.processes.size() == 1);
        }
    }
}

TEST_CASE("a submission whose answer is lost is found again, by whoever waits for it")
{
    for (const bool recorded : {false, true}) {
        WorkColony colony;
        MortalJournal journal;
        Life life{colony, journal};
        colony.lose_next_answer();
        const Outcome outcome = life.run(life.calling_there(recorded));
        REQUIRE(outcome);
        CHECK(colony.processes.size() == 1);
    }
}

TEST_CASE("a server that is gone is waited for where it is recorded, and told where it is not")
{
    WorkColony colony;
    MortalJournal journal;
    Life life{colony, journal};
    colony.gone = true;
    const Outcome refused = life.run(life.calling_there(false));
    REQUIRE(!refused);
    CHECK(refused.error().code == Errc::unreachable);

    Begun<Outcome> begun;
    life.begin(begun, life.calling_there(true));
    life.clock.run_for(life.io, 1min);
    CHECK(!begun.ended());
    CHECK(life.observer.heard("there.work sleeping: until its process in the colony ends"));
    colony.gone = false;
    life.finish(begun);
    REQUIRE(begun.value);
    CHECK(begun.value->has_value());
    CHECK(colony.processes.size() == 1);
    CHECK(std::ranges::count(life.observer.lines, "nobody answers; it is tried again") == 1);
}

TEST_CASE("what the server refuses is told at once")
{
    WorkColony colony;
    MortalJournal journal;
    Life life{colony, journal};
    colony.refuses = Failure{Errc::refused, "never"};
    colony.refuses->retry = false;
    for (const bool recorded : {false, true}) {
        const Outcome outcome = life.run(life.calling_there(recorded));
        REQUIRE(!outcome);
        CHECK(outcome.error().message == "never");
    }
    CHECK(life.clock.now() == TimePoint{});
    // It may be a mistake of the server's start.
    colony.refuses = Failure{Errc::refused, "not a member"};
    CHECK(life.run(life.calling_there(false)).error().message == "not a member");
    CHECK(life.clock.now() == TimePoint{});
    life.tries_of_caller = 1;
    CHECK(life.run(life.calling_there(true)).error().message == "not a member");
    CHECK(life.clock.now() > TimePoint{30s});
    Begun<Outcome> begun;
    life.tries_of_caller = 2;
    life.begin(begun, life.calling_there(true));
    life.clock.run_for(life.io, 10s);
    colony.refuses.reset();
    life.finish(begun);
    CHECK(begun.value->has_value());
}

TEST_CASE("a retry is a process of its own, and a restart goes on with the one that runs")
{
    WorkColony colony;
    MortalJournal journal;
    colony.ends = Failure{Errc::script, "it broke"};
    {
        Life life{colony, journal};
        const Outcome outcome = life.run(life.calling_there(true, {}, 2));
        REQUIRE(!outcome);
        CHECK(outcome.error().message == "it broke");
        CHECK(colony.processes.size() == 3);
    }
    colony.processes.clear();
    journal.kept.clear();
    {
        Life life{colony, journal};
        life.die_after(life.calling_there(true, {}, 2), 15s);
        REQUIRE(colony.processes.size() == 2);
    }
    colony.forget("p1");
    Life life{colony, journal};
    const Outcome outcome = life.run(life.calling_there(true, {}, 2));
    CHECK(!outcome);
    CHECK(colony.processes.size() == 3);
    // When the caller is tried again, so is what failed.
    life.tries_of_caller = 1;
    colony.ends = {};
    CHECK(life.run(life.calling_there(true)));
    CHECK(colony.processes.size() == 4);
}

TEST_CASE("a time limit counts from the first life on, and ends the process")
{
    WorkColony colony;
    MortalJournal journal;
    {
        Life life{colony, journal};
        life.die_after(life.calling_there(true, 8s), 5s);
    }
    Life life{colony, journal};
    life.clock.set_boot("another");
    life.clock.set_wall(WallTime{24h * 20'000} + 5s);
    const Outcome outcome = life.run(life.calling_there(true, 8s));
    REQUIRE(!outcome);
    CHECK(outcome.error().code == Errc::timed_out);
    CHECK(life.clock.now() == TimePoint{3s});
    CHECK(colony.processes[0].cancelled);
    const Outcome plain = life.run(life.calling_there(false, 8s));
    REQUIRE(!plain);
    CHECK(plain.error().code == Errc::timed_out);
    CHECK(colony.processes[1].cancelled);
}

TEST_CASE("whoever is cancelled takes its process back, also one that nobody has told of yet")
{
    for (const bool recorded : {false, true}) {
        WorkColony colony;
        MortalJournal journal;
        Life life{colony, journal};
        life.cancel_after(life.calling_there(recorded), 5s);
        CHECK(colony.processes[0].cancelled);
        colony.answers_after = 2s;
        journal.kept.clear();
        life.cancel_after(life.calling_there(recorded), 1s);
        REQUIRE(colony.processes.size() == 2);
        CHECK(colony.processes.back().cancelled);
    }
}

TEST_CASE("a server that is gone holds up no cancellation")
{
    WorkColony colony;
    MortalJournal journal;
    Life life{colony, journal};
    Begun<Outcome> begun;
    life.begin(begun, life.calling_there(true));
    life.clock.run_for(life.io, 5s);
    colony.answers_after = 1min;
    begun.cancel();
    life.finish(begun);
    CHECK(begun.thrown);
    CHECK(life.clock.now() == TimePoint{8s});
}

TEST_CASE("whoever waits for a process keeps no place of the agent, recorded or not")
{
    for (const bool recorded : {false, true}) {
        WorkColony colony;
        MortalJournal journal;
        Life life{colony, journal};
        life.add("t.caller", std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                     Invocation nested = nested_in(invocation, "there.work", recorded);
                     nested.args = {Value{7}};
                     return life.scheduler.call(std::move(nested), life.observer, life.calls.function("there.work"));
                 }));
        RecordingReporter reporter;
        life.scheduler.submit(life.scheduler.permit_now().value(), calling("t.caller"), reporter);
        life.clock.run_for(life.io, 5s);
        CHECK(life.scheduler.busy() == 0);
        CHECK(life.scheduler.asleep().size() == (recorded ? 1 : 0));
        CHECK(life.scheduler.away().size() == (recorded ? 0 : 1));
        life.clock.run_for(life.io, 6s);
        REQUIRE(reporter.outcomes.size() == 1);
        CHECK(reporter.outcomes[0].has_value());
    }
}

TEST_CASE("an agent that stops leaves the process of a recorded call alone, and takes another one back")
{
    for (const bool recorded : {false, true}) {
        WorkColony colony;
        MortalJournal journal;
        Life life{colony, journal};
        Begun<Outcome> begun;
        life.begin(begun, life.calling_there(recorded));
        life.clock.run_for(life.io, 5s);
        life.run(life.scheduler.drain(0s));
        begun.cancel();
        life.finish(begun);
        CHECK(colony.processes[0].cancelled == !recorded);
    }
}

TEST_CASE("an agent that stops takes the process back where a caller of the caller does not come again")
{
    WorkColony colony;
    MortalJournal journal;
    Life life{colony, journal};
    Invocation invocation = calling("there.work", {Value{7}});
    invocation.id = "called";
    invocation.chain = {{"root", "t.plain", false, 0}, {"durable", "t.durable", true, 0}};
    Begun<Outcome> begun;
    life.begin(begun, life.scheduler.call(invocation, life.observer, life.calls.function("there.work")));
    life.clock.run_for(life.io, 5s);
    life.run(life.scheduler.drain(0s));
    begun.cancel();
    life.finish(begun);
    CHECK(colony.processes[0].cancelled);
}

TEST_CASE("a process that the server does not know any more is a failure that is not tried again")
{
    WorkColony colony;
    MortalJournal journal;
    {
        Life life{colony, journal};
        life.die_after(life.calling_there(true, {}, 3), 5s);
    }
    colony.forget("p1");
    Life life{colony, journal};
    const Outcome outcome = life.run(life.calling_there(true, {}, 3));
    REQUIRE(!outcome);
    CHECK(outcome.error().code == Errc::not_found);
    CHECK(colony.submissions == 1);
}

TEST_CASE("where a colony does the tasks of a workflow, what it cannot carry is done here")
{
    WorkColony colony;
    MortalJournal journal;
    Life life{colony, journal};
    Workflow workflow = named("nightly");
    WorkflowTask bad = task("bad", "there.bad");
    bad.go_on = true;
    WorkflowTask skipped = after(task("skipped", "there.work"), {"bad"});
    skipped.when = gives(one(false));
    WorkflowTask scale = after(task("scale", "there.work"), {"bad"});
    scale.foreach = Value{Array{Value{1}, Value{5}}};
    scale.executor = "gpu";
    scale.timeout = 1min;
    workflow.tasks = {bad, skipped, scale};
    Invocation parent = calling("forager.run");
    parent.id = "run";
    Recording recording{journal, parent, {}};
    const Outcome outcome = life.run(life.runner.run(workflow, parent, life.observer, &recording, &life.calls));
    REQUIRE(outcome);
    const Object expected{{"bad", nullptr}, {"skipped", nullptr}, {"scale", Array{Value{2}, Value{6}}}};
    CHECK(*outcome->at(0).get<Object>() == expected);
    REQUIRE(colony.processes.size() == 3);
    CHECK(colony.processes[0].work.options.empty());
    const ColonyWork& work = colony.processes[2].work;
    CHECK(work.options == Object{{"executor", "gpu"}});
    CHECK(work.limit == Duration{1min});
    CHECK(!work.patience);
}
