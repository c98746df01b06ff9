#include "base/duration.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

TEST_CASE("durations are sequences of numbers with units")
{
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("0.25s") == 250ms);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("1d") == 24h);
    CHECK(parse_duration("0s") == 0s);
    CHECK(parse_duration("2m5s") == 125s);
}

TEST_CASE("what is not a duration is refused")
{
    for (const char* text : {"", "5", "s", "-1s", "1x", "1s ", " 1s", "1e3s", "nan", "nans", "infs", "1h-5m", "40000d"})
        CHECK_MESSAGE(!parse_duration(text), text);
    CHECK(!duration_from_seconds(-0.1));
    CHECK(!duration_from_seconds(0.0 / 0.0));
    CHECK(!duration_from_seconds(1e300));
    CHECK(duration_from_seconds(0.0015) == 1500us);
}

TEST_CASE("durations are shown short")
{
    CHECK(to_text(350ms) == "350 ms");
    CHECK(to_text(4200ms) == "4.2 s");
    CHECK(to_text(30s) == "30 s");
    CHECK(to_text(65s) == "1 m 05 s");
    CHECK(to_text(130min) == "2 h 10 m");
    CHECK(to_text(49h) == "2 d 01 h");
}
