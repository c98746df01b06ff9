#include "runtime/scheduler.hpp"

#include "io/pool.hpp"
#include "ports/within.hpp"
#include "result_text.hpp"
#include "runtime/away.hpp"
#include "world.hpp"

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Events = std::vector<std::string>;

Function limited(std::string name, std::size_t concurrency)
{
    Function function;
    function.name = std::move(name);
    function.variadic = true;
    function.concurrency = concurrency;
    return function;
}

asio::awaitable<Outcome> throwing()
{
    throw std::runtime_error{"oops"};
    co_return Outputs{};
}

// Waits for ever, and takes a second to clean up when it is cancelled.
asio::awaitable<Outcome> cleaning_up(Clock& clock, bool& clean)
{
    std::exception_ptr cancelled;
    try {
        co_await sleep_for(clock, 1000h);
    } catch (...) {
        cancelled = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(clock, 1s);
    clean = true;
    std::rethrow_exception(cancelled);
}

asio::awaitable<Outcome> calling_on(Scheduler& scheduler, Clock& clock, Invocation nested)
{
    co_await sleep_for(clock, 1s);
    Outcome outcome = co_await scheduler.call(std::move(nested));
    co_return outcome;
}

asio::awaitable<Outcome> giving_up_after(Clock& clock, Duration limit, asio::awaitable<Outcome> work)
{
    (void)co_await within(clock, clock.now() + limit, std::move(work));
    co_await sleep_for(clock, 1min);
    co_return Outputs{};
}

// As a durable function that sleeps for an hour.
asio::awaitable<Outcome> sleeping_an_hour(Scheduler& scheduler, Clock& clock, const Invocation& invocation)
{
    co_await sleep_for(clock, 1s);
    auto rest = scheduler.rest(invocation, "for an hour");
    co_await sleep_for(clock, 1h);
    co_await scheduler.wake(std::move(rest));
    co_await sleep_for(clock, 1s);
    co_return one("rested");
}

// As a function that waits for a process of the colony.
std::shared_ptr<Handler> waiter(World& world, Duration time, Duration patience = {})
{
    return std::make_shared<ScriptedHandler>(
        [&world, time, patience](const Invocation& invocation, std::vector<Value>) {
            return away(world.scheduler, invocation, "until it ends there", patience,
                        after_pause(world.clock, time, one("heard")));
        });
}

std::shared_ptr<Handler> sleeper(World& world)
{
    return std::make_shared<ScriptedHandler>([&world](const Invocation& invocation, std::vector<Value>) {
        return sleeping_an_hour(world.scheduler, world.clock, invocation);
    });
}

// Calls itself as long as its argument says.
std::shared_ptr<Handler> recursive(World& world)
{
    return std::make_shared<ScriptedHandler>([&world](const Invocation& invocation, std::vector<Value> args) {
        const auto left = *args[0].get<std::int64_t>();
        if (left == 0)
            return at_once(one("done"));
        Invocation nested = nested_in(invocation, invocation.function);
        nested.args = {left - 1};
        return calling_on(world.scheduler, world.clock, std::move(nested));
    });
}

asio::awaitable<Outcome> on_the_pool(BlockingPool& pool, std::vector<std::thread::id>& threads)
{
    threads.push_back(std::this_thread::get_id());
    const auto there = co_await pool.run([] { return std::this_thread::get_id(); });
    threads.push_back(std::this_thread::get_id());
    co_return one(there == std::this_thread::get_id());
}

asio::awaitable<void> submit_one(Scheduler& scheduler, Invocation invocation, Reporter& reporter)
{
    Permit permit = co_await scheduler.permit();
    scheduler.submit(std::move(permit), std::move(invocation), reporter);
}

asio::awaitable<void> submit_with(Scheduler& scheduler, std::string id, int priority, Reporter& reporter)
{
    Permit permit = co_await scheduler.permit();
    Invocation invocation = calling("a.narrow");
    invocation.id = std::move(id);
    scheduler.submit(std::move(permit), std::move(invocation), reporter, priority);
}

std::shared_ptr<Handler> noting(Clock& clock, Events& order)
{
    return std::make_shared<ScriptedHandler>([&clock, &order](const Invocation& invocation, std::vector<Value>) {
        order.push_back(invocation.id);
        return after_pause(clock, 1s, Outputs{});
    });
}

} // namespace

