#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

TEST_CASE("six hours of sleep take no time under a virtual clock")
{
    ScriptWorld world;
    const TimePoint begun = world.clock.now();
    const auto outcome = world.run_script(R"(
        local forager = require "forager"
        forager.all(function() forager.sleep "6h" end, function() forager.sleep "1h" end)
        return "awake")");
    REQUIRE(outcome.has_value());
    CHECK(as_one(*outcome) == Value{"awake"});
    CHECK(world.clock.now() - begun == 6h);
}

TEST_CASE("a cancelled script closes its variables, waits in them, and is gone when it is over")
{
    ScriptWorld world;
    auto& script = world.script(R"(
        local forager = require "forager"
        local guard <close> = setmetatable({}, { __close = function() forager.sleep "2s"; forager.log "closed" end })
        pcall(forager.sleep, "10h")
        forager.log "not reached")");
    Begun<Outcome> begun;
    world.begin(begun, script.run_main(world.invocation, world.observer));
    world.clock.run_for(world.io, 1s);
    begun.cancel();
    world.finish(begun);
    CHECK(begun.thrown);
    CHECK(world.observer.lines == std::vector<std::string>{"closed"});
    CHECK(world.clock.now().time_since_epoch() == 3s);
}

TEST_CASE("clean-up after a cancellation has a limit")
{
    ScriptWorld world;
    auto& script = world.script(R"(
        local forager = require "forager"
        local guard <close> = setmetatable({}, { __close = function() forager.sleep "100h" end })
        forager.sleep "10h")");
    Begun<Outcome> begun;
    world.begin(begun, script.run_main(world.invocation, world.observer));
    world.clock.run_for(world.io, 1s);
    begun.cancel();
    world.finish(begun);
    CHECK(begun.thrown);
    CHECK(world.clock.now().time_since_epoch() == 11s);
}

TEST_CASE("clean-up is over before the fence of the work, also where the script had begun it long before")
{
    ScriptWorld world;
    world.invocation.fence = TimePoint{5s};
    auto& script = world.script(R"(
        local forager = require "forager"
        local function slow()
          local guard <close> = setmetatable({}, { __close = function() forager.sleep "100h" end })
          forager.sleep "10h"
        end
        local task = forager.spawn(slow)
        forager.sleep "1s"
        task:cancel()
        slow())");
    Begun<Outcome> begun;
    world.begin(begun, script.run_main(world.invocation, world.observer));
    world.clock.run_for(world.io, 4s);
    begun.cancel();
    world.finish(begun);
    CHECK(begun.thrown);
    CHECK(world.clock.now() == TimePoint{4400ms});
}

TEST_CASE("who cancels may leave the clean-up less time than usual")
{
    ScriptWorld world;
    REQUIRE(world.run_script(R"(
        local forager = require "forager"
        forager.func {
          name = "t.slow",
          run = function(ctx)
            local guard <close> = setmetatable({}, { __close = function() forager.sleep "100h" end })
            forager.sleep "10h"
          end,
        }
        forager.func { name = "t.outer", run = function(ctx) ctx:call "t.slow" end })",
                             ScriptWorld::Mode::load));
    const TimePoint begun = world.clock.now();
    RecordingReporter reporter;
    for (const char* name : {"t.slow", "t.outer"}) {
        Invocation invocation = calling(name);
        invocation.id = name;
        world.scheduler.submit({}, std::move(invocation), reporter);
    }
    world.clock.run_for(world.io, 1s);
    CHECK(world.scheduler.cancel("t.slow", 800ms));
    CHECK(world.scheduler.cancel("t.outer", 800ms));
    world.clock.run_until(world.io, [&] { return reporter.outcomes.size() == 2; });
    CHECK(world.clock.now() - begun == 1800ms);
}

TEST_CASE("calls of the colony that take no options refuse what they would ignore")
{
    ScriptWorld world;
    for (const char* call :
         {"colony.statistics { state = 'x' }", "colony.crons.list(1)", "colony.wait('p', { timeout = 1 })",
          "colony.workflows.cancel('w', true)", "colony.channels.close('p', 'c', 'x')"}) {
        const auto outcome = world.run_script(std::string{"local colony = require('forager').colony\n"} + call);
        REQUIRE(!outcome);
        CHECK(outcome.error().code == Errc::bad_arguments);
        CHECK(outcome.error().message.find("and there is an argument") != std::string::npos);
    }
    const auto allowed = world.run_script("require('forager').colony.statistics(nil)");
    REQUIRE(!allowed);
    CHECK(allowed.error().message == "there is no colony");
}

TEST_CASE("a function's retries wait under the clock, and its arguments are checked before it runs")
{
    ScriptWorld world;
    REQUIRE(world
                .run_script(R"(
        local forager = require "forager"
        local tries = 0
        forager.func { name = "job.flaky", args = { { "limit", "integer" } }, retries = 9, run = function(ctx, limit)
          tries = tries + 1
          if tries < limit then error "not yet" end
          return tries
        end })")
                .has_value());
    const auto refused = world.call(calling("job.flaky", {Value{"five"}}));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::bad_arguments);
    CHECK(refused.error().message.find("'limit'") != std::string::npos);
    const auto outcome = world.call(calling("job.flaky", {Value{5}}));
    REQUIRE(outcome.has_value());
    CHECK(as_one(*outcome) == Value{5});
    CHECK(world.clock.now().time_since_epoch() > 0s);
}

