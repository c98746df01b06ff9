#include "sources/watch/survey.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("wildcards fit names, but not those with a leading dot")
{
    CHECK(fits("*.csv", "a.csv"));
    CHECK_FALSE(fits("*.csv", "a.csv.part"));
    CHECK_FALSE(fits("*.csv", ".a.csv"));
    CHECK(fits(".*.csv", ".a.csv"));
    CHECK(fits("day-[0-9]?", "day-07"));
    CHECK(fits("a\\*", "a*"));
    CHECK(fits("plain", "plain"));
    CHECK_FALSE(fits("plain", "Plain"));
}
