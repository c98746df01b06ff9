#include "core/peer_clock.hpp"

#include <algorithm>

namespace forager {

TimePoint PeerClock::when(WallTime theirs, TimePoint asked, TimePoint answered)
{
    const Duration by_them = std::chrono::duration_cast<Duration>(theirs.time_since_epoch());
    const Duration lag = answered.time_since_epoch() - by_them;
    if (!lags_.empty() && by_them + std::ranges::min(lags_) < asked.time_since_epoch())
        lags_.clear();
    lags_.push_back(lag);
    if (lags_.size() > remembered)
        lags_.pop_front();
    return std::max(asked, TimePoint{by_them + std::ranges::min(lags_)});
}

std::optional<TimePoint> PeerClock::at(WallTime theirs) const
{
    if (lags_.empty())
        return {};
    return TimePoint{std::chrono::duration_cast<Duration>(theirs.time_since_epoch()) + std::ranges::min(lags_)};
}

} // namespace forager
