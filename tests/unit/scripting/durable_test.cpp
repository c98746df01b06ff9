#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

#include <boost/asio/async_result.hpp>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

// Keeps what is recorded; after so many records the program is dead: nothing is recorded or answered any more.
class MortalJournal final : public Journal {
public:
    explicit MortalJournal(Clock& clock) : clock_{&clock} {}

    asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) override
    {
        return kept_.entries(std::move(invocation));
    }

    asio::awaitable<Result<void>> record(std::string root, std::string invocation, JournalEntry entry) override
    {
        if (left == 0) {
            dead = true;
            co_await sleep_for(*clock_, 24h * 365);
        }
        --left;
        Result<void> done = co_await kept_.record(std::move(root), std::move(invocation), std::move(entry));
        co_return done;
    }

    asio::awaitable<Result<std::optional<Value>>> take_signal(std::string, std::string, std::string,
                                                              std::string) override
    {
        co_return signal;
    }

    void ended(const std::string&) override {} // its twin lives on in the next program

    void live_under(Clock& clock)
    {
        clock_ = &clock;
        dead = false;
    }

    int left = 1'000'000;
    bool dead = false;
    std::optional<Value> signal;

private:
    Clock* clock_;
    store::MemoryJournal kept_;
};

// What a function of the script gives for an invocation that is always the same one.
Invocation same_invocation(std::size_t tries = 0)
{
    Invocation invocation = calling("t.work");
    invocation.id = "the-same";
    invocation.tries = tries;
    return invocation;
}

void load(ScriptWorld& world, std::string_view text)
{
    auto loaded = world.run_script(text, ScriptWorld::Mode::load);
    if (!loaded)
        throw std::logic_error{loaded.error().message};
}

// Runs it with a death after `records` more records; nothing when it died.
std::optional<Outcome> live(MortalJournal& journal, std::string_view text, int records, std::vector<std::string>& lines)
{
    ScriptWorld world{journal};
    journal.live_under(world.clock);
    journal.left = records;
    load(world, text);
    Begun<Outcome> begun;
    world.begin(begun, world.scheduler.call(same_invocation()));
    world.clock.run_until(world.io, [&] { return begun.ended() || journal.dead; });
    if (!begun.ended()) {
        begun.cancel();
        world.finish(begun);
    }
    lines.insert(lines.end(), world.observer.lines.begin(), world.observer.lines.end());
    return begun.value;
}

