// Time as the program sees it: durations, points of the monotonic clock, points of the wall clock.
#pragma once

#include <chrono>

namespace forager {

using Duration = std::chrono::nanoseconds;

/// A point of the monotonic clock. Which clock that is (the machine's or a virtual one) is decided by `Clock`.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A point of the calendar's clock, for people and for cron; never used to measure.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

} // namespace forager
