#include "ports/with_grace.hpp"

#include "ports/within.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> asking(Clock& clock, Duration duration)
{
    co_await sleep_for(clock, duration);
    co_return 7;
}

// What it heard is there also where it is cancelled after that.
asio::awaitable<int> caller(Clock& clock, Duration duration, int& heard)
{
    auto work = asking(clock, duration);
    heard = co_await with_grace(clock, 2s, std::move(work));
    co_await sleep_for(clock, 1h);
    co_return 0;
}

asio::awaitable<bool> ended(Clock& clock, Duration duration, int& heard)
{
    auto work = caller(clock, duration, heard);
    const auto value = co_await within(clock, clock.now() + 1s, std::move(work));
    co_return value.has_value();
}

} // namespace

TEST_CASE("work of somebody who is cancelled may still end for a while, and his next wait throws")
{
    World world;
    int heard = 0;
    CHECK_FALSE(world.run(ended(world.clock, 2s, heard)));
    CHECK(heard == 7);
    CHECK(world.clock.now() == TimePoint{2s});
}

TEST_CASE("work that takes longer than the grace is cut off")
{
    World world;
    int heard = 0;
    CHECK_FALSE(world.run(ended(world.clock, 1h, heard)));
    CHECK(heard == 0);
    CHECK(world.clock.now() == TimePoint{3s});
}

TEST_CASE("without a cancellation it takes its time")
{
    World world;
    CHECK(world.run(with_grace(world.clock, 2s, asking(world.clock, 1h))) == 7);
}
