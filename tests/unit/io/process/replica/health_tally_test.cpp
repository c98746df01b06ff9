#include "io/process/replica/health_tally.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

reconcile::HealthCheck every(Duration interval, int retries)
{
    reconcile::HealthCheck check;
    check.command = {"true"};
    check.interval = interval;
    check.retries = retries;
    return check;
}

const TimePoint start{100s};

} // namespace

TEST_CASE("a replica is ready when its first check goes well")
{
    HealthTally tally{every(5s, 3)};
    CHECK_FALSE(tally.health().ready);
    CHECK(tally.pause() == 1s);
    tally.add("", start);
    CHECK(tally.health().ready);
    CHECK(tally.pause() == 5s);
}

TEST_CASE("it stays ready until so many checks in a row have failed")
{
    HealthTally tally{every(5s, 3)};
    tally.add("", start);
    tally.add("no", start + 5s);
    tally.add("no", start + 10s);
    CHECK(tally.health().ready);
    CHECK(tally.health().trouble == "no");
    tally.add("", start + 15s);
    tally.add("no", start + 20s);
    tally.add("no", start + 25s);
    CHECK(tally.health().ready);
    tally.add("no", start + 30s);
    CHECK_FALSE(tally.health().ready);
    CHECK(tally.health().unhealthy);
    tally.add("", start + 35s);
    CHECK(tally.health().ready);
    CHECK_FALSE(tally.health().unhealthy);
}

TEST_CASE("one that begins is asked oftener, but not given up sooner")
{
    HealthTally tally{every(5s, 3)};
    TimePoint now = start;
    for (; now < start + 10s; now += tally.pause()) {
        tally.add("no", now);
        CHECK_FALSE(tally.health().unhealthy);
    }
    tally.add("no", now);
    CHECK(tally.health().unhealthy);
}

TEST_CASE("a short interval is never made longer")
{
    HealthTally tally{every(200ms, 1)};
    CHECK(tally.pause() == 200ms);
    tally.add("no", start);
    CHECK(tally.health().unhealthy);
}