TEST_CASE("arguments are checked before the function runs")
{
    World world;
    Function function;
    function.name = "a.b";
    function.parameters = {{"width", Type::integer, {}}};
    int runs = 0;
    world.add(function, computes([&](std::vector<Value> args) {
                  ++runs;
                  return one(args[0]);
              }));
    CHECK(world.call(calling("a.b", {3.0})).value() == Outputs{3});
    CHECK(world.call(calling("a.b", {"x"})).error().code == Errc::bad_arguments);
    CHECK(world.call(calling("a.c")).error().code == Errc::not_found);
    CHECK(runs == 1);
    CHECK(world.observer.events[1] == "a.b succeeded");
    CHECK(world.observer.events[2] == "a.b failed: a.b: the argument 'width' must be of type integer, but is string");
    CHECK(world.scheduler.list().empty());
}

TEST_CASE("a failing function is tried again after pauses, and a six-hour back-off takes no time")
{
    World world;
    int left = 500;
    world.add("a.flaky", computes([&](std::vector<Value>) {
                  return left-- > 0 ? Outcome{Failure{Errc::exit, "exit 1"}} : one("at last");
              }));
    Invocation invocation = calling("a.flaky");
    invocation.retries = 1000;
    CHECK(world.call(invocation).value() == Outputs{"at last"});
    // Five hundred pauses of half a minute on average.
    CHECK(world.clock.now() > TimePoint{3h});
    CHECK(world.clock.now() < TimePoint{6h});
    CHECK(world.observer.events[1].starts_with("a.flaky sleeping: again in "));
    CHECK(world.observer.events[1].ends_with(" (try 2 of 1001): exit 1"));
}

TEST_CASE("the last failure is the outcome when the tries are used up")
{
    World world;
    Function function = limited("a.bad", 1);
    function.retries = 2;
    world.add(function, gives(Failure{Errc::exit, "exit 1"}));
    CHECK(world.call(calling("a.bad")).error().message == "exit 1");
    CHECK(std::ranges::count(world.observer.events, "a.bad running") == 3);
    CHECK(world.observer.events.back() == "a.bad failed: exit 1");
}

TEST_CASE("a try that takes too long is ended and counts as a failure worth another try")
{
    World world;
    Function function = limited("media.thumbnail", 0);
    function.timeout = 30s;
    function.retries = 1;
    world.add(function, gives_after(world.clock, 1h, one(1)));
    const Failure failure = world.call(calling("media.thumbnail")).error();
    CHECK(failure.code == Errc::timed_out);
    CHECK(failure.message == "media.thumbnail did not end within 30 s");
    CHECK(std::ranges::count(world.observer.events, "media.thumbnail running") == 2);
    Invocation patient = calling("media.thumbnail");
    patient.timeout = 2h;
    CHECK(world.call(patient));
}

TEST_CASE("the deadline ends all tries, and a pause beyond it does not hide the failure")
{
    World world;
    world.add("a.slow", gives_after(world.clock, 1h, one(1)));
    world.add("a.bad", gives_after(world.clock, 9s, Failure{Errc::exit, "exit 1"}));
    Invocation slow = calling("a.slow");
    slow.deadline = world.clock.now() + 10s;
    CHECK(world.call(slow).error().message == "a.slow did not end before its deadline");
    CHECK(world.clock.now() == TimePoint{10s});
    Invocation bad = calling("a.bad");
    bad.retries = 100;
    bad.deadline = world.clock.now() + 10s;
    const Failure failure = world.call(bad).error();
    CHECK(world.clock.now() <= TimePoint{20s});
    CHECK((failure.message == "exit 1" || failure.code == Errc::timed_out));
}

TEST_CASE("an exception of a handler is an internal error of its invocation alone")
{
    World world;
    world.add("a.b",
              std::make_shared<ScriptedHandler>([](const Invocation&, std::vector<Value>) { return throwing(); }));
    const Failure failure = world.call(calling("a.b")).error();
    CHECK(failure.code == Errc::script);
    CHECK(failure.message == "internal error: oops");
}

