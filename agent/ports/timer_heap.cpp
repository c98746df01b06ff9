#include "ports/timer_heap.hpp"

#include <tuple>

namespace forager {

bool TimerHeap::Entry::operator<(const Entry& other) const
{
    return std::tie(when, turn) < std::tie(other.when, other.turn);
}

void TimerHeap::arm(Timer& timer, TimePoint when)
{
    disarm(timer);
    const Entry entry{when, turns_++, &timer};
    entries_.push_back(entry);
    rise(entry, entries_.size() - 1);
}

void TimerHeap::disarm(Timer& timer) noexcept
{
    if (!timer.armed())
        return;
    const std::size_t gap = timer.slot_;
    timer.slot_ = Timer::unarmed;
    const Entry last = entries_.back();
    entries_.pop_back();
    if (gap == entries_.size())
        return;
    if (gap > 0 && last < entries_[(gap - 1) / 2])
        rise(last, gap);
    else
        sink(last, gap);
}

std::optional<TimePoint> TimerHeap::next() const
{
    if (entries_.empty())
        return {};
    return entries_.front().when;
}

Timer* TimerHeap::take_due(TimePoint now) noexcept
{
    if (entries_.empty() || entries_.front().when > now)
        return nullptr;
    Timer* first = entries_.front().timer;
    disarm(*first);
    return first;
}

void TimerHeap::place(Entry entry, std::size_t slot) noexcept
{
    entries_[slot] = entry;
    entry.timer->slot_ = slot;
}

void TimerHeap::rise(Entry entry, std::size_t slot) noexcept
{
    while (slot > 0) {
        const std::size_t parent = (slot - 1) / 2;
        if (!(entry < entries_[parent]))
            break;
        place(entries_[parent], slot);
        slot = parent;
    }
    place(entry, slot);
}

void TimerHeap::sink(Entry entry, std::size_t slot) noexcept
{
    for (std::size_t child = 2 * slot + 1; child < entries_.size(); child = 2 * slot + 1) {
        if (child + 1 < entries_.size() && entries_[child + 1] < entries_[child])
            ++child;
        if (!(entries_[child] < entry))
            break;
        place(entries_[child], slot);
        slot = child;
    }
    place(entry, slot);
}

} // namespace forager
