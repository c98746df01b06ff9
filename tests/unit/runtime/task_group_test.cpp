#include "runtime/task_group.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> sleeper(Clock& clock, Duration duration, int& ended)
{
    co_await sleep_for(clock, duration);
    ++ended;
}

asio::awaitable<void> broken(Clock& clock)
{
    co_await sleep_for(clock, 1s);
    throw std::runtime_error{"broken"};
}

asio::awaitable<void> chain(TaskGroup& group, int left, int& ended)
{
    ++ended;
    if (left > 0)
        group.spawn("next", chain(group, left - 1, ended));
    co_return;
}

asio::awaitable<bool> joined(TaskGroup& group)
{
    co_await group.join();
    co_return true;
}

} // namespace

TEST_CASE("a join waits for all, also for those that were begun by others of the group")
{
    World world;
    TaskGroup group{world.io.get_executor()};
    int ended = 0;
    group.spawn("sleeper", sleeper(world.clock, 1h, ended));
    group.spawn("chain", chain(group, 20'000, ended));
    world.run(joined(group));
    CHECK(ended == 20'002);
    CHECK(group.empty());
}

TEST_CASE("an exception cancels the others and is rethrown when they are gone")
{
    World world;
    TaskGroup group{world.io.get_executor()};
    int ended = 0;
    group.spawn("sleeper", sleeper(world.clock, 1h, ended));
    group.spawn("broken", broken(world.clock));
    CHECK_THROWS_WITH(world.run(joined(group)), "broken");
    CHECK(group.empty());
    CHECK(ended == 0);
    CHECK(world.clock.now() == TimePoint{1s});
}

TEST_CASE("one is cancelled by its name, and after all were cancelled nothing begins")
{
    World world;
    TaskGroup group{world.io.get_executor()};
    int ended = 0;
    group.spawn("a", sleeper(world.clock, 1s, ended));
    group.spawn("b", sleeper(world.clock, 1s, ended));
    CHECK(group.cancel("a"));
    CHECK_FALSE(group.cancel("c"));
    world.run(joined(group));
    CHECK(ended == 1);
    group.cancel();
    group.spawn("late", sleeper(world.clock, 1s, ended));
    world.clock.run_for(world.io, 1h);
    CHECK(group.empty());
    CHECK(ended == 1);
}
