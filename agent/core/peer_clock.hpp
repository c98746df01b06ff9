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
    /// this can have been here, as far as it can be told: answers that were faster tell how late this one came. A clock
    /// that was set is noticed, and what was known of it forgotten.
    TimePoint when(WallTime theirs, TimePoint asked, TimePoint answered);

    /// When it was `theirs` here, as well as it can be told; nothing as long as nothing was heard of that clock.
    std::optional<TimePoint> at(WallTime theirs) const;

private:
    static constexpr std::size_t remembered = 64;

    std::deque<Duration> lags_; // of the latest answers: the difference of the clocks, and the way here
};

} // namespace forager