TEST_CASE("no more of a function run at once than its concurrency allows")
{
    World world;
    world.add(limited("a.b", 2), gives_after(world.clock, 1s, one(1)));
    Begun<Outcome> begun[5];
    for (auto& one : begun)
        world.begin(one, world.scheduler.call(calling("a.b")));
    world.clock.run_for(world.io, {});
    const auto list = world.scheduler.list();
    CHECK(std::ranges::count(list, State::running, &RunningInvocation::state) == 2);
    CHECK(std::ranges::count(list, State::waiting, &RunningInvocation::state) == 3);
    for (auto& one : begun)
        world.finish(one);
    CHECK(world.clock.now() == TimePoint{3s});
    CHECK(world.observer.heard("a.b waiting: until fewer than 2 run"));
}

TEST_CASE("who sleeps between two tries lets others run")
{
    World world;
    world.add(limited("a.b", 1), computes([](std::vector<Value> args) {
                  return args.empty() ? Outcome{Failure{Errc::exit, "exit 1"}} : one(1);
              }));
    Invocation sleeping = calling("a.b");
    sleeping.retries = 3;
    Begun<Outcome> begun;
    world.begin(begun, world.scheduler.call(sleeping));
    world.clock.run_for(world.io, {});
    CHECK(world.call(calling("a.b", {1})));
    CHECK_FALSE(begun.ended());
    world.finish(begun);
}

TEST_CASE("who sleeps leaves its place to others of its function, and waits for one when it wakes")
{
    World world;
    world.add(limited("a.sleep", 1), sleeper(world));
    Begun<Outcome> begun[3];
    for (auto& one : begun)
        world.begin(one, world.scheduler.call(calling("a.sleep")));
    world.clock.run_for(world.io, 1h);
    const auto list = world.scheduler.list();
    CHECK(std::ranges::count(list, State::sleeping, &RunningInvocation::state) == 3);
    for (auto& one : begun)
        world.finish(one);
    CHECK(world.clock.now() == TimePoint{1h + 4s}); // the last second one after the other
    CHECK(world.observer.heard("a.sleep waiting: until fewer than 1 run"));
}

TEST_CASE("who waits for a sleeper leaves its own place, too, and is back before it goes on")
{
    World world;
    world.add(limited("a.sleep", 1), sleeper(world));
    world.add(limited("a.outer", 1),
              std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value> args) {
                  if (!args.empty())
                      return after_pause(world.clock, 2h, one("quick"));
                  return calling_on(world.scheduler, world.clock, nested_in(invocation, "a.sleep"));
              }));
    Begun<Outcome> begun;
    world.begin(begun, world.scheduler.call(calling("a.outer")));
    world.clock.run_for(world.io, 3s);
    CHECK(world.call(calling("a.outer", {1})));
    CHECK(world.clock.now() == TimePoint{2h + 3s});
    CHECK_FALSE(begun.ended());
    world.finish(begun);
    CHECK(world.clock.now() == TimePoint{2h + 4s});
}

TEST_CASE("who waits for a place of its function keeps none of the agent's, and the higher priority goes first")
{
    SchedulerConfig config;
    config.concurrency = 2;
    World world{1, config};
    Events order;
    world.add(limited("a.narrow", 1), noting(world.clock, order));
    world.add("a.other", gives(Outputs{}));
    RecordingReporter reporter;
    for (const int priority : {1, 2, 3, 4})
        world.run(submit_with(world.scheduler, std::to_string(priority), priority, reporter));
    world.run(submit_one(world.scheduler, calling("a.other"), reporter));
    world.clock.run_for(world.io, 100ms);
    CHECK(reporter.outcomes.size() == 1);
    CHECK(world.scheduler.busy() == 1);
    CHECK(world.scheduler.crowded() == Events{"2", "3", "4"});
    CHECK(world.scheduler.asleep().empty());
    CHECK(world.scheduler.room_for("a.narrow") == 0);
    CHECK(world.scheduler.room_for("a.other") == Intake::no_limit);
    world.clock.run_for(world.io, 10s);
    CHECK(order == Events{"1", "4", "3", "2"});
    CHECK(reporter.outcomes.size() == 5);
    CHECK(world.scheduler.busy() == 0);
    CHECK(world.scheduler.room_for("a.narrow") == 1);
}

