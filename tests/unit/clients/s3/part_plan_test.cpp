#include "clients/s3/part_plan.hpp"

#include <doctest/doctest.h>

using namespace forager::s3;

namespace {

constexpr std::uint64_t mebi = std::uint64_t{1024} * 1024;
constexpr std::uint64_t tebi = mebi * mebi;

} // namespace

TEST_CASE("a file has equal parts, as large as its size asks for")
{
    CHECK(PartPlan::for_size(20 * mebi, 8 * mebi).size_of(3) == 8 * mebi);
    CHECK(PartPlan::for_size(80'000 * mebi, 8 * mebi).size_of(1) == 8 * mebi);
    CHECK(PartPlan::for_size(80'000 * mebi + 1, 8 * mebi).size_of(1) == 9 * mebi);
    const PartPlan largest = PartPlan::for_size(5 * tebi, 8 * mebi);
    CHECK(largest.size_of(1) * PartPlan::most >= 5 * tebi);
    CHECK(largest.size_of(1) % mebi == 0);
    CHECK(largest.size_of(1) == largest.size_of(PartPlan::most));
}

TEST_CASE("a stream has small parts at first and nearly three tebibytes in all")
{
    const PartPlan plan = PartPlan::for_stream(8 * mebi);
    CHECK(plan.size_of(1) == 8 * mebi);
    CHECK(plan.size_of(1000) == 8 * mebi);
    CHECK(plan.size_of(1001) == 32 * mebi);
    CHECK(plan.size_of(10'000) == 800 * mebi);
    std::uint64_t whole = 0;
    for (int number = 1; number <= PartPlan::most; ++number)
        whole += plan.size_of(number);
    CHECK(whole > tebi * 29 / 10);
}
