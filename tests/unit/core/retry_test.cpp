#include "core/retry.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t least = 0;
constexpr std::uint64_t most = ~std::uint64_t{0};

} // namespace

TEST_CASE("pauses are drawn from 0 up to a ceiling that doubles until the cap")
{
    Backoff backoff{1s, 5s};
    for (const Duration ceiling : {1s, 2s, 4s, 5s, 5s}) {
        Backoff copy = backoff;
        CHECK(copy.next(least) == 0s);
        copy = backoff;
        CHECK(copy.next(most / 2 + 1) == ceiling / 2);
        const Duration longest = backoff.next(most);
        CHECK(longest < ceiling);
        CHECK(longest > ceiling - 1us);
    }
    backoff.reset();
    CHECK(backoff.next(most) < 1s);
}

TEST_CASE("a very long back-off does not overflow")
{
    Backoff backoff{1s, Duration::max()};
    for (int i = 0; i < 100; ++i)
        CHECK(backoff.next(most) >= 0s);
}

TEST_CASE("there are as many tries after the first as retries")
{
    RetryPlan plan{2};
    const Failure failure{Errc::exit, "exit 1"};
    CHECK(plan.pause_after(failure, least));
    CHECK(plan.tries() == 2);
    CHECK(plan.pause_after(failure, least));
    CHECK_FALSE(plan.pause_after(failure, least));
    CHECK(plan.most_tries() == 3);
}

TEST_CASE("what another try cannot change is not tried again")
{
    for (const Errc code : {Errc::cancelled, Errc::bad_arguments, Errc::not_found})
        CHECK_FALSE(RetryPlan{5}.pause_after({code, "no"}, least));
    Failure marked{Errc::exit, "exit 1"};
    marked.retry = false;
    CHECK_FALSE(RetryPlan{5}.pause_after(marked, least));
    CHECK(RetryPlan{5}.pause_after({Errc::timed_out, "late"}, least));
}