TEST_CASE("also what calls a function that has no room leaves its place to others, and is back before it goes on")
{
    SchedulerConfig config;
    config.concurrency = 1;
    World world{1, config};
    world.add(limited("a.narrow", 1), gives_after(world.clock, 1min, Outputs{}));
    world.add("a.other", gives_after(world.clock, 1h, Outputs{}));
    world.add("a.outer", std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                  return calling_on(world.scheduler, world.clock, nested_in(invocation, "a.narrow"));
              }));
    Begun<Outcome> holder;
    world.begin(holder, world.scheduler.call(calling("a.narrow")));
    RecordingReporter outer;
    RecordingReporter other;
    world.run(submit_one(world.scheduler, calling("a.outer"), outer));
    world.clock.run_for(world.io, 2s);
    CHECK(world.scheduler.busy() == 0);
    world.run(submit_one(world.scheduler, calling("a.other"), other));
    world.clock.run_for(world.io, 30min);
    CHECK(holder.ended());
    CHECK(outer.outcomes.empty()); // it has a place of the function, and waits for the agent's
    world.clock.run_for(world.io, 32min);
    CHECK(other.outcomes.size() == 1);
    CHECK(outer.outcomes.size() == 1);
    CHECK(world.scheduler.busy() == 0);
}

TEST_CASE("who is submitted while there is room has its place of its function at once")
{
    World world;
    Events order;
    world.add(limited("a.narrow", 2), noting(world.clock, order));
    RecordingReporter reporter;
    int told = 0;
    world.scheduler.on_room([&told] { ++told; });
    world.run(submit_with(world.scheduler, "1", 0, reporter));
    CHECK(world.scheduler.room_for("a.narrow") == 1);
    world.clock.run_for(world.io, 5s);
    CHECK(told == 1);
    CHECK(world.scheduler.room_for("a.narrow") == 2);
    world.scheduler.on_room({});
    Invocation second = calling("a.narrow");
    second.id = "2";
    world.scheduler.submit(Permit{}, std::move(second), reporter, 0);
    CHECK(world.scheduler.room_for("a.narrow") == 1);
    CHECK(world.scheduler.cancel("2")); // before it begins
    world.clock.run_for(world.io, 5s);
    CHECK(world.scheduler.room_for("a.narrow") == 2);
    CHECK(order == Events{"1"});
}

TEST_CASE("what sleeps under a scheduler that calls for another leaves the place there, and ends when that one stops")
{
    SchedulerConfig config;
    config.concurrency = 1;
    World world{1, config};
    Registry declared;
    Scheduler guest{world.io.get_executor(), declared, world.clock, world.random, world.observer};
    guest.calls_for(world.scheduler);
    Function function;
    function.name = "g.sleep";
    function.variadic = true;
    REQUIRE(declared.add(std::move(function),
                         std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                             return sleeping_an_hour(guest, world.clock, invocation);
                         })));
    world.add("a.script", std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                  return calling_on(guest, world.clock, nested_in(invocation, "g.sleep"));
              }));
    RecordingReporter reporter;
    Invocation script = calling("a.script");
    script.id = "script";
    world.run(submit_one(world.scheduler, script, reporter));
    world.clock.run_for(world.io, 1min);
    CHECK(world.scheduler.busy() == 0);
    CHECK(world.scheduler.asleep() == std::vector<std::string>{"script"});
    CHECK_FALSE(guest.stopping());
    world.run(world.scheduler.drain());
    CHECK(guest.stopping());
    CHECK(world.clock.now() == TimePoint{1min});
    REQUIRE(reporter.outcomes.size() == 1);
    CHECK(reporter.outcomes[0].error().code == Errc::cancelled);
}

