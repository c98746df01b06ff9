#include "sources/colony/arrivals.hpp"

#include "executor_world.hpp"
#include "recording_observer.hpp"
#include "result_text.hpp"
#include "sources/colony/recovery.hpp"

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
    Recovery recovery{desk, arrivals};

    void come(const Object& process, TimePoint answered)
    {
        const auto read = colonies::read<colonies::Process>(Value{process}).value();
        start(arrivals.take({}, read, {clock.now(), answered}));
        pass(100ms);
    }

    void knows(Object process)
    {
        const auto id = part<std::string>(process, "processid");
        colony.processes.insert_or_assign(id, std::move(process));
    }

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
};

} // namespace

TEST_CASE("the time of work counts from its assignment, by the server's clock")
{
    Arriving world;
    const TimePoint now = world.clock.now();
    (void)world.desk.server_clock.when(WallTime{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}}, now,
                                       now + 4ms);
    Object process = process_record("p", {{"maxexectime", 60}});
    process.set("starttime", "2020-01-01T00:00:02Z");
    world.come(process, now + 5s);
    CHECK(world.intake.running.at("p").deadline == now + 60500ms);
    CHECK(lease_in(world.outbox.begun.at("p").lease).begun > 0);
}

TEST_CASE("a process that was given out while the server still wrote it is read once more for its environment")
{
    Arriving world;
    const auto fresh = [](const std::string& id, Object spec = {}) {
        Object process = process_record(id, std::move(spec));
        process.set("submissiontime", "2020-01-01T00:00:02.000Z");
        process.set("starttime", "2020-01-01T00:00:02.001Z");
        return process;
    };
    const TimePoint now = world.clock.now();
    world.knows(fresh("cut", {{"env", Object{{"OWN", "value"}}}}));
    world.come(fresh("cut"), now + 3ms);
    CHECK(part<std::string>(world.intake.running.at("cut").env, "OWN") == "value");
    CHECK(world.colony.count("getprocessmsg") == 1);

    world.knows(fresh("bare")); // it has none
    world.come(fresh("bare"), world.clock.now() + 3ms);
    CHECK(world.intake.running.contains("bare"));
    CHECK(world.colony.count("getprocessmsg") == 3);

    world.come(fresh("whole", {{"env", Object{{"OWN", "value"}}}}), world.clock.now() + 3ms);
    world.come(fresh("woke"), world.clock.now() + 5s); // who waited is woken when all is written
    CHECK(world.intake.running.contains("woke"));
    CHECK(world.colony.count("getprocessmsg") == 3);
}

TEST_CASE("before its function is called unknown, a new process without an environment is given time to be written")
{
    Arriving world;
    Function code;
    code.name = "python.python_code";
    world.functions.push_back(code);
    world.desk.who.offer.type = "python";
    const auto process = [](const std::string& id, Object env = {}) {
        return process_record(id, {{"funcname", "own"}, {"env", std::move(env)}});
    };
    world.knows(process("p"));
    world.come(process("p"), world.clock.now() + 5s); // the call seems to have waited: the machine was busy
    CHECK(world.intake.begun.empty());
    world.knows(process("p", {{"code", "def own(): pass"}}));
    world.pass(300ms);
    CHECK(world.intake.running.at("p").function == "python.python_code");

    world.knows(process("q"));
    world.come(process("q"), world.clock.now());
    world.until([&] { return world.records.ended.contains("q"); }); // however often it is read
    CHECK_FALSE(world.records.ended.at("q"));
}

TEST_CASE("what comes is known as heard of, while that is noted, under its lease alone")
{
    Arriving world;
    world.desk.holdings.add("held", {});
    world.arrivals.note_what_comes();
    world.come(process_record("new", {}, 2), world.clock.now());
    const auto head = [](const char* id, std::int64_t retries) {
        colonies::ProcessHead head;
        head.id = id;
        head.retries = retries;
        return head;
    };
    CHECK(world.arrivals.has_heard(head("held", 0)));
    CHECK(world.arrivals.has_heard(head("new", 2)));
    CHECK_FALSE(world.arrivals.has_heard(head("new", 3)));
    CHECK_FALSE(world.arrivals.has_heard(head("other", 0)));
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
    REQUIRE(world.run(world.recovery.run()));
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
