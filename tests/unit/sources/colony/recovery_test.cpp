#include "sources/colony/recovery.hpp"

#include "executor_world.hpp"
#include "recording_observer.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Story = std::vector<std::string>;

struct Recovering : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    RecordingReporter reporter;
    Arrivals arrivals{desk, reporter};
    Recovery recovery{desk, arrivals};

    /// Of an agent before this one.
    void left(const std::string& id, Lease lease, std::optional<Outcome> outcome = {}, std::size_t starts = 1)
    {
        LentWork work;
        work.invocation.id = id;
        work.invocation.function = "demo.work";
        work.lease = to_object(lease);
        work.outcome = std::move(outcome);
        work.starts = starts;
        outbox.left.push_back(std::move(work));
    }
    Lease lease(std::int64_t retries = 0) const
    {
        Lease lease;
        lease.executor = who.key.id();
        lease.retries = retries;
        return lease;
    }
    void knows(Object process)
    {
        const auto id = part<std::string>(process, "processid");
        colony.processes.insert_or_assign(id, std::move(process));
    }
    /// The server says that this runs here.
    void lends(const std::string& id, Object spec = {}, std::int64_t retries = 0)
    {
        knows(process_record(id, std::move(spec), retries));
        colony.lists[1].push_back(id);
    }
    Result<Recovery::Rest> recover() { return run(recovered()); }
    void open() { REQUIRE(run(recovery.open())); }

private:
    boost::asio::awaitable<Result<Recovery::Rest>> recovered() { return recovery.run(); }
};

} // namespace

TEST_CASE("outcomes that an agent before did not tell are there to be told, those of other executors are not")
{
    Recovering world;
    Lease other = world.lease();
    other.executor = "somebody else";
    world.left("ours", world.lease(), Outcome{Outputs{7}});
    world.left("theirs", other, Outcome{Outputs{7}});
    world.left("their run", other);
    world.open();
    CHECK(world.desk.holdings.untold() == 1);
    CHECK(world.desk.holdings.take_finished() == "ours");
    REQUIRE(world.recover());
    CHECK(world.story.empty());
}

TEST_CASE("an executor whose name is told by the server alone finds what it left")
{
    Recovering world;
    world.desk.who.name.clear();
    world.left("p", world.lease(), Outcome{Outputs{7}});
    world.open();
    CHECK(world.desk.holdings.untold() == 1);
}

TEST_CASE("what ran when the agent died goes on when it is still lent, under the same lease")
{
    Recovering world;
    world.left("p", world.lease(2));
    world.knows(process_record("p", {}, 2));
    world.open();
    REQUIRE(world.recover());
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.outbox.begun.at("p").lease == to_object(world.lease(2)));
    REQUIRE(world.recover());
    CHECK(world.intake.begun == Story{"p"});
}

TEST_CASE("what ran when the agent died ends untold when it is not this lease any more, or nobody's")
{
    Object other = process_record("p");
    other.set("assignedexecutorid", "somebody else");
    Object ended = process_record("p");
    ended.set("state", 4);
    for (const std::optional<Object>& known : {std::optional{process_record("p", {}, 1)}, std::optional{other},
                                               std::optional{ended}, std::optional<Object>{}}) {
        Recovering world;
        world.left("p", world.lease());
        if (known)
            world.knows(*known);
        world.open();
        REQUIRE(world.recover());
        CHECK(world.story == Story{"finish p", "told p"});
        CHECK(world.records.ended.at("p").error().code == Errc::cancelled);
        CHECK(world.intake.begun.empty());
    }
}

TEST_CASE("nothing is given up for the word of a server that is away, or does not know the executor")
{
    for (const auto& [status, message] : std::initializer_list<std::pair<int, const char*>>{
             {503, "later"}, {403, "Access denied, not a member of Colony with name c"}, {500, "pq: whatever"}}) {
        CAPTURE(message);
        Recovering world;
        world.left("p", world.lease());
        world.knows(process_record("p"));
        world.open();
        world.colony.on["getprocessmsg"] = [status, message](const Heard&) {
            return refusal_of_server(status, message);
        };
        CHECK_FALSE(world.recover());
        CHECK(world.story.empty());
        world.colony.on.clear();
        REQUIRE(world.recover());
        CHECK(world.intake.begun == Story{"p"});
    }
}

TEST_CASE("work under which the agent has died too often is given up, and told")
{
    Recovering world;
    world.left("p", world.lease(), {}, 5);
    world.knows(process_record("p"));
    world.open();
    REQUIRE(world.recover());
    CHECK(world.intake.begun.empty());
    CHECK(world.desk.holdings.take_finished() == "p");
    CHECK(world.records.ended.at("p").error().code == Errc::limit);
}

TEST_CASE("work that goes on has no more time than what is left of it")
{
    Recovering world;
    Lease lease = world.lease();
    lease.seconds = 60;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(world.clock.wall().time_since_epoch());
    lease.begun = now.count() - 50'000;
    world.left("p", lease);
    world.knows(process_record("p", {{"maxexectime", 60}}));
    world.open();
    REQUIRE(world.recover());
    CHECK(world.intake.running.at("p").deadline == world.clock.now() + 8500ms);
    CHECK(world.outbox.begun.at("p").lease == to_object(lease)); // the same one: its starts are counted
}

