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

TEST_CASE("a clock that is wrong at the next start makes nothing old before its time, over further starts, too")
{
    constexpr Duration month = 720h;
    AgeCalendar first{month};
    first.now(WallTime{1'000h}, TimePoint{1h});
    AgeCalendar second{month, first.kept()};
    CHECK(second.now(WallTime{90'000h}, TimePoint{5h}) == WallTime{1'000h});
    CHECK(second.now(WallTime{90'001h}, TimePoint{6h}) == WallTime{1'001h});
    AgeCalendar third{month, second.kept()};
    CHECK(third.now(WallTime{90'003h}, TimePoint{1h}) == WallTime{1'003h});
    CHECK(third.now(WallTime{90'003h + 700h}, TimePoint{701h}) == WallTime{1'703h});
    CHECK(third.now(WallTime{90'003h + 719h}, TimePoint{720h}) == WallTime{90'722h}); // nothing is left from before
}

TEST_CASE("short pauses between two processes count as time")
{
    AgeCalendar first{720h};
    first.now(WallTime{1'000h}, TimePoint{1h});
    AgeCalendar second{720h, first.kept()};
    CHECK(second.now(WallTime{1'023h}, TimePoint{1h}) == WallTime{1'023h});
}

TEST_CASE("a machine that begins each time in the past, and then hears the time, has no clock that was set ahead")
{
    AgeCalendar first{720h};
    first.now(WallTime{500'000h}, TimePoint{1h});
    AgeCalendar second{720h, first.kept()};
    CHECK(second.now(WallTime{0h}, TimePoint{1h}) == WallTime{0h});
    CHECK(second.now(WallTime{500'002h}, TimePoint{1h + 1s}) == WallTime{500'002h});
    CHECK(second.kept().seen == WallTime{500'002h});
}
