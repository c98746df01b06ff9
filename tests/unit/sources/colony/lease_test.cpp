#include "sources/colony/lease.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace forager;
using namespace forager::colony;
using namespace std::chrono_literals;

namespace {

Lease limited(std::int64_t seconds, std::int64_t most_retries = 0, std::int64_t retries = 0)
{
    Lease lease;
    lease.seconds = seconds;
    lease.most_retries = most_retries;
    lease.retries = retries;
    return lease;
}

Duration left(std::int64_t seconds)
{
    const TimePoint begun{1h};
    return end_of(limited(seconds), begun).value() - begun;
}

} // namespace

TEST_CASE("work begins to end early enough to be gone in time")
{
    CHECK(left(1) == 600ms);
    CHECK(left(2) == 1500ms);
    CHECK(left(4) == 3s);
    CHECK(left(60) == 58500ms);
    CHECK(left(std::numeric_limits<std::int64_t>::max()) > 24h * 365 * 30);
    CHECK_FALSE(end_of(limited(-1), TimePoint{}));
    CHECK_FALSE(fence_of(limited(-1), TimePoint{}));
    CHECK(fence_of(limited(3), TimePoint{2s}) == TimePoint{5s});
    CHECK(fence_of(limited(0), TimePoint{2s}) == TimePoint{3s});
}

TEST_CASE("a time limit of 0 is none for ever: the server takes it away when it looks next")
{
    CHECK(left(0) == left(1));
    CHECK(is_given_again(limited(0, 1)));
}

TEST_CASE("the server gives it again as often as it may")
{
    CHECK_FALSE(is_given_again(limited(10, 0, 0)));
    CHECK(is_given_again(limited(10, 1, 0)));
    CHECK_FALSE(is_given_again(limited(10, 1, 1)));
    CHECK(is_given_again(limited(10, -1, 1000)));
    CHECK_FALSE(is_given_again(limited(-1, 1, 0)));
}

TEST_CASE("a lease is kept as it is")
{
    colonies::Process process;
    process.process_graph = "g";
    process.retries = 2;
    process.spec.max_retries = 3;
    process.spec.max_exec_time = 60;
    process.spec.conditions.cpu = "500m";
    process.spec.conditions.memory = "2Mi";
    Lease lease = lease_of(process, "id");
    lease.begun = 7;
    CHECK(lease.cpu == 500);
    CHECK(lease.memory == 2 << 20);
    CHECK(lease_in(to_object(lease)) == lease);
    CHECK(lease_in({}).begun == 0);
}

TEST_CASE("wishes are read as the server reads them, and their sums stay numbers")
{
    CHECK(millicores("1500m") == 1500);
    for (const char* nothing : {"", "4", "m", "-1m", "1.5m", "1500M", "99999999999999999999m"})
        CHECK(millicores(nothing) == 0);
    CHECK(bytes("3Ki") == 3072);
    CHECK(bytes("3KiB") == 3072);
    CHECK(bytes("1G") == 1'000'000'000);
    for (const char* nothing : {"", "5", "Gi", "-1Gi", "1Pi", "9223372036854775807Gi"})
        CHECK(bytes(nothing) == 0);
    colonies::Process greedy;
    greedy.spec.conditions.cpu = "9223372036854775807m";
    greedy.spec.conditions.memory = "8388607Ti";
    const Lease lease = lease_of(greedy, "id");
    CHECK(lease.cpu <= std::numeric_limits<std::int64_t>::max() / 8000);
    CHECK(lease.memory <= std::numeric_limits<std::int64_t>::max() / 8000);
}
