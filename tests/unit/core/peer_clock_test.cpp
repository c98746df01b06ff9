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

TEST_CASE("it was when the answer came, or earlier as faster answers have told")
{
    PeerClock clock;
    CHECK(clock.when(there(10s), here(9s), here(12s)) == here(12s));
    CHECK(clock.when(there(20s), here(19s), here(20s)) == here(20s));
    CHECK(clock.when(there(30s), here(29s), here(35s)) == here(30s));
    CHECK(clock.at(there(25s)) == here(25s));
}

TEST_CASE("it never was before it was asked for")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(9s), here(10s));
    CHECK(clock.when(there(20s), here(20s), here(20s)) == here(20s));
}

TEST_CASE("a clock that was put back is noticed")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(9s), here(10s));
    CHECK(clock.when(there(20s - 1h), here(19s), here(21s)) == here(21s));
    CHECK(clock.when(there(30s - 1h), here(29s), here(35s)) == here(31s));
}

TEST_CASE("a clock that was put forward is followed")
{
    PeerClock clock;
    (void)clock.when(there(10s), here(9s), here(10s));
    CHECK(clock.when(there(20s + 1h), here(19s), here(21s)) == here(21s));
    CHECK(clock.when(there(30s + 1h), here(29s), here(35s)) == here(31s));
}

TEST_CASE("what the fastest answer told is forgotten after enough others")
{
    PeerClock clock;
    (void)clock.when(there(0s), here(0s), here(0s));
    for (int i = 1; i <= 63; ++i)
        CHECK(clock.when(there(i * 1min), here(i * 1min - 1s), here(i * 1min + 2s)) == here(i * 1min));
    CHECK(clock.when(there(64min), here(64min - 1s), here(64min + 2s)) == here(64min + 2s));
}