TEST_CASE("who waits for the colony leaves its places, so that what it waits for may come here, and comes back first")
{
    SchedulerConfig config;
    config.concurrency = 1;
    World world{1, config};
    world.add("a.waits", waiter(world, 30min));
    world.add(limited("a.narrow", 1), waiter(world, 30min));
    world.add("a.other", gives_after(world.clock, 1h, Outputs{}));
    RecordingReporter waiters;
    RecordingReporter others;
    for (const char* name : {"a.waits", "a.waits", "a.narrow"})
        world.run(submit_one(world.scheduler, calling(name), waiters));
    world.clock.run_for(world.io, 1min);
    CHECK(world.scheduler.busy() == 0);
    CHECK(world.scheduler.away().size() == 3);
    CHECK(world.scheduler.room_for("a.narrow") == 1);
    CHECK(world.scheduler.asleep().empty()); // and hears no signals, nor is it left to the next start
    CHECK(world.observer.heard("a.waits sleeping: until it ends there"));
    world.run(submit_one(world.scheduler, calling("a.other"), others));
    Begun<bool> late;
    world.begin(late, and_true(submit_one(world.scheduler, calling("a.other"), others)));
    world.clock.run_for(world.io, 1h + 1s);
    CHECK(waiters.outcomes.size() == 3);
    CHECK(others.outcomes.size() == 1);
    CHECK(late.ended());
    world.clock.run_for(world.io, 1h);
    CHECK(others.outcomes.size() == 2);
    CHECK(world.scheduler.busy() == 0);
}

TEST_CASE("who waits for the colony keeps its place as long as its patience lasts, and has its grace at a stop")
{
    World world;
    world.add("a.follows", waiter(world, 5s, 1s));
    world.add("a.waits", waiter(world, 1h));
    RecordingReporter reporter;
    world.run(submit_one(world.scheduler, calling("a.follows"), reporter));
    world.clock.run_for(world.io, 900ms);
    CHECK(world.scheduler.busy() == 1);
    world.clock.run_for(world.io, 200ms);
    CHECK(world.scheduler.busy() == 0);
    world.run(submit_one(world.scheduler, calling("a.waits"), reporter));
    world.run(world.scheduler.drain(10s));
    REQUIRE(reporter.outcomes.size() == 2);
    CHECK(reporter.outcomes[0].has_value());
    CHECK(reporter.outcomes[1].error().code == Errc::cancelled);
    CHECK(world.clock.now() == TimePoint{11100ms});
}

TEST_CASE("more than may wait for the colony at once are told so")
{
    SchedulerConfig config;
    config.away = 2;
    World world{1, config};
    world.add("a.waits", waiter(world, 1h));
    RecordingReporter reporter;
    for (int i = 0; i < 3; ++i) {
        world.run(submit_one(world.scheduler, calling("a.waits"), reporter));
        world.clock.run_for(world.io, 1s);
    }
    REQUIRE(reporter.outcomes.size() == 1);
    CHECK(reporter.outcomes[0].error().code == Errc::limit);
    CHECK(reporter.outcomes[0].error().message.starts_with("2 invocations wait for the colony at once"));
    world.clock.run_for(world.io, 1h);
    CHECK(reporter.outcomes.size() == 3);
    world.run(submit_one(world.scheduler, calling("a.waits"), reporter));
    world.clock.run_for(world.io, 1h);
    CHECK(reporter.outcomes[3].has_value());
}

TEST_CASE("who gives up a wait for the colony has a place again, if there is one")
{
    SchedulerConfig config;
    config.concurrency = 1;
    World world{1, config};
    world.add("a.waits", std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                  return giving_up_after(world.clock, 5s,
                                         away(world.scheduler, invocation, "until it ends there", {},
                                              after_pause(world.clock, 1h, Outputs{})));
              }));
    RecordingReporter reporter;
    world.run(submit_one(world.scheduler, calling("a.waits"), reporter));
    world.clock.run_for(world.io, 4s);
    CHECK(world.scheduler.busy() == 0);
    world.clock.run_for(world.io, 2s);
    CHECK(world.scheduler.busy() == 1);
    CHECK(world.scheduler.away().empty());
    world.clock.run_for(world.io, 1min);
    CHECK(reporter.outcomes.size() == 1);
    CHECK(world.scheduler.busy() == 0);
}

