#include "sources/colony/arrivals.hpp"

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

struct Arriving : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    RecordingReporter reporter;
    Arrivals arrivals{desk, reporter};

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
    Result<void> recover() { return run(recovered()); }
    void open() { REQUIRE(run(arrivals.open())); }

    /// A process that stands for a task and uses what other tasks gave.
    static Object task(const std::string& id, std::vector<std::pair<std::string, std::string>> parents)
    {
        Array names, ids, args;
        for (const auto& [name, parent] : parents) {
            names.emplace_back(name);
            ids.emplace_back(parent);
            args.emplace_back(Object{{"$result", Array{name}}});
        }
        Object process = process_record(id, {{"env", Object{{"FORAGER_TASK", R"({"workflow":"w"})"}}},
                                             {"args", std::move(args)},
                                             {"conditions", Object{{"dependencies", std::move(names)}}}});
        process.set("parents", std::move(ids));
        return process;
    }
    void gave(const std::string& id, const std::string& name, Array out)
    {
        Object process = process_record(id, {{"nodename", name}});
        process.set("state", 2);
        process.set("out", std::move(out));
        knows(std::move(process));
    }
    void arrives(Object record) { start(taken(colonies::read<colonies::Process>(Value{std::move(record)}).value())); }

private:
    boost::asio::awaitable<void> taken(colonies::Process process)
    {
        Permit permit = co_await intake.permit();
        const Asked now{clock.now(), clock.now()};
        co_await arrivals.take(std::move(permit), std::move(process), now);
    }
    boost::asio::awaitable<Result<void>> recovered() { return arrivals.recover(); }
};

} // namespace

TEST_CASE("outcomes that an agent before did not tell are there to be told, those of other executors are not")
{
    Arriving world;
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
    Arriving world;
    world.desk.who.name.clear();
    world.left("p", world.lease(), Outcome{Outputs{7}});
    world.open();
    CHECK(world.desk.holdings.untold() == 1);
}

TEST_CASE("what ran when the agent died goes on when it is still lent, under the same lease")
{
    Arriving world;
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
        Arriving world;
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
        Arriving world;
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
    Arriving world;
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
    Arriving world;
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

TEST_CASE("the time of work counts from its assignment, by the server's clock")
{
    Arriving world;
    Object process = process_record("p", {{"maxexectime", 60}});
    process.set("starttime", "2020-01-01T00:00:10Z");
    const auto read = colonies::read<colonies::Process>(Value{process}).value();
    const TimePoint answered = world.clock.now() + 3s;
    world.start(world.arrivals.take({}, read, {world.clock.now(), answered}));
    world.pass(100ms);
    CHECK(world.intake.running.at("p").deadline == answered + 58500ms);
    CHECK(lease_in(world.outbox.begun.at("p").lease).begun > 0);
}

TEST_CASE("what was lent without a word is begun, unless it is known")
{
    Arriving world;
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
    Arriving world;
    world.lends("p", {}, 1);
    world.desk.holdings.add("p", {});
    bool recovered = false;
    world.start([](Arriving& in, bool& ended) -> boost::asio::awaitable<void> {
        (void)co_await in.arrivals.recover();
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

TEST_CASE("what ends and is told while the server is asked what it lent is not begun again")
{
    Arriving world;
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
    Arriving world;
    world.intake.places.resize(1);
    std::optional<Permit> only = world.intake.permit_now();
    world.lends("p");
    world.start([](Arriving& in) -> boost::asio::awaitable<void> { (void)co_await in.arrivals.recover(); }(world));
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
    Arriving world;
    world.intake.places.resize(1);
    std::optional<Permit> only = world.intake.permit_now();
    world.left("p", world.lease());
    world.knows(process_record("p"));
    world.open();
    world.start([](Arriving& in) -> boost::asio::awaitable<void> { (void)co_await in.arrivals.recover(); }(world));
    world.pass(1s);
    CHECK(world.colony.count("getprocessmsg") == 0);
    world.colony.processes.clear(); // it was taken back meanwhile
    only.reset();
    world.pass(1s);
    CHECK(world.intake.begun.empty());
    CHECK(world.story == Story{"finish p", "told p"});
}

TEST_CASE("a task gets what each of its parents gave by their names, whatever the flat list holds")
{
    Arriving world;
    world.gave("pb", "b", {});
    world.gave("pa", "a", {1, 2});
    Object child = Arriving::task("p", {{"a", "pa"}, {"b", "pb"}});
    child.set("in", Array{"in any order"});
    world.arrives(child);
    world.until([&] { return world.intake.running.contains("p"); });
    CHECK(world.intake.running.at("p").args == Array{Array{1, 2}, Value{}});
}

TEST_CASE("of an only parent all came along, and nobody is asked")
{
    Arriving world;
    Object child = Arriving::task("p", {{"a", "pa"}});
    child.set("in", Array{Object{{"$base64", "/w=="}}});
    world.arrives(child);
    world.until([&] { return world.intake.running.contains("p"); });
    CHECK(world.intake.running.at("p").args == Array{"\xff"});
    CHECK(world.colony.count("getprocessmsg") == 0);
}

TEST_CASE("a task waits for a server that is away, and is begun once, also when the server is asked for what is lost")
{
    Arriving world;
    world.gave("pa", "a", {1});
    world.gave("pb", "b", {2});
    const Object child = Arriving::task("p", {{"a", "pa"}, {"b", "pb"}});
    world.knows(child);
    world.colony.lists[1] = {"p"};
    world.colony.on["getprocessmsg"] = [](const Heard&) { return refusal_of_server(500, "pq: the database is away"); };
    world.arrives(child);
    world.pass(5s);
    CHECK(world.intake.begun.empty());
    world.colony.on.clear();
    REQUIRE(world.recover());
    world.until([&] { return world.intake.running.contains("p"); });
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.intake.running.at("p").args == Array{1, 2});
    CHECK_FALSE(world.desk.server.away());
}

TEST_CASE("a task whose parent is gone fails with that")
{
    Arriving world;
    world.gave("pa", "a", {1});
    world.arrives(Arriving::task("p", {{"a", "pa"}, {"b", "removed"}}));
    world.until([&] { return world.records.ended.contains("p"); });
    CHECK_FALSE(world.records.ended.at("p"));
    CHECK(world.intake.begun.empty());
}

TEST_CASE("a task that was given out again while its parents were read is begun under the new lease alone")
{
    Arriving world;
    world.gave("pa", "a", {1});
    world.gave("pb", "b", {2});
    Object child = Arriving::task("p", {{"a", "pa"}, {"b", "pb"}});
    world.colony.on["getprocessmsg"] = [](const Heard&) { return refusal_of_server(500, "pq: the database is away"); };
    world.arrives(child);
    world.pass(1s);
    child.set("retries", 1);
    child.set("parents", Array{});
    Object spec = *child.find("spec")->get<Object>();
    spec.set("args", Array{"fresh"});
    child.set("spec", std::move(spec));
    world.arrives(child);
    world.until([&] { return world.intake.running.contains("p"); });
    world.colony.on.clear();
    world.pass(5s);
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.intake.running.at("p").args == Array{"fresh"});
    CHECK(world.desk.holdings.find("p")->lease.retries == 1);
}
