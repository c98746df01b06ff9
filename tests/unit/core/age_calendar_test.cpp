#include "core/age_calendar.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

TEST_CASE("a clock that goes on gives its own time")
{
    AgeCalendar calendar{24h};
    CHECK(calendar.now(WallTime{100h}, TimePoint{1h}) == WallTime{100h});
    CHECK(calendar.now(WallTime{101h}, TimePoint{2h}) == WallTime{101h});
    CHECK(calendar.now(WallTime{102h + 30s}, TimePoint{3h}) == WallTime{102h + 30s});
}

TEST_CASE("a clock that is set ahead makes nothing old before its time")
{
    AgeCalendar calendar{24h};
    calendar.now(WallTime{1h}, TimePoint{1h});
    CHECK(calendar.now(WallTime{100'002h}, TimePoint{2h}) == WallTime{2h});
    CHECK(calendar.now(WallTime{100'012h}, TimePoint{12h}) == WallTime{12h});
    CHECK(calendar.now(WallTime{100'026h}, TimePoint{26h}) == WallTime{100'026h});
}

TEST_CASE("a clock that is set ahead again and again is followed from the last time")
{
    AgeCalendar calendar{24h};
    calendar.now(WallTime{1h}, TimePoint{1h});
    calendar.now(WallTime{1'002h}, TimePoint{2h});
    CHECK(calendar.now(WallTime{100'003h}, TimePoint{3h}) == WallTime{3h});
    CHECK(calendar.now(WallTime{100'026h}, TimePoint{26h}) == WallTime{26h});
    CHECK(calendar.now(WallTime{100'027h}, TimePoint{27h}) == WallTime{100'027h});
}

TEST_CASE("a clock that is set back is taken at its word")
{
    AgeCalendar calendar{24h};
    calendar.now(WallTime{1'000h}, TimePoint{1h});
    CHECK(calendar.now(WallTime{10h}, TimePoint{2h}) == WallTime{10h});
}