TEST_CASE("a cancellation flows into the handler and is told when the handler is gone")
{
    World world;
    bool clean = false;
    world.add("a.b", std::make_shared<ScriptedHandler>(
                         [&](const Invocation&, std::vector<Value>) { return cleaning_up(world.clock, clean); }));
    Invocation invocation = calling("a.b");
    invocation.retries = 5;
    Begun<Outcome> begun;
    world.begin(begun, world.scheduler.call(invocation));
    world.clock.run_for(world.io, 1s);
    begun.cancel();
    world.clock.run_for(world.io, 500ms);
    CHECK_FALSE(begun.ended());
    world.finish(begun);
    CHECK(clean);
    CHECK(is_cancellation(begun.thrown));
    CHECK(world.observer.events == Events{"a.b running", "a.b cancelled"});
}

TEST_CASE("a function that waits for itself is told so instead of hanging")
{
    World world;
    world.add(limited("a.once", 1), recursive(world));
    world.add(limited("a.thrice", 3), recursive(world));
    CHECK(world.call(calling("a.once", {0})));
    const Failure failure = world.call(calling("a.once", {1})).error();
    CHECK(failure.code == Errc::limit);
    CHECK(failure.message.starts_with("a.once would wait for itself: all 1 "));
    CHECK(world.call(calling("a.thrice", {2})));
    CHECK(world.call(calling("a.thrice", {3})).error().code == Errc::limit);
}

TEST_CASE("also several that wait for each other's end are told so, and those that can end do")
{
    World world;
    world.add(limited("a.b", 2), recursive(world));
    Begun<Outcome> first;
    Begun<Outcome> second;
    world.begin(first, world.scheduler.call(calling("a.b", {1})));
    world.begin(second, world.scheduler.call(calling("a.b", {1})));
    world.finish(first);
    world.finish(second);
    CHECK(first.value->has_value());
    CHECK(second.value->error().code == Errc::limit);
}

TEST_CASE("a function that calls itself for ever comes to an end")
{
    World world;
    world.add("a.b", recursive(world));
    CHECK(world.call(calling("a.b", {50})));
    const Failure failure = world.call(calling("a.b", {1'000'000})).error();
    CHECK(failure.code == Errc::limit);
    CHECK(failure.message.starts_with("calls are nested more than 100 deep (… a.b → a.b → a.b → a.b)"));
}

TEST_CASE("promise 2: one invocation, one outcome")
{
    World world;
    bool clean = false;
    world.add("a.good", gives_after(world.clock, 1s, one("done")));
    world.add("a.bad", gives(Failure{Errc::exit, "exit 1"}));
    world.add("a.broken",
              std::make_shared<ScriptedHandler>([](const Invocation&, std::vector<Value>) { return throwing(); }));
    world.add("a.endless", std::make_shared<ScriptedHandler>(
                               [&](const Invocation&, std::vector<Value>) { return cleaning_up(world.clock, clean); }));
    RecordingReporter reporter;
    for (const char* name : {"a.good", "a.bad", "a.broken", "a.endless", "a.unknown", "a.never_begun"}) {
        Invocation invocation = calling(name);
        invocation.id = name;
        world.run(submit_one(world.scheduler, invocation, reporter));
    }
    Invocation early = calling("a.good");
    early.id = "early";
    world.scheduler.submit({}, early, reporter);
    CHECK(world.scheduler.cancel("early"));
    world.clock.run_for(world.io, 2s);
    CHECK(world.scheduler.cancel("a.endless"));
    CHECK_FALSE(world.scheduler.cancel("a.good"));
    world.run(world.scheduler.drain());
    world.scheduler.submit({}, calling("a.good"), reporter);
    world.clock.run_for(world.io, 1s);

    std::map<std::string, std::string> told;
    for (std::size_t i = 0; i < reporter.ids.size(); ++i) {
        const Outcome& outcome = reporter.outcomes[i];
        const std::string id = reporter.ids[i].size() == 32 ? "late" : reporter.ids[i];
        CHECK(told.emplace(id, outcome ? "" : outcome.error().message).second);
    }
    CHECK(clean);
    CHECK(told.size() == 8);
    CHECK(told["a.good"].empty());
    CHECK(told["a.bad"] == "exit 1");
    CHECK(told["a.broken"] == "internal error: oops");
    CHECK(told["a.endless"] == "a.endless was cancelled");
    CHECK(told["a.unknown"].starts_with("there is no function 'a.unknown'"));
    CHECK(told["early"] == "a.good was cancelled before it began");
    CHECK(told["late"] == "the agent is stopping and takes no more work");
}

