#include "runtime/workflow_runner.hpp"

#include "result_text.hpp"
#include "workflow_builder.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

Outcome run(World& world, const Workflow& workflow)
{
    const Invocation parent = calling("run");
    return world.run(world.runner.run(workflow, parent, world.observer));
}

Object results(World& world, const Workflow& workflow)
{
    Outcome outcome = run(world, workflow);
    return *outcome.value().at(0).get<Object>();
}

Value reference(std::string task)
{
    return Value{Object{{"$result", Array{Value{std::move(task)}}}}};
}

const Value the_item{Object{{"$item", Array{}}}};

// Functions that most workflows here call.
struct Functions : World {
    explicit Functions(std::uint64_t seed = 1) : World{seed}
    {
        add("t.echo", computes([](std::vector<Value> args) { return one(Value{Array{std::move(args)}}); }));
        add("t.one", gives(one(1)));
        add("t.slow", gives_after(clock, 10s, one("slow")));
        add("t.bad", gives_after(clock, 1s, Failure{Errc::exit, "exit 1"}));
        add("t.count", computes([this](std::vector<Value> args) {
                ++counted;
                return one(args.empty() ? Value{counted} : args[0]);
            }));
    }

    int counted = 0;
};

} // namespace

TEST_CASE("everything that is ready runs at once, and results are given as declared")
{
    Functions world;
    Workflow workflow = named("nightly");
    workflow.tasks = {task("z", "t.slow"), task("a", "t.slow"), after(task("m", "t.slow"), {"z", "a"})};
    const Object expected{{"z", "slow"}, {"a", "slow"}, {"m", "slow"}};
    CHECK(results(world, workflow) == expected);
    CHECK(world.clock.now() == TimePoint{20s});
    CHECK(world.observer.events[2] == "nightly.m waiting: after z and a");
    CHECK(results(world, named("empty")).empty());
}

TEST_CASE("no more tasks run at once than the workflow allows")
{
    Functions world;
    Workflow workflow = named("nightly");
    workflow.concurrency = 2;
    for (const char* name : {"a", "b", "c", "d", "e"})
        workflow.tasks.push_back(task(name, "t.slow"));
    CHECK(results(world, workflow).size() == 5);
    CHECK(world.clock.now() == TimePoint{30s});
}

TEST_CASE("an inline task gets the results of what it is after in declared order, then its own arguments")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask report = after(task("report", "t.echo"), {"slow", "one"});
    report.inline_run = world.registry.find("t.echo").value();
    report.args = {"own", reference("two")};
    workflow.tasks = {task("one", "t.one"), task("two", "t.one"), task("slow", "t.slow"), report};
    CHECK(*results(world, workflow).find("report") == Value{Array{"slow", 1, "own", 1}});
}

TEST_CASE("who uses a result waits for it")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask use = task("use", "t.echo");
    use.args = {Value{Object{{"text", reference("slow")}}}};
    workflow.tasks = {use, task("slow", "t.slow")};
    CHECK(*results(world, workflow).find("use") == Value{Array{Value{Object{{"text", "slow"}}}}});
}

TEST_CASE("what a task with an executor calls may be elsewhere, but not when it is run here")
{
    Functions world;
    Workflow workflow = named("nightly");
    workflow.tasks = {task("train", "gpu.train")};
    CHECK_FALSE(world.runner.check(workflow, &world.registry));
    workflow.tasks[0].executor = "gpu";
    CHECK(world.runner.check(workflow, &world.registry));
    CHECK(run(world, workflow).error().code == Errc::not_found);
}

TEST_CASE("what is wrong with a workflow is found before anything runs, with its place")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask wrong = task("wrong", "t.one");
    wrong.where = "n.lua:7";
    const auto failure = [&](WorkflowTask changed) {
        workflow.tasks = {task("count", "t.count"), std::move(changed)};
        const auto checked = world.runner.check(workflow, &world.registry);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().where == "n.lua:7");
        CHECK(run(world, workflow).error().message == checked.error().message);
        return checked.error();
    };
    CHECK(failure(after(wrong, {"cuont"})).message.ends_with("did you mean 'count'?"));
    WorkflowTask reference_to_nothing = wrong;
    reference_to_nothing.kwargs = {{"x", reference("other")}};
    CHECK(failure(reference_to_nothing).declaration);
    CHECK(failure(after(wrong, {"wrong"})).message == "the task 'wrong' depends on itself");
    WorkflowTask twin = wrong;
    twin.name = "count";
    CHECK(failure(twin).message == "there are two tasks named 'count'");
    WorkflowTask unknown = wrong;
    unknown.function = "t.noe";
    CHECK(failure(unknown).code == Errc::not_found);
    CHECK(failure(unknown).message.starts_with(
        "the task 'wrong' cannot run: there is no function 't.noe'; did you mean"));
    CHECK(failure(unknown).declaration);
    WorkflowTask no_items = wrong;
    no_items.args = {the_item};
    CHECK(failure(no_items).message == "the task 'wrong' refers to an item, but has no foreach");
    world.registry.add_unavailable("backup", "there is no server");
    WorkflowTask unavailable = wrong;
    unavailable.function = "backup.backup";
    CHECK(failure(unavailable).code == Errc::refused);
    CHECK_FALSE(failure(unavailable).declaration);
    CHECK(world.counted == 0);
}

