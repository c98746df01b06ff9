#include "ports/within.hpp"

#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

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

asio::awaitable<Result<int>> ending(Clock& clock, Duration duration, Result<int> result)
{
    co_await sleep_for(clock, duration);
    co_return result;
}

// Gives its value all the same when it is cancelled.
asio::awaitable<Result<int>> stubborn(Clock& clock)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    try {
        co_await sleep_for(clock, 1h);
    } catch (const boost::system::system_error&) {
    }
    co_return 7;
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

TEST_CASE("the caller may be one that nobody can cancel")
{
    World world;
    std::optional<std::optional<int>> late;
    asio::co_spawn(world.io, within(world.clock, TimePoint{2s}, slow(world.clock, 1h, 7)),
                   [&late](std::exception_ptr, std::optional<int> value) { late = value; });
    world.clock.run_until(world.io, [&late] { return late.has_value(); });
    CHECK(late == std::optional<std::optional<int>>{std::optional<int>{}});
}

TEST_CASE("work without a value tells whether it ended in time")
{
    World world;
    CHECK(world.run(within(world.clock, TimePoint{2s}, sleep_for(world.clock, 1s))));
    CHECK_FALSE(world.run(within(world.clock, TimePoint{2s}, sleep_for(world.clock, 1h))));
}

TEST_CASE("work that may fail keeps its result and its own failure in time, and is waited for without a limit")
{
    World world;
    const Failure refused{Errc::refused, "no"};
    CHECK(world.run(within(world.clock, TimePoint{2s}, ending(world.clock, 1s, 3), "late")).value() == 3);
    CHECK(world.run(within(world.clock, std::nullopt, ending(world.clock, 6h, 4), "late")).value() == 4);
    const TimePoint soon = world.clock.now() + 2s;
    CHECK(world.run(within(world.clock, soon, ending(world.clock, 1s, refused), "late")).error().message == "no");
}

TEST_CASE("work that may fail and is late fails in the given words, whatever it gives in the end")
{
    World world;
    const auto late = world.run(within(world.clock, TimePoint{2s}, stubborn(world.clock), "too slow"));
    REQUIRE(late.has_error());
    CHECK(late.error().code == Errc::timed_out);
    CHECK(late.error().message == "too slow");
    CHECK(world.clock.now() == TimePoint{2s});
}
