#include "core/peer_clock.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

constexpr Duration ahead = 1000h; // the other clock

TimePoint here(Duration time)
{
    return TimePoint{time};
}

WallTime there(Duration time)
{
    return WallTime{time + ahead};
}

} // namespace

TEST_CASE("nothing can be told of a clock that was never heard of")
{
    CHECK_FALSE(PeerClock{}.at(there(1s)));
}

TEST_CASE("a fast answer tells how late the others are, also the first ones")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(10s), here(10s + 4ms));
    CHECK(clock.when(there(20s), here(19s), here(23s)) == here(20s));
    CHECK(clock.when(there(30s), here(29s), here(35s)) == here(30s));
    CHECK(clock.at(there(25s)) == here(25s));
}

TEST_CASE("where no answer was fast, it was little before what the fastest one says")
{
    PeerClock clock;
    CHECK(clock.when(there(10s), here(9s), here(12s)) == here(12s - PeerClock::enough));
    CHECK(clock.when(there(20s), here(19s), here(20s)) == here(20s - PeerClock::enough));
    CHECK(clock.when(there(30s), here(29s), here(35s)) == here(30s - PeerClock::enough));
}

TEST_CASE("answers of which none was fast are narrow together")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(9900ms), here(12s)); // no more than a tenth of a second apart
    CHECK(clock.when(there(20s), here(19s), here(20100ms)) == here(19900ms));
    CHECK_FALSE(clock.is_vague(here(20100ms)));
}

TEST_CASE("it never was before it was asked for, nor after the answer")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(9s), here(10s));
    CHECK(clock.when(there(20s), here(20s), here(20s)) == here(20s));
    CHECK(clock.when(there(30100ms), here(30s), here(30s)) == here(30s));
}

TEST_CASE("a clock that was put back is noticed")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(10s), here(10s));
    CHECK(clock.when(there(20s - 1h), here(20900ms), here(21s)) == here(20900ms));
    CHECK(clock.when(there(30s - 1h), here(29s), here(35s)) == here(30900ms));
}

TEST_CASE("a clock that was put forward is followed")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(10s), here(10s));
    CHECK(clock.when(there(20s + 1h), here(20900ms), here(21s)) == here(20900ms));
    CHECK(clock.when(there(30s + 1h), here(29s), here(35s)) == here(30900ms));
}

TEST_CASE("clocks that disagree by little count as one, at its earliest")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(10s), here(10s));
    CHECK(clock.when(there(20s), here(20100ms), here(20100ms)) == here(20100ms));
    CHECK(clock.when(there(30s), here(29s), here(35s)) == here(30s));
}

TEST_CASE("what the fastest answer told is forgotten after enough others, and after a while")
{
    PeerClock clock;
    (void)clock.when(there(0s), here(0s), here(0s));
    for (int i = 1; i <= 63; ++i)
        CHECK(clock.when(there(i * 1s), here(i * 1s - 1s), here(i * 1s + 2s)) == here(i * 1s));
    CHECK(clock.when(there(64s), here(63s), here(66s)) == here(66s - PeerClock::enough));

    PeerClock idle;
    CHECK(idle.is_vague(here(0s)));
    (void)idle.when(there(0s), here(0s), here(0s));
    CHECK_FALSE(idle.is_vague(here(15min)));
    CHECK(idle.is_vague(here(15min + 1s)));
}