TEST_CASE("a failure fails what depends on it, lets the rest end, and names the task")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask dump = task("dump", "t.bad");
    dump.where = "n.lua:3";
    workflow.tasks = {after(task("report", "t.count"), {"mail"}), dump,
                      after(task("mail", "t.count"), {"dump", "slow"}), task("slow", "t.slow"),
                      after(task("end", "t.count"), {"slow"})};
    const Failure failure = run(world, workflow).error();
    CHECK(failure.code == Errc::exit);
    CHECK(failure.message == "task 'dump' failed: exit 1");
    CHECK(failure.where == "n.lua:3");
    CHECK(*failure.details.find("task") == Value{"dump"});
    CHECK(world.counted == 1);
    CHECK(world.observer.heard("nightly.dump failed: exit 1"));
    CHECK(world.observer.heard("nightly.mail cancelled: dump failed"));
    CHECK(world.observer.heard("nightly.report cancelled: dump failed"));
    CHECK(world.observer.heard("nightly.end succeeded"));
}

TEST_CASE("of several failures the first in time is the workflow's")
{
    Functions world;
    world.add("t.bad_later", gives_after(world.clock, 2s, Failure{Errc::exit, "exit 2"}));
    Workflow workflow = named("nightly");
    workflow.tasks = {task("later", "t.bad_later"), task("sooner", "t.bad")};
    CHECK(run(world, workflow).error().message == "task 'sooner' failed: exit 1");
}

TEST_CASE("a task that may fail leaves null to those that depend on it")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask dump = task("dump", "t.bad");
    dump.go_on = true;
    WorkflowTask report = after(task("report", "t.echo"), {"dump"});
    report.inline_run = world.registry.find("t.echo").value();
    workflow.tasks = {dump, report};
    const Object expected{{"dump", nullptr}, {"report", Array{nullptr}}};
    CHECK(results(world, workflow) == expected);
    CHECK(world.observer.heard("nightly.dump failed: exit 1"));
}

TEST_CASE("a task whose condition says no is skipped and leaves null")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask skipped = after(task("skipped", "t.count"), {"one"});
    skipped.when = computes([](std::vector<Value> results) { return one(results.at(0) == Value{2}); });
    WorkflowTask taken = after(task("taken", "t.count"), {"one"});
    taken.when = computes([](std::vector<Value> results) { return one(results.at(0)); });
    WorkflowTask last = after(task("last", "t.echo"), {"skipped", "taken"});
    last.inline_run = world.registry.find("t.echo").value();
    workflow.tasks = {task("one", "t.one"), skipped, taken, last};
    const Object expected{{"one", 1}, {"skipped", nullptr}, {"taken", 1}, {"last", Array{nullptr, 1}}};
    CHECK(results(world, workflow) == expected);
    CHECK(world.observer.heard("nightly.skipped succeeded: skipped"));
}

TEST_CASE("a condition that fails fails its task")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask bad = task("bad", "t.count");
    bad.when = gives(Failure{Errc::script, "attempt to index nil"});
    workflow.tasks = {bad};
    CHECK(run(world, workflow).error().message == "task 'bad' failed: attempt to index nil");
    CHECK(world.counted == 0);
}

TEST_CASE("a fan-out runs once for each item, a few at a time, and keeps their order")
{
    Functions world;
    int most = 0;
    int now = 0;
    world.add("t.timed", std::make_shared<ScriptedHandler>([&](const Invocation&, std::vector<Value> args) {
                  most = std::max(most, static_cast<int>(world.scheduler.list().size()));
                  // Later items end sooner.
                  return after_pause(world.clock, 10s - std::chrono::seconds{++now}, one(args.at(0)));
              }));
    Workflow workflow = named("nightly");
    WorkflowTask scale = task("scale", "t.timed");
    scale.foreach = Value{Array{"a", "b", "c", "d", "e"}};
    scale.concurrency = 3;
    workflow.tasks = {scale};
    CHECK(*results(world, workflow).find("scale") == Value{Array{"a", "b", "c", "d", "e"}});
    CHECK(most == 3);
    CHECK(world.observer.heard("nightly.scale running: 5 items"));
    CHECK(world.observer.heard("nightly.scale[5] succeeded"));
    CHECK(world.observer.heard("nightly.scale succeeded"));
}

