#include "base/timestamp.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

TEST_CASE("a moment is said as RFC 3339 has it, with milliseconds")
{
    CHECK(timestamp(WallTime{}) == "1970-01-01T00:00:00.000Z");
    CHECK(timestamp(WallTime{1'795'544'546s + 42ms}) == "2026-11-24T18:22:26.042Z");
    CHECK(timestamp(WallTime{1'795'544'546s + 999'999us}) == "2026-11-24T18:22:26.999Z");
}

TEST_CASE("before 1970 the fraction counts forwards, too")
{
    CHECK(timestamp(WallTime{-1ms}) == "1969-12-31T23:59:59.999Z");
}