TEST_CASE("an error carries the script's file and line and a traceback")
{
    ScriptWorld world;
    const auto outcome = world.run_script("local function f()\n  local t = nil\n  return t.x\nend\nf()\n");
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == Errc::script);
    CHECK(outcome.error().where.ends_with("script.lua:3"));
    CHECK(outcome.error().traceback.find("script.lua:5: in main chunk") != std::string::npos);
}

TEST_CASE("a heap that is full names its limit, and the next script runs")
{
    ScriptWorld world;
    scripting::Vm::Config config;
    config.heap_limit = 2 * 1024 * 1024;
    const auto outcome =
        world.run_script("local t = {}\nfor i = 1, 1e9 do\n  t[i] = { i }\nend", ScriptWorld::Mode::run, config);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == Errc::limit);
    CHECK(outcome.error().where.ends_with("script.lua:3"));
    CHECK(outcome.error().message.find("2 MB") != std::string::npos);
    CHECK(world.run_script("return 1").has_value());
}

TEST_CASE("a full heap can be caught, in a coroutine too, and says where it was full")
{
    ScriptWorld world;
    scripting::Vm::Config config;
    config.heap_limit = 4 * 1024 * 1024;
    const auto outcome = world.run_script(R"(
        local function fill() local t = {} for i = 1, 1e9 do t[i] = { i } end end
        local ok, direct = pcall(fill)
        local resumed, inner = coroutine.resume(coroutine.create(fill))
        return direct.code, direct.where, inner.code, inner.where)",
                                          ScriptWorld::Mode::run, config);
    REQUIRE(outcome.has_value());
    CHECK((*outcome)[0] == Value{"limit"});
    CHECK((*outcome)[2] == Value{"limit"});
    CHECK((*outcome)[1].get<std::string>()->ends_with("script.lua:2"));
    CHECK((*outcome)[1] == (*outcome)[3]);
}

TEST_CASE("numbers that are not finite leave no function, kept value or step")
{
    ScriptWorld world;
    REQUIRE(world
                .run_script(R"(
        local forager = require "forager"
        forager.func { name = "t.nan", run = function() return { a = { 0/0 } } end }
        forager.func { name = "t.takes", run = function() end }
        forager.func { name = "t.kv", run = function() forager.kv.set("k", math.huge) end }
        forager.func { name = "t.step", run = function(ctx) return ctx:step("s", function() return { 0/0 } end) end }
        forager.func { name = "t.calls", run = function(ctx) return ctx:call("t.takes", -math.huge) end }
        forager.func { name = "t.raises", run = function() error { code = "mine", number = math.huge } end })")
                .has_value());
    const auto message = [&](const char* function) { return world.call(calling(function)).error().message; };
    CHECK(message("t.nan") == "the result.a[1] is not a number (NaN), which is not data");
    CHECK(message("t.kv") == "kv.set: the value is an infinite number, which is not data");
    CHECK(message("t.step") == "the result of step 's'[1] is not a number (NaN), which is not data");
    CHECK(message("t.calls") == "call: argument 2 is an infinite number, which is not data");
    CHECK(*world.call(calling("t.raises")).error().details.find("number") == Value{"inf"});
}

TEST_CASE("a script may have spawned as many tasks as its limit says, and functions count apart")
{
    ScriptWorld world;
    scripting::Vm::Config config;
    config.tasks = 3;
    const auto outcome = world.run_script(R"(
        local forager = require "forager"
        local function wait() forager.sleep "1h" end
        local tasks = { forager.spawn(wait), forager.spawn(wait), forager.spawn(wait) }
        local fine, problem = pcall(forager.spawn, wait)
        tasks[1]:cancel()
        pcall(tasks[1].join, tasks[1])
        local last = forager.spawn(wait)
        return fine, problem.code, problem.message)",
                                          ScriptWorld::Mode::run, config);
    REQUIRE(outcome.has_value());
    CHECK((*outcome)[0] == Value{false});
    CHECK((*outcome)[1] == Value{"limit"});
    CHECK((*outcome)[2].get<std::string>()->find("limits.tasks") != std::string::npos);
}

TEST_CASE("others go on beside those that compute for ever")
{
    ScriptWorld world;
    auto& script = world.script(R"(
        local forager = require "forager"
        for _ = 1, 10 do
          forager.spawn(function() while true do end end)
        end
        local seen = 0
        for _ = 1, 20 do
          forager.sleep(0)
          seen = seen + 1
        end
        return forager.race(function() forager.sleep(0) return seen end, function() while true do end end))",
                                ScriptWorld::Mode::load);
    const auto outcome = world.run(script.run_main(world.invocation, world.observer));
    REQUIRE(outcome.has_value());
}

TEST_CASE("a failure that nobody heard of fails the script that owned the task")
{
    ScriptWorld world;
    const auto outcome = world.run_script(R"(
        local forager = require "forager"
        forager.spawn(function() error { code = "mine", message = "lost", extra = 7 } end)
        forager.sleep "1s")");
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code_word() == "mine");
    CHECK(*outcome.error().details.find("extra") == Value{7});
}

TEST_CASE("a script that is only checked does nothing that waits")
{
    ScriptWorld world;
    auto& script = world.script(R"(
        local forager = require "forager"
        local out = forager.sh "echo done"
        forager.sleep "10h"
        assert(out.stdout == ""))",
                                ScriptWorld::Mode::check);
    const auto outcome = world.run(script.run_main(world.invocation, world.observer));
    CHECK(outcome.has_value());
    CHECK(script.used_stub);
    CHECK(world.clock.now().time_since_epoch() == 0s);
}