TEST_CASE("what was lent without a word is begun, unless it is known")
{
    Recovering world;
    world.lends("unheard");
    world.lends("running");
    world.lends("told later");
    Object other = process_record("theirs");
    other.set("assignedexecutorid", "somebody else");
    world.knows(other);
    world.colony.lists[1].push_back("theirs");
    world.desk.holdings.add("running", {});
    Held ended;
    ended.outcome = Outputs{};
    world.desk.holdings.add("told later", std::move(ended));
    REQUIRE(world.recover());
    CHECK(world.intake.begun == Story{"unheard"});
    CHECK(world.cancelled.empty());
}

TEST_CASE("a lease that is not the one that runs ends it, and is begun")
{
    Recovering world;
    world.lends("p", {}, 1);
    world.desk.holdings.add("p", {});
    bool recovered = false;
    world.start([](Recovering& in, bool& ended) -> boost::asio::awaitable<void> {
        (void)co_await in.recovery.run();
        ended = true;
    }(world, recovered));
    world.pass(1s);
    CHECK(world.cancelled == Story{"p"});
    CHECK_FALSE(recovered);
    world.desk.settle("p", {});
    world.pass(1s);
    CHECK(recovered);
    CHECK(world.intake.begun == Story{"p"});
}

TEST_CASE("what was lent without a word is found among more than a list can hold")
{
    Recovering world;
    for (int i = 0; i < 100; ++i) {
        Object other = process_record("other" + std::to_string(i));
        other.set("assignedexecutorid", "somebody else");
        world.knows(other);
        world.colony.lists[1].push_back("other" + std::to_string(i));
    }
    world.lends("unheard");
    REQUIRE(world.recover());
    CHECK(world.intake.begun == Story{"unheard"});
    CHECK(part<std::string>(world.colony.last("getprocesshistmsg"), "executorid") == world.who.key.id());
    CHECK(part<std::int64_t>(world.colony.last("getprocesshistmsg"), "state") == 1);
}

TEST_CASE("a record that cannot be read is in nobody's way, and fails when it is ours")
{
    for (const bool is_left : {false, true}) {
        Recovering world;
        Object theirs = process_record("theirs", {{"args", "no list"}});
        theirs.set("assignedexecutorid", "somebody else");
        Object nobodys = process_record("nobody's");
        nobodys.set("retries", "many");
        for (const Object& process : {process_record("ours", {{"args", "no list"}}), theirs, nobodys})
            world.lends(part<std::string>(process, "processid"), part<Object>(process, "spec")), world.knows(process);
        world.lends("good");
        if (is_left)
            world.left("ours", world.lease());
        world.open();
        REQUIRE(world.recover());
        CHECK(world.intake.begun == Story{"good"});
        CHECK(world.desk.holdings.take_finished() == "ours");
        CHECK(world.records.ended.at("ours").error().message.find("args") != std::string::npos);
        CHECK_FALSE(world.desk.holdings.has_finished());
    }
}

TEST_CASE("an end that cannot be written is no end: the next agent looks at it")
{
    Recovering world;
    world.left("p", world.lease());
    world.open();
    world.records.refuses = true;
    REQUIRE(world.recover());
    CHECK(world.story.empty());
}

TEST_CASE("what ends and is told while the server is asked what it lent is not begun again")
{
    Recovering world;
    world.lends("p");
    world.desk.holdings.add("p", {});
    world.colony.on["getprocessesmsg"] = [&](const Heard& call) {
        world.desk.settle("p", {});
        return world.colony.usual(call, "");
    };
    REQUIRE(world.recover());
    CHECK(world.intake.begun.empty());
}

TEST_CASE("what another call has brought while a place was waited for is not begun twice")
{
    Recovering world;
    world.intake.places.resize(1);
    std::optional<Permit> only = world.intake.permit_now();
    world.lends("p");
    world.start([](Recovering& in) -> boost::asio::awaitable<void> { (void)co_await in.recovery.run(); }(world));
    world.pass(1s);
    REQUIRE(world.colony.count("getprocessesmsg") == 1);
    const auto same = colonies::read<colonies::Process>(Value{process_record("p")}).value();
    world.start(world.arrivals.take({}, same, {world.clock.now(), world.clock.now()}));
    world.pass(1s);
    only.reset();
    world.pass(1s);
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.cancelled.empty());
}

TEST_CASE("nothing is asked for until there is a place for what an agent before left")
{
    Recovering world;
    world.intake.places.resize(1);
    std::optional<Permit> only = world.intake.permit_now();
    world.left("p", world.lease());
    world.knows(process_record("p"));
    world.open();
    world.start([](Recovering& in) -> boost::asio::awaitable<void> { (void)co_await in.recovery.run(); }(world));
    world.pass(1s);
    CHECK(world.colony.count("getprocessmsg") == 0);
    world.colony.processes.clear(); // it was taken back meanwhile
    only.reset();
    world.pass(1s);
    CHECK(world.intake.begun.empty());
    CHECK(world.story == Story{"finish p", "told p"});
}