constexpr std::string_view story = R"(
    local forager = require "forager"
    forager.func { name = "t.child", run = function(ctx, x) ctx:log("child %d", x) return x * 2 end }
    forager.func { name = "t.work", durable = true, run = function(ctx)
      local seen = {}
      for i = 1, 3 do
        seen[#seen + 1] = ctx:step("part", function() ctx:log("part %d", i) return i end)
      end
      ctx:sleep "6h"
      local chance, now = ctx:random(1, 1000000000), ctx:now()
      seen[#seen + 1] = ctx:call("t.child", 21)
      seen[#seen + 1] = ctx:step("chance", function() ctx:log "chance" return chance end) == chance
      seen[#seen + 1] = ctx:step("now", function() return now end) == now
      local ok, problem = pcall(ctx.step, ctx, "fails", function() ctx:log "fails" error { code = "own", n = 7 } end)
      seen[#seen + 1] = { ok, problem.code, problem.n }
      local a, b = forager.all(function() return ctx:step("a", function() return "A" end) end,
                               function() return ctx:step("b", function() return "B" end) end)
      seen[#seen + 1] = a .. b
      return seen
    end })";

Value told()
{
    return Array{1, 2, 3, 42, true, true, Array{false, "own", 7}, "AB"};
}

} // namespace

TEST_CASE("a durable function that dies after any number of records gives what it would have given")
{
    for (int records = 0;; ++records) {
        ScriptWorld outer;
        MortalJournal journal{outer.clock};
        std::vector<std::string> lines;
        const auto first = live(journal, story, records, lines);
        const auto second = first ? first : live(journal, story, 1'000'000, lines);
        REQUIRE(second);
        REQUIRE(second->has_value());
        CHECK(as_one(**second) == told());
        // Only the one whose record was lost is done again.
        CHECK(lines.size() <= 7);
        if (first)
            break;
        CHECK(records < 20);
    }
}

TEST_CASE("a durable function that dies at every record comes to its end, and no recorded step is done again")
{
    ScriptWorld outer;
    MortalJournal journal{outer.clock};
    std::vector<std::string> lines;
    std::optional<Outcome> outcome;
    int lives = 0;
    while (!outcome && ++lives < 100)
        outcome = live(journal, story, 1, lines);
    REQUIRE(outcome);
    REQUIRE(outcome->has_value());
    CHECK(as_one(**outcome) == told());
    CHECK(lives > 10);
    for (const char* line : {"part 1", "child 21", "chance", "fails"})
        CHECK(std::ranges::count(lines, line) <= 2);
}

TEST_CASE("a sleep that began before a death ends when it would have ended")
{
    ScriptWorld outer;
    MortalJournal journal{outer.clock};
    constexpr std::string_view text = R"(
        require("forager").func { name = "t.work", durable = true, run = function(ctx) ctx:sleep "6h" return "up" end })";
    {
        ScriptWorld world{journal};
        journal.live_under(world.clock);
        load(world, text);
        Begun<Outcome> begun;
        world.begin(begun, world.scheduler.call(same_invocation()));
        world.clock.run_for(world.io, 2h);
        begun.cancel();
        world.finish(begun);
    }
    ScriptWorld world{journal};
    journal.live_under(world.clock);
    world.clock.run_for(world.io, 5h);
    load(world, text);
    const TimePoint begun = world.clock.now();
    CHECK(as_one(world.call(same_invocation()).value()) == Value{"up"});
    CHECK(world.clock.now() - begun == 1h);
}

TEST_CASE("what failed is done again in the next try, and what succeeded is not")
{
    ScriptWorld world;
    load(world, R"(
        local forager = require "forager"
        local failures = 0
        forager.func { name = "t.work", durable = true, retries = 2, run = function(ctx)
          local one = ctx:step("one", function() ctx:log "one" return 1 end)
          return one + ctx:step("two", function()
            ctx:log "two"
            failures = failures + 1
            if failures < 3 then error "not yet" end
            return 2
          end)
        end })");
    const auto outcome = world.call(same_invocation());
    REQUIRE(outcome.has_value());
    CHECK(as_one(*outcome) == Value{3});
    CHECK(world.observer.lines == std::vector<std::string>{"one", "two", "two", "two"});
}

TEST_CASE("what failed in a durable function that another one calls is done again in the other's next try")
{
    ScriptWorld world;
    load(world, R"(
        local forager = require "forager"
        local failures = 0
        forager.func { name = "t.inner", durable = true, run = function(ctx)
          return ctx:step("one", function() ctx:log "one" return 1 end) + ctx:step("two", function()
            ctx:log "two"
            failures = failures + 1
            if failures < 3 then error "not yet" end
            return 2
          end)
        end }
        forager.func { name = "t.work", durable = true, retries = 2, run = function(ctx) return ctx:call "t.inner" end })");
    const auto outcome = world.call(same_invocation());
    REQUIRE(outcome.has_value());
    CHECK(as_one(*outcome) == Value{3});
    CHECK(world.observer.lines == std::vector<std::string>{"one", "two", "two", "two"});
}

TEST_CASE("what a step calls is a part of it")
{
    ScriptWorld outer;
    MortalJournal journal{outer.clock};
    ScriptWorld world{journal};
    load(world, R"(
        local forager = require "forager"
        local calls = 0
        forager.func { name = "t.count", run = function() calls = calls + 1 return calls end }
        forager.func { name = "t.work", durable = true, run = function(ctx)
          local inner = ctx:step("outer", function()
            return ctx:call "t.count" + ctx:step("inner", function() return 10 end)
          end)
          return { inner, ctx:call "t.count" }
        end })");
    const Value first = as_one(world.call(same_invocation()).value());
    CHECK(first == Value{Array{11, 2}});
    CHECK(as_one(world.call(same_invocation()).value()) == first);
}

TEST_CASE("steps of the same name at once, results that are no data, and waits without a record are refused")
{
    ScriptWorld world;
    load(world, R"(
        local forager = require "forager"
        forager.func { name = "t.work", durable = true, run = function(ctx, how)
          if how == "twice" then
            local function twice() return ctx:step("same", function() forager.sleep "1s" end) end
            forager.all(twice, twice)
          elseif how == "print" then
            ctx:step("print", function() return print end)
          else
            ctx:step("wait", function() return ctx:wait "x" end)
          end
        end }
        forager.func { name = "t.plain", run = function(ctx) ctx:wait "x" end })");
    const auto failure = [&](const char* how) {
        Invocation invocation = calling("t.work", {Value{how}});
        const Outcome outcome = world.call(std::move(invocation));
        REQUIRE_FALSE(outcome.has_value());
        return outcome.error().message;
    };
    CHECK(failure("twice").find("step 'same' is being done already") != std::string::npos);
    CHECK(failure("print").find("the result of step 'print'") != std::string::npos);
    CHECK(failure("wait") == "ctx:wait cannot be used inside of a step");
    CHECK(world.call(calling("t.plain")).error().message ==
          "ctx:wait needs a durable function: declare it with durable = true");
}

TEST_CASE("a wait gives the signal's value, or is over in time")
{
    ScriptWorld outer;
    MortalJournal journal{outer.clock};
    ScriptWorld world{journal};
    journal.live_under(world.clock);
    load(world, R"(
        require("forager").func { name = "t.work", durable = true, run = function(ctx)
          return ctx:wait("go", { timeout = "1h" })
        end })");
    SUBCASE("in time")
    {
        Begun<Outcome> begun;
        world.begin(begun, world.scheduler.call(same_invocation()));
        world.clock.run_for(world.io, 30min);
        CHECK_FALSE(begun.ended());
        journal.signal = Value{"now"};
        world.signals.sent("the-same");
        world.clock.run_for(world.io, {});
        REQUIRE(begun.ended());
        CHECK(as_one(begun.value->value()) == Value{"now"});
    }
    SUBCASE("never")
    {
        const Outcome outcome = world.call(same_invocation());
        REQUIRE_FALSE(outcome.has_value());
        CHECK(outcome.error().code == Errc::timed_out);
        CHECK(world.clock.now().time_since_epoch() == 1h);
    }
}

TEST_CASE("who waits beside other work goes on running")
{
    for (const auto& [options, sleeps] : {std::pair{"{ beside = true }", false}, {"{}", true}}) {
        ScriptWorld world;
        load(world, std::string{R"(
            local forager = require "forager"
            forager.func { name = "t.work", durable = true, run = function(ctx)
              local listener = forager.spawn(function() ctx:wait("stop", )"} +
                        options + R"() end)
              forager.sleep(0)
              ctx:step("long", function() forager.sleep "1h" end)
            end })");
        RecordingReporter reporter;
        world.scheduler.submit(Permit{}, same_invocation(), reporter);
        world.clock.run_for(world.io, 1s);
        CHECK(world.scheduler.asleep().empty() != sleeps);
        world.clock.run_for(world.io, 2h);
        REQUIRE(reporter.outcomes.size() == 1);
        CHECK(reporter.outcomes.front().has_value());
    }
}

TEST_CASE("a call has a folder, which goes with it")
{
    ScriptWorld world;
    const auto outcome = world.run_script(R"(
        local forager = require "forager"
        local files = forager.files
        forager.func { name = "t.work", run = function(ctx)
          files.write(ctx:folder() .. "/x", "kept")
          return { ctx:folder(), files.read(ctx:folder() .. "/x") }
        end }
        local folder, content = table.unpack(forager.call "t.work")
        return { content, files.exists(folder) })");
    REQUIRE(outcome);
    CHECK(as_one(*outcome) == Value{Array{"kept", false}});
}

TEST_CASE("what begins to wait or to sleep while the agent stops is put off to the next start")
{
    for (const char* rests : {"ctx:wait 'never'", "ctx:sleep '1h'"}) {
        ScriptWorld world;
        load(world, R"(require("forager").func { name = "t.work", durable = true, run = function(ctx)
            ctx:step("long", function() require("forager").sleep "3s" end) )" +
                        std::string{rests} + " end }");
        RecordingReporter reporter;
        world.scheduler.submit(Permit{}, same_invocation(), reporter);
        world.clock.run_for(world.io, 1s);
        world.run(world.scheduler.drain());
        CHECK(world.clock.now().time_since_epoch() == 3s);
        REQUIRE(reporter.outcomes.size() == 1);
        CHECK(reporter.outcomes.front().error().code == Errc::cancelled);
    }
}

TEST_CASE("code that changed under a run is noticed and treated as its author said")
{
    const auto text = [](const std::string& options, const std::string& body) {
        return R"(require("forager").func { name = "t.work", durable = true, )" + options +
               "run = function(ctx) ctx:step('a', function() return 1 end) " + body + " end }";
    };
    const auto resumed = [&](const std::string& before, const std::string& after) {
        ScriptWorld outer;
        MortalJournal journal{outer.clock};
        std::vector<std::string> lines;
        (void)live(journal, text(before, "ctx:sleep '1h' return 'old'"), 2, lines);
        const auto outcome = live(journal, text(after, "return 'new'"), 1'000'000, lines);
        if (!*outcome)
            return outcome->error().message;
        return *as_one(**outcome).get<std::string>() + (lines.empty() ? "" : ", " + lines.front());
    };
    CHECK(resumed("", "") == "new, goes on with other code: its script has changed since it began");
    CHECK(resumed("changed = 'fail',", "changed = 'fail',") ==
          "t.work cannot go on where it was: its script has changed since it began");
    CHECK(resumed("version = 1,", "version = 1,") == "new");
    CHECK(resumed("version = 1,", "version = 2,") ==
          "t.work cannot go on where it was: it began with version 1, and now there is version 2");
    CHECK(resumed("version = 1,", "version = 2, changed = 'continue',") ==
          "new, goes on with other code: it began with version 1, and now there is version 2");
}

TEST_CASE("what a durable function recorded is forgotten at its end, when nothing can resume it")
{
    ScriptWorld world;
    load(world, R"(
        local forager = require "forager"
        forager.func { name = "t.child", durable = true, run = function(ctx)
          return ctx:step("inner", function() return ctx.id end)
        end }
        forager.func { name = "t.work", durable = true, run = function(ctx)
          return { ctx.id, ctx:call "t.child" }
        end }
        forager.func { name = "t.outer", run = function(ctx)
          local ids = ctx:call "t.work"
          ctx:log "called"
          return ids
        end })");
    const Outcome outcome = world.run(world.scheduler.call(calling("t.outer")));
    REQUIRE(outcome);
    const Array ids = *as_one(*outcome).get<Array>();
    REQUIRE(ids.size() == 2);
    for (const Value& id : ids)
        CHECK(world.run(world.journal.entries(*id.get<std::string>()))->empty());
}
