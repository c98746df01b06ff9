// What one monitor says of one container, and when: decides for the monitor source what is news. No I/O, no clock.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <optional>

namespace forager::monitoring {

/// That something is not as expected is news at once, or, damped, when it still is so a while after that began without
/// having been well for as long meanwhile. That it is well again is news when it has been well for so long.
class Vigil {
public:
    /// `told`: what was told last; who has told nothing takes all to be well.
    Vigil(Duration damp, bool told) : damp_{damp}, told_{told} {}

    void saw(bool ok, TimePoint now);

    /// What is to be told now; nothing: it was.
    std::optional<bool> news(TimePoint now) const;

    /// When there is news if nothing else is seen until then.
    std::optional<TimePoint> next() const;

    void tell(bool ok);

    std::optional<bool> seen() const { return seen_; } ///< nothing: nobody has looked yet
    std::size_t changes() const { return changes_; }   ///< since something was told

private:
    Duration damp_;
    bool told_;
    std::optional<bool> seen_;
    TimePoint since_{};                     // it is as it was seen
    std::optional<TimePoint> unwell_since_; // without having been well for long
    std::size_t changes_ = 0;
};

} // namespace forager::monitoring
