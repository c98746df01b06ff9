#include "core/peer_clock.hpp"

#include <algorithm>

namespace forager {

namespace {

Duration since_epoch(WallTime time)
{
    return std::chrono::duration_cast<Duration>(time.time_since_epoch());
}

} // namespace

TimePoint PeerClock::when(WallTime theirs, TimePoint asked, TimePoint answered)
{
    const Duration by_them = since_epoch(theirs);
    const Bounds now{answered, asked.time_since_epoch() - by_them, answered.time_since_epoch() - by_them};
    std::erase_if(known_, [&](const Bounds& one) { return answered - one.seen > good_for; });
    const auto known = together(TimePoint::min()).value_or(now);
    const bool was_set = now.least > known.most + enough || known.least > now.most + enough;
    if (was_set)
        known_.clear();
    known_.push_back(now);
    if (known_.size() > remembered)
        known_.pop_front();
    return std::clamp(TimePoint{by_them + difference(*together(TimePoint::min()))}, asked, answered);
}

std::optional<TimePoint> PeerClock::at(WallTime theirs) const
{
    const auto known = together(TimePoint::min());
    if (!known)
        return {};
    return TimePoint{since_epoch(theirs) + difference(*known)};
}

bool PeerClock::is_vague(TimePoint now) const
{
    const auto known = together(now - good_for);
    return !known || known->most - known->least > enough;
}

// What all answers allow that came since then.
std::optional<PeerClock::Bounds> PeerClock::together(TimePoint since) const
{
    std::optional<Bounds> all;
    for (const Bounds& one : known_) {
        if (one.seen < since)
            continue;
        if (!all)
            all = one;
        all->least = std::max(all->least, one.least);
        all->most = std::min(all->most, one.most);
    }
    return all;
}

// Answers that contradict each other by little come from clocks that drift, or from two that work together as one: the
// earlier is taken.
Duration PeerClock::difference(const Bounds& bounds)
{
    return std::clamp(bounds.least, bounds.most - enough, bounds.most);
}

} // namespace forager
