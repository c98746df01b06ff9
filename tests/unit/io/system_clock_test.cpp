#include "io/entropy.hpp"
#include "io/system_clock.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>

using namespace forager;
using namespace std::chrono_literals;

namespace {

struct Calling final : Timer {
    std::function<void()> call;
    void fire() override { call(); }
};

} // namespace

TEST_CASE("timers fire in order, those of the past too, and the loop runs dry after them")
{
    boost::asio::io_context io{1};
    SystemClock clock{io.get_executor()};
    std::string order;
    std::array<Calling, 3> timers;
    for (std::size_t i = 0; i < timers.size(); ++i)
        timers[i].call = [&order, i] { order += static_cast<char>('a' + i); };
    const TimePoint now = clock.now();
    clock.arm(timers[0], now + 3ms);
    clock.arm(timers[1], now + 2ms);
    clock.arm(timers[2], now - 1h);
    CHECK(order.empty());
    io.run();
    CHECK(order == "cba");
    CHECK(clock.now() >= now + 3ms);
}

TEST_CASE("a disarmed timer neither fires nor holds the loop")
{
    boost::asio::io_context io{1};
    SystemClock clock{io.get_executor()};
    Calling timer;
    timer.call = [] { FAIL("fired"); };
    clock.arm(timer, clock.now() + 1h);
    clock.disarm(timer);
    io.run();
    CHECK_FALSE(timer.armed());
}

TEST_CASE("a timer that arms itself for the past does not starve the others")
{
    boost::asio::io_context io{1};
    SystemClock clock{io.get_executor()};
    Calling greedy;
    Calling modest;
    greedy.call = [&] { clock.arm(greedy, TimePoint{}); };
    modest.call = [&] { clock.disarm(greedy); };
    clock.arm(greedy, TimePoint{});
    clock.arm(modest, clock.now() + 1ms);
    io.run();
    CHECK_FALSE(greedy.armed());
}

TEST_CASE("a clock may go while the loop still holds its ended wait")
{
    boost::asio::io_context io{1};
    auto clock = std::make_unique<SystemClock>(io.get_executor());
    Calling timer;
    clock->arm(timer, clock->now());
    clock->disarm(timer);
    clock.reset();
    io.run();
    CHECK_FALSE(timer.armed());
}

TEST_CASE("a seed makes chance repeatable")
{
    SystemRandom one{42};
    SystemRandom two{42};
    SystemRandom other;
    const std::uint64_t first = one.next();
    CHECK(first == two.next());
    CHECK(first != one.next());
    CHECK(other.next() != other.next());
}
