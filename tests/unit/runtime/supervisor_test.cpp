#include "runtime/supervisor.hpp"

#include "result_text.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Events = std::vector<std::string>;

asio::awaitable<void> failing(Clock& clock, Duration after)
{
    co_await sleep_for(clock, after);
    throw std::runtime_error{"no connection"};
}

asio::awaitable<void> ticking(Clock& clock, Duration period)
{
    for (;;)
        co_await sleep_for(clock, period);
}

asio::awaitable<void> until_cancelled(Clock& clock, std::string name, Events& events)
{
    std::exception_ptr cancelled;
    try {
        co_await sleep_for(clock, 100'000h);
    } catch (...) {
        cancelled = std::current_exception();
    }
    events.push_back(name + " asked");
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(clock, 1s);
    events.push_back(name + " gone");
    std::rethrow_exception(cancelled);
}

asio::awaitable<Outcome> until_cancelled_outcome(Clock& clock, std::string name, Events& events)
{
    co_await until_cancelled(clock, std::move(name), events);
    co_return Outputs{};
}

// A source: it awaits the work that it brought in.
asio::awaitable<void> calling_loop(Scheduler& scheduler, std::string function)
{
    for (;;)
        (void)co_await scheduler.call(calling(function));
}

asio::awaitable<void> submitting_loop(Scheduler& scheduler, Clock& clock, std::string function, Reporter& reporter)
{
    for (;;) {
        Permit permit = co_await scheduler.permit();
        scheduler.submit(std::move(permit), calling(function), reporter);
        co_await sleep_for(clock, 1s);
    }
}

} // namespace

TEST_CASE("a loop that fails is begun again after a growing pause and says why")
{
    World world;
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    int runs = 0;
    supervisor.start("colony", [&] {
        ++runs;
        return failing(world.clock, 1s);
    });
    world.clock.run_for(world.io, 1h);
    // Pauses of half a minute on average, once they have grown.
    CHECK(runs > 60);
    CHECK(runs < 240);
    const LoopStatus status = supervisor.list().front();
    CHECK(status.name == "colony");
    CHECK(status.restarts + 1 >= static_cast<std::size_t>(runs));
    world.run(supervisor.stop());
    CHECK(supervisor.list().front().state == LoopState::ended);
}

TEST_CASE("a loop shows its last error while it sleeps, and pauses are short again after it ran for a while")
{
    World world;
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    supervisor.start("colony", [&] { return failing(world.clock, 2min); });
    for (int i = 0; i < 50; ++i) {
        world.clock.run_until(world.io, [&] { return supervisor.list().front().state == LoopState::sleeping; });
        CHECK(supervisor.list().front().last_error == "no connection");
        const TimePoint begun = world.clock.now();
        world.clock.run_until(world.io, [&] { return supervisor.list().front().state == LoopState::running; });
        CHECK(world.clock.now() - begun <= 500ms);
    }
    world.run(supervisor.stop());
}

TEST_CASE("a loop keeps its last error when it runs again, and says how long it pauses")
{
    World world;
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    supervisor.start("colony", [&] { return failing(world.clock, 10s); });
    world.clock.run_until(world.io, [&] { return supervisor.list().front().state == LoopState::sleeping; });
    const LoopStatus asleep = supervisor.list().front();
    CHECK(asleep.back_off <= 500ms);
    world.clock.run_until(world.io, [&] { return supervisor.list().front().state == LoopState::running; });
    const LoopStatus again = supervisor.list().front();
    CHECK(again.since == asleep.since + asleep.back_off);
    CHECK(again.back_off == Duration{});
    CHECK(again.last_error == "no connection");
    world.run(supervisor.stop());
}

TEST_CASE("a loop gives a sign of life whenever it runs, and can say what is wrong while it goes on")
{
    World world;
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    supervisor.start("ticks", [&] { return ticking(world.clock, 7s); });
    supervisor.start("hangs", [&] { return sleep_for(world.clock, 100'000h); });
    world.clock.run_for(world.io, 1min);
    CHECK(supervisor.list()[0].alive == TimePoint{56s});
    CHECK(supervisor.list()[1].alive == TimePoint{});
    CHECK(supervisor.report("ticks", "no paper"));
    CHECK_FALSE(supervisor.report("ticks", "no paper"));
    CHECK(supervisor.list()[0].last_error == "no paper");
    CHECK(supervisor.list()[0].state == LoopState::running);
    CHECK(supervisor.list()[1].last_error.empty());
    CHECK(supervisor.report("ticks", ""));
    CHECK(supervisor.list()[0].last_error.empty());
    world.run(supervisor.stop());
}

TEST_CASE("whether a loop that returns is begun again is its policy")
{
    World world;
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    RestartPolicy once;
    once.after_return = false;
    int runs[2] = {};
    supervisor.start("once", [&] { return ++runs[0], sleep_for(world.clock, 1s); }, once);
    supervisor.start("always", [&] { return ++runs[1], sleep_for(world.clock, 1s); });
    world.clock.run_for(world.io, 1h);
    CHECK(runs[0] == 1);
    CHECK(runs[1] > 10);
    CHECK(supervisor.list()[0].state == LoopState::ended);
    world.run(supervisor.stop());
}

TEST_CASE("loops are stopped in reverse order of starting, each gone before the next is asked")
{
    World world;
    Events events;
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    for (const char* name : {"a", "b", "c"})
        supervisor.start(name, [&, name] { return until_cancelled(world.clock, name, events); });
    world.clock.run_for(world.io, 1s);
    world.run(supervisor.stop());
    CHECK(events == Events{"c asked", "c gone", "b asked", "b gone", "a asked", "a gone"});
    CHECK(world.clock.now() == TimePoint{4s});
    supervisor.start("late", [&] { return until_cancelled(world.clock, "late", events); });
    CHECK(supervisor.list().size() == 3);
}

TEST_CASE("promise 5: a cancellation flows from the supervisor through loop and invocation into the handler")
{
    World world;
    Events events;
    world.add("a.work", std::make_shared<ScriptedHandler>([&](const Invocation&, std::vector<Value>) {
                  return until_cancelled_outcome(world.clock, "handler", events);
              }));
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    supervisor.start("source", [&] { return calling_loop(world.scheduler, "a.work"); });
    world.clock.run_for(world.io, 1s);
    CHECK(world.scheduler.list().size() == 1);
    world.run(supervisor.stop());
    CHECK(events == Events{"handler asked", "handler gone"});
    CHECK(world.observer.events == Events{"a.work running", "a.work cancelled"});
    CHECK(world.scheduler.list().empty());
}

TEST_CASE("promise 5: a shutdown stops sources, gives work its grace period, then cancels what is left")
{
    World world;
    RecordingReporter reporter;
    world.add("a.work", gives_after(world.clock, 12s, one("done")));
    Supervisor supervisor{world.io.get_executor(), world.clock, world.random};
    supervisor.start("source", [&] { return submitting_loop(world.scheduler, world.clock, "a.work", reporter); });
    world.clock.run_for(world.io, 9500ms);
    const TimePoint asked = world.clock.now();
    world.run(supervisor.stop());
    CHECK(reporter.outcomes.empty());
    world.run(world.scheduler.drain());
    CHECK(world.clock.now() == asked + 10s);
    // Begun at 0, 1 … 9 s, and cancelled at 19.5 s: only the first eight had their twelve seconds.
    CHECK(reporter.outcomes.size() == 10);
    CHECK(std::ranges::count_if(reporter.outcomes, &Outcome::has_value) == 8);
}