TEST_CASE("the items come from a result or from a function, and arguments may refer to the item")
{
    Functions world;
    world.add("t.list", gives(one(Value{Array{1, 2}})));
    Workflow workflow = named("nightly");
    WorkflowTask args = task("args", "t.echo");
    args.foreach = reference("list");
    args.args = {"x", the_item};
    WorkflowTask inline_task = after(task("inline", "t.echo"), {"list"});
    inline_task.inline_run = world.registry.find("t.echo").value();
    inline_task.foreach_handler = computes([](std::vector<Value> results) { return one(results.at(0)); });
    inline_task.args = {"own"};
    WorkflowTask none = task("none", "t.count");
    none.foreach = Value{Object{}};
    workflow.tasks = {args, inline_task, none, task("list", "t.list")};
    const Object given = results(world, workflow);
    CHECK(*given.find("args") == Value{Array{Array{"x", 1}, Array{"x", 2}}});
    const Value list{Array{1, 2}};
    CHECK(*given.find("inline") == Value{Array{Array{1, list, "own"}, Array{2, list, "own"}}});
    CHECK(*given.find("none") == Value{Array{}});
    CHECK(world.counted == 0);
}

TEST_CASE("the first item that fails cancels the other items of its task")
{
    Functions world;
    world.add("t.mixed", std::make_shared<ScriptedHandler>([&](const Invocation&, std::vector<Value> args) {
                  const bool bad = args.at(0) == Value{2};
                  return after_pause(world.clock, bad ? 1s : 1h, bad ? Failure{Errc::exit, "exit 1"} : one(1));
              }));
    Workflow workflow = named("nightly");
    WorkflowTask scale = task("scale", "t.mixed");
    scale.foreach = Value{Array{1, 2, 3, 4}};
    scale.concurrency = 3;
    workflow.tasks = {scale, task("slow", "t.slow")};
    CHECK(run(world, workflow).error().message == "task 'scale' failed: item 2: exit 1");
    CHECK(world.clock.now() == TimePoint{10s});
    CHECK(world.observer.heard("nightly.scale[1] cancelled"));
    CHECK_FALSE(world.observer.heard("nightly.scale[4] running"));
}

TEST_CASE("a foreach needs a list of bounded length")
{
    Functions world;
    world.add("t.long", gives(one(Value{Array(100'001)})));
    Workflow workflow = named("nightly");
    WorkflowTask scale = task("scale", "t.count");
    scale.foreach = reference("list");
    workflow.tasks = {scale, task("list", "t.long")};
    CHECK(run(world, workflow).error().code == Errc::limit);
    workflow.tasks[1].function = "t.one";
    CHECK(run(world, workflow).error().message ==
          "task 'scale' failed: its foreach needs a list, but got a value of type integer");
    CHECK(world.counted == 0);
}

TEST_CASE("retries and timeout of a task override those of its function")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask dump = task("dump", "t.slow");
    dump.timeout = 2s;
    dump.retries = 1;
    workflow.tasks = {dump};
    CHECK(run(world, workflow).error().message == "task 'dump' failed: t.slow did not end within 2 s");
    CHECK(std::ranges::count(world.observer.events, "nightly.dump running") == 2);
}

TEST_CASE("cancelling a workflow cancels its tasks and is told for each")
{
    Functions world;
    Workflow workflow = named("nightly");
    WorkflowTask scale = task("scale", "t.slow");
    scale.foreach = Value{Array{1, 2}};
    workflow.tasks = {task("slow", "t.slow"), scale, after(task("last", "t.count"), {"slow"})};
    const Invocation parent = calling("run");
    Begun<Outcome> begun;
    world.begin(begun, world.runner.run(workflow, parent, world.observer));
    world.clock.run_for(world.io, 5s);
    begun.cancel();
    world.finish(begun);
    CHECK(is_cancellation(begun.thrown));
    CHECK(world.clock.now() == TimePoint{5s});
    for (const char* label : {"slow", "scale", "scale[1]", "scale[2]", "last"})
        CHECK(world.observer.heard("nightly." + std::string{label} + " cancelled"));
    CHECK(world.counted == 0);
    CHECK(world.scheduler.list().empty());
}

TEST_CASE("a long chain of tasks that never wait does not pile up")
{
    Functions world;
    Workflow workflow = named("chain");
    for (int i = 0; i < 5'000; ++i) {
        workflow.tasks.push_back(task(std::to_string(i), "t.one"));
        if (i > 0)
            workflow.tasks.back().after = {std::to_string(i - 1)};
    }
    CHECK(results(world, workflow).size() == 5'000);
}
