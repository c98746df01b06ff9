// Armed timers in the order of their times, for whoever implements `Clock`: the system's clock and virtual ones. Used
// on one strand.
#pragma once

#include "ports/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace forager {

/// A binary heap that knows where each timer stands. Timers of the same time come out in the order of their arming.
class TimerHeap {
public:
    /// O(log n). A timer that is armed already is moved, and stands last among those of its new time.
    void arm(Timer& timer, TimePoint when);

    /// O(log n). Nothing happens to a timer that is not armed.
    void disarm(Timer& timer) noexcept;

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }

    /// When the first timer is due.
    std::optional<TimePoint> next() const;

    /// Disarms the first timer and hands it over if it is due at `now`, else a null pointer.
    Timer* take_due(TimePoint now) noexcept;

private:
    struct Entry {
        TimePoint when;
        std::uint64_t turn; // of arming: equal times keep their order
        Timer* timer;
        bool operator<(const Entry& other) const;
    };

    void place(Entry entry, std::size_t slot) noexcept;
    void rise(Entry entry, std::size_t slot) noexcept;
    void sink(Entry entry, std::size_t slot) noexcept;

    std::vector<Entry> entries_;
    std::uint64_t turns_ = 0;
};

} // namespace forager
