// When something happened by another machine's clock, on this one's: the clocks may be hours apart, and an answer that
// tells of it may be late. Used where a limit counts from such a moment.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <deque>
#include <optional>

namespace forager {

class PeerClock {
public:
    /// Somewhere between asking and the answer's arrival it was `theirs` by the other clock. The earliest moment that
    /// this can have been here, as far as it can be told: how far the clocks are apart lies between what all answers
    /// allow, and where that is wide, at most `enough` before what the fastest of them says. A clock that was set is
    /// noticed, and what was known of it forgotten.
    TimePoint when(WallTime theirs, TimePoint asked, TimePoint answered);

    /// When it was `theirs` here, as well as it can be told; nothing as long as nothing was heard of that clock.
    std::optional<TimePoint> at(WallTime theirs) const;

    /// Whether a fast answer would tell more than is known.
    bool is_vague(TimePoint now) const;

    static constexpr Duration enough = std::chrono::milliseconds{250};

private:
    /// What one answer allows: this clock's time less the other's.
    struct Bounds {
        TimePoint seen;
        Duration least;
        Duration most;
    };

    std::optional<Bounds> together(TimePoint since) const;
    static Duration difference(const Bounds& bounds);

    static constexpr std::size_t remembered = 64;
    static constexpr Duration good_for = std::chrono::minutes{15}; // clocks drift by some milliseconds in it

    std::deque<Bounds> known_; // of the latest answers
};

} // namespace forager
