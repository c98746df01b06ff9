// A calendar to count ages by: a clock that is set ahead makes nothing old at once, nor does one that was wrong while
// nobody looked.
#pragma once

#include "base/time.hpp"

#include <optional>

namespace forager {

class AgeCalendar {
public:
    /// What must outlive the process.
    struct Kept {
        WallTime seen{};  ///< the latest time that the clock showed
        Duration ahead{}; ///< how much of that is no age of anything
        Duration left{};  ///< for how long that still matters
        bool operator==(const Kept&) const = default;
    };

    /// A pause without looks counts up to this; a longer one cannot be told from a clock that was set ahead.
    static constexpr Duration longest_pause = std::chrono::hours{24};

    /// `longest`: nothing older than this matters to whoever asks. `kept`: by the process before.
    explicit AgeCalendar(Duration longest, std::optional<Kept> kept = {}) : longest_{longest}, kept_{kept} {}

    /// The time to count from. What happened before the clock was set ahead by more than a minute is as old as it
    /// really is; what happened after that seems younger, until nothing from before is left that matters.
    WallTime now(WallTime wall, TimePoint steady);

    /// As of the last look.
    Kept kept() const;

private:
    struct Look {
        WallTime wall;
        TimePoint steady;
    };

    Duration leap_of(const Look& look) const;

    Duration longest_;
    std::optional<Kept> kept_; // from before the first look
    std::optional<Look> last_;
    WallTime seen_{};
    Duration ahead_{};
    TimePoint until_{};
};

} // namespace forager
