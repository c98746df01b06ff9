#include "app/agent/drain.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

class Told final : public Reporter {
public:
    asio::awaitable<Result<void>> report(const Invocation&, const Outcome&) override
    {
        ++outcomes;
        co_return Result<void>{};
    }

    int outcomes = 0;
};

asio::awaitable<bool> pass_for(Gate& gate, Clock& clock, Duration time)
{
    const Gate::Inside inside = gate.pass();
    co_await sleep_for(clock, time);
    co_return true;
}

asio::awaitable<bool> hold_for(Scheduler& scheduler, Clock& clock, Duration time)
{
    const Permit permit = co_await scheduler.permit();
    co_await sleep_for(clock, time);
    co_return true;
}

asio::awaitable<Outcome> rest_for(World& world, Invocation invocation, Duration time)
{
    co_await sleep_for(world.clock, 1min);
    auto rest = world.scheduler.rest(invocation, "for long");
    co_await sleep_for(world.clock, time);
    co_await world.scheduler.wake(std::move(rest));
    co_return Outputs{};
}

// The drain alone, with sources that are a word in a list.
struct DrainWorld : World {
    void submit(const char* function)
    {
        Invocation invocation = calling(function);
        scheduler.submit(scheduler.permit_now().value(), std::move(invocation), told);
    }

    Gate gate;
    Told told;
    std::vector<std::string> words;
    std::function<bool()> busy = [this] {
        return scheduler.busy() > 0 || scheduler.list().size() > scheduler.asleep().size();
    };
    Drain drain{io.get_executor(),
                {gate, scheduler, [this] { words.emplace_back("pause"); }, [this] { words.emplace_back("resume"); },
                 [this] { return busy(); }}};
};

} // namespace

TEST_CASE("an agent in which nothing runs is drained at once, and begins again when it is told to")
{
    DrainWorld world;
    world.run(world.drain.run());
    CHECK(world.clock.now() == TimePoint{});
    CHECK(world.gate.is_shut());
    CHECK(world.words == std::vector<std::string>{"pause"});
    world.drain.resume();
    CHECK_FALSE(world.gate.is_shut());
    CHECK(world.words == std::vector<std::string>{"pause", "resume"});
}

TEST_CASE("a drain ends at the moment in which the last work has ended")
{
    DrainWorld world;
    world.add("a.short", gives_after(world.clock, 5s, one(1)));
    world.add("a.long", gives_after(world.clock, 1h, one(1)));
    world.submit("a.short");
    world.submit("a.long");
    world.run(world.drain.run());
    CHECK(world.clock.now() == TimePoint{1h});
    CHECK(world.told.outcomes == 2);
}

TEST_CASE("a drain ends when what is left of the work sleeps")
{
    DrainWorld world;
    world.add("a.rests", std::make_shared<ScriptedHandler>([&](const Invocation& invocation, std::vector<Value>) {
                  return rest_for(world, invocation, 6h);
              }));
    world.submit("a.rests");
    world.run(world.drain.run());
    CHECK(world.clock.now() == TimePoint{1min});
    world.run(world.scheduler.drain());
}

TEST_CASE("a drain waits for what has passed the gate")
{
    DrainWorld world;
    Begun<bool> short_one;
    Begun<bool> long_one;
    world.begin(short_one, pass_for(world.gate, world.clock, 2s));
    world.begin(long_one, pass_for(world.gate, world.clock, 3s));
    world.run(world.drain.run());
    CHECK(world.clock.now() == TimePoint{3s});
}

TEST_CASE("a drain waits for a source that asks for work, whose permit is the last one")
{
    DrainWorld world;
    Begun<bool> asks;
    world.begin(asks, hold_for(world.scheduler, world.clock, 20s));
    world.run(world.drain.run());
    CHECK(world.clock.now() == TimePoint{20s});
}

TEST_CASE("whoever waits for a drain can leave, and the agent stays drained")
{
    DrainWorld world;
    Begun<bool> asks;
    Begun<bool> waits;
    world.begin(asks, hold_for(world.scheduler, world.clock, 20s));
    world.begin(waits, and_true(world.drain.run()));
    world.clock.run_for(world.io, 1s);
    waits.cancel();
    world.finish(waits);
    CHECK(is_cancellation(waits.thrown));
    CHECK(world.gate.is_shut());
    world.finish(asks);
}
