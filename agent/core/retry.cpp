#include "core/retry.hpp"

#include <algorithm>
#include <cmath>

namespace forager {

Backoff::Backoff(Duration base, Duration cap) : base_{std::min(base, cap)}, cap_{cap}, ceiling_{base_} {}

Duration Backoff::next(std::uint64_t chance)
{
    // The upper 53 bits are what a double holds exactly: a fraction from 0 up to, but not including, 1.
    const double fraction = std::ldexp(static_cast<double>(chance >> 11), -53);
    const auto pause = static_cast<Duration::rep>(fraction * static_cast<double>(ceiling_.count()));
    ceiling_ = ceiling_ < cap_ / 2 ? ceiling_ * 2 : cap_;
    return Duration{pause};
}

RetryPlan::RetryPlan(std::size_t retries, std::size_t done, Backoff backoff)
    : retries_{retries}, done_{done}, backoff_{backoff}
{
}

std::optional<Duration> RetryPlan::pause_after(const Failure& failure, std::uint64_t chance)
{
    if (done_ >= retries_ || !worth_retrying(failure))
        return std::nullopt;
    ++done_;
    return backoff_.next(chance);
}

bool worth_retrying(const Failure& failure)
{
    return failure.retry && failure.code != Errc::cancelled && failure.code != Errc::bad_arguments &&
           failure.code != Errc::not_found;
}

} // namespace forager
