#include "io/virtual_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <vector>

namespace forager {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct World {
    asio::io_context io{1};
    VirtualClock clock{WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}}};
    int stuck = 0;

    void run()
    {
        clock.run(io, [this] {
            ++stuck;
            io.stop();
        });
    }
};

asio::awaitable<void> count_hours(World& world, int& hours)
{
    for (; hours < 24 * 7; ++hours)
        co_await sleep_for(world.clock, 1h);
    world.io.stop();
}

TEST_CASE("time jumps to the next timer when nothing can run")
{
    World world;
    int hours = 0;
    asio::co_spawn(world.io, count_hours(world, hours), asio::detached);
    world.run();
    CHECK(hours == 24 * 7);
    CHECK(world.clock.now().time_since_epoch() == 24h * 7);
    CHECK(world.clock.wall() == WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 12}});
    CHECK(world.stuck == 0);
}

TEST_CASE("a loop in which nothing can ever run again is told of once")
{
    World world;
    world.run();
    CHECK(world.stuck == 1);
}

asio::awaitable<void> stop_after(World& world, Duration time)
{
    co_await sleep_for(world.clock, time);
    world.io.stop();
}

TEST_CASE("while the real world is asked, time goes by as the machine's does")
{
    World world;
    const VirtualClock::Real real{world.clock};
    const auto begin = std::chrono::steady_clock::now();
    asio::co_spawn(world.io, stop_after(world, 20ms), asio::detached);
    world.run();
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK(world.clock.now().time_since_epoch() >= 20ms);
}

} // namespace
} // namespace forager
