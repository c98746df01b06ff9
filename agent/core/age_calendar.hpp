// A calendar to count ages by: a clock that is set ahead makes nothing old at once.
#pragma once

#include "base/time.hpp"

#include <optional>

namespace forager {

class AgeCalendar {
public:
    /// `longest`: nothing older than this matters to whoever asks.
    explicit AgeCalendar(Duration longest) : longest_{longest} {}

    /// The time to count from. What happened before the clock was set ahead by more than a minute is as old as it
    /// really is; what happened after that seems younger, until nothing from before is left that matters.
    WallTime now(WallTime wall, TimePoint steady);

private:
    struct Look {
        WallTime wall;
        TimePoint steady;
    };

    Duration longest_;
    std::optional<Look> last_;
    Duration ahead_{};
    TimePoint until_{};
};

} // namespace forager
