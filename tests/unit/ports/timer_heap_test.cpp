#include "ports/timer_heap.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

using namespace forager;
using namespace std::chrono_literals;

namespace {

struct Silent final : Timer {
    void fire() override {}
};

constexpr TimePoint start{};

} // namespace

TEST_CASE("timers come out by time, and those of one time in the order of their arming")
{
    TimerHeap heap;
    std::array<Silent, 4> timers;
    heap.arm(timers[0], start + 2s);
    heap.arm(timers[1], start + 1s);
    heap.arm(timers[2], start + 1s);
    heap.arm(timers[3], start + 1s);
    CHECK(heap.next() == start + 1s);
    CHECK(heap.take_due(start) == nullptr);
    CHECK(heap.take_due(start + 1s) == &timers[1]);
    CHECK(heap.take_due(start + 1s) == &timers[2]);
    CHECK(heap.take_due(start + 1s) == &timers[3]);
    CHECK(heap.take_due(start + 1s) == nullptr);
    CHECK(heap.take_due(start + 2s) == &timers[0]);
    CHECK(heap.empty());
    CHECK_FALSE(heap.next());
}

TEST_CASE("an armed timer is moved, and stands last among those of its new time")
{
    TimerHeap heap;
    std::array<Silent, 2> timers;
    heap.arm(timers[0], start + 1s);
    heap.arm(timers[1], start + 2s);
    heap.arm(timers[0], start + 2s);
    CHECK(heap.size() == 2);
    CHECK(heap.take_due(start + 2s) == &timers[1]);
    CHECK(heap.take_due(start + 2s) == &timers[0]);
}

TEST_CASE("a timer that is not armed may be disarmed")
{
    TimerHeap heap;
    Silent timer;
    heap.disarm(timer);
    heap.arm(timer, start);
    CHECK(timer.armed());
    heap.disarm(timer);
    heap.disarm(timer);
    CHECK_FALSE(timer.armed());
    CHECK(heap.empty());
}

TEST_CASE("order holds among many timers that are armed, moved and disarmed")
{
    TimerHeap heap;
    std::vector<Silent> timers(500);
    std::vector<int> times(timers.size(), -1);
    std::mt19937 chance{7};
    for (int step = 0; step < 5000; ++step) {
        const std::size_t index = chance() % timers.size();
        times[index] = chance() % 3 == 0 ? -1 : static_cast<int>(chance() % 100);
        if (times[index] < 0)
            heap.disarm(timers[index]);
        else
            heap.arm(timers[index], start + std::chrono::seconds{times[index]});
    }
    int last = 0;
    while (Timer* timer = heap.take_due(start + 100s)) {
        const auto index = static_cast<std::size_t>(static_cast<Silent*>(timer) - timers.data());
        CHECK(times[index] >= last);
        last = times[index];
        times[index] = -1;
    }
    for (const int time : times)
        CHECK(time == -1);
}
