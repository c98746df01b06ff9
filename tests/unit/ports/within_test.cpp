#include "ports/within.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> slow(Clock& clock, Duration duration, int value)
{
    co_await sleep_for(clock, duration);
    co_return value;
}

asio::awaitable<int> failing(Clock& clock)
{
    co_await sleep_for(clock, 1s);
    throw std::runtime_error{"broken"};
}

// Needs a second to leave after it was cancelled.
asio::awaitable<int> leaving_late(Clock& clock, bool& gone)
{
    try {
        co_await sleep_for(clock, 1h);
    } catch (const boost::system::system_error&) {
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await sleep_for(clock, 1s);
    gone = true;
    throw_cancelled();
}

} // namespace

TEST_CASE("work that ends in time gives its value and leaves no timer")
{
    World world;
    CHECK(world.run(within(world.clock, world.clock.now() + 2s, slow(world.clock, 1s, 7))) == 7);
    CHECK(world.clock.now() == TimePoint{1s});
}

TEST_CASE("work that is late is cancelled, and gone before the caller goes on")
{
    World world;
    bool gone = false;
    CHECK(world.run(within(world.clock, TimePoint{2s}, leaving_late(world.clock, gone))) == std::nullopt);
    CHECK(gone);
    CHECK(world.clock.now() == TimePoint{3s});
}

TEST_CASE("an error of the work comes through at once and as it was")
{
    World world;
    CHECK_THROWS_WITH(world.run(within(world.clock, TimePoint{1h}, failing(world.clock))), "broken");
    CHECK(world.clock.now() == TimePoint{1s});
}

TEST_CASE("a cancellation of the caller is not mistaken for the limit")
{
    World world;
    bool gone = false;
    Begun<std::optional<int>> begun;
    world.begin(begun, within(world.clock, TimePoint{1h}, leaving_late(world.clock, gone)));
    world.clock.run_for(world.io, 5s);
    begun.cancel();
    world.finish(begun);
    CHECK(gone);
    CHECK(is_cancellation(begun.thrown));
    CHECK(world.clock.now() == TimePoint{6s});
}

TEST_CASE("work without a value tells whether it ended in time")
{
    World world;
    CHECK(world.run(within(world.clock, TimePoint{2s}, sleep_for(world.clock, 1s))));
    CHECK_FALSE(world.run(within(world.clock, TimePoint{2s}, sleep_for(world.clock, 1h))));
}