TEST_CASE("what was submitted runs the function that there was then, also when it goes before the next turn")
{
    World world;
    world.add("a.good", gives(one(Value{1})));
    RecordingReporter reporter;
    world.scheduler.submit({}, calling("a.good"), reporter);
    world.registry.remove("a.good");
    world.clock.run_for(world.io, 1s);
    REQUIRE(reporter.outcomes.size() == 1);
    CHECK(reporter.outcomes.front().has_value());
}

TEST_CASE("a ticket that is dropped reports that its invocation was abandoned")
{
    World world;
    RecordingReporter reporter;
    TaskGroup reports{world.io.get_executor()};
    {
        Ticket ticket{calling("a.b"), reporter, world.observer, reports};
        ticket.begin();
        const Ticket moved = std::move(ticket);
    }
    world.clock.run_for(world.io, {});
    REQUIRE(reporter.outcomes.size() == 1);
    CHECK(reporter.outcomes[0].error().code == Errc::cancelled);
    CHECK(reporter.outcomes[0].error().message == "a.b was abandoned before it had ended");
}

TEST_CASE("draining lets work end within its grace period, then cancels the rest")
{
    World world;
    world.add("a.short", gives_after(world.clock, 5s, one(1)));
    world.add("a.long", gives_after(world.clock, 1h, one(1)));
    RecordingReporter reporter;
    world.scheduler.submit({}, calling("a.short"), reporter);
    world.scheduler.submit({}, calling("a.long"), reporter);
    world.run(world.scheduler.drain());
    CHECK(world.clock.now() == TimePoint{10s});
    REQUIRE(reporter.outcomes.size() == 2);
    CHECK(reporter.outcomes[0].has_value());
    CHECK(reporter.outcomes[1].error().code == Errc::cancelled);
}

TEST_CASE("admission gives as many permits as are configured")
{
    SchedulerConfig config;
    config.concurrency = 2;
    World world{1, config};
    world.add("a.b", gives_after(world.clock, 1s, one(1)));
    RecordingReporter reporter;
    for (int i = 0; i < 6; ++i)
        world.run(submit_one(world.scheduler, calling("a.b"), reporter));
    world.run(world.scheduler.drain());
    CHECK(reporter.outcomes.size() == 6);
    CHECK(world.clock.now() == TimePoint{3s});
}

TEST_CASE("promise 6: handlers, observers and reporters run on the loop's thread also when the pool works")
{
    World world;
    BlockingPool pool;
    RecordingReporter reporter;
    std::vector<std::thread::id> threads;
    world.add("a.b", std::make_shared<ScriptedHandler>(
                         [&](const Invocation&, std::vector<Value>) { return on_the_pool(pool, threads); }));
    for (int i = 0; i < 20; ++i)
        world.scheduler.submit({}, calling("a.b"), reporter);
    world.clock.run_until(world.io, [&] { return reporter.outcomes.size() == 20; });
    world.run(world.scheduler.drain());
    for (const Outcome& outcome : reporter.outcomes)
        CHECK(outcome.value() == Outputs{false});
    for (const auto* heard : {&threads, &reporter.threads, &world.observer.threads}) {
        CHECK(heard->size() >= 20);
        CHECK(std::set(heard->begin(), heard->end()) == std::set{std::this_thread::get_id()});
    }
}

TEST_CASE("a seeded run repeats exactly, and another seed differs")
{
    const auto trace = [](std::uint64_t seed) {
        World world{seed};
        world.add("a.bad", gives(Failure{Errc::exit, "exit 1"}));
        Invocation invocation = calling("a.bad");
        invocation.retries = 5;
        (void)world.call(invocation);
        return world.observer.trace;
    };
    CHECK(trace(7) == trace(7));
    CHECK(trace(7) != trace(8));
}
