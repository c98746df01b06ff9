#include "core/age_calendar.hpp"

#include <algorithm>

namespace forager {

namespace {

constexpr Duration drift = std::chrono::minutes{1};

} // namespace

WallTime AgeCalendar::now(WallTime wall, TimePoint steady)
{
    const Look look{wall, steady};
    if (!last_ && kept_) {
        seen_ = kept_->seen;
        ahead_ = kept_->ahead;
        until_ = steady + kept_->left;
    }
    const Duration leap = leap_of(look);
    if (leap > Duration{}) {
        ahead_ += leap;
        until_ = steady + longest_;
    }
    // One that somebody sets back was wrong before; one that begins in the past is wrong now.
    const bool corrected = last_ && wall < last_->wall;
    seen_ = corrected ? wall : std::max(seen_, wall);
    last_ = look;
    if (steady >= until_)
        ahead_ = {};
    return wall - ahead_;
}

// How far it was set ahead; no more than 0: it was not.
Duration AgeCalendar::leap_of(const Look& look) const
{
    if (!last_ && !kept_)
        return {};
    const Duration beyond = look.wall - seen_;
    const bool goes_on = last_ && last_->wall >= seen_;
    if (!goes_on) // it has come back to where it was, or nobody looked
        return beyond > std::min(longest_pause, longest_) ? beyond : Duration{};
    const Duration leap = beyond - (look.steady - last_->steady);
    return leap > drift ? leap : Duration{};
}

AgeCalendar::Kept AgeCalendar::kept() const
{
    const Duration left = last_ ? until_ - last_->steady : Duration{};
    return {seen_, ahead_, std::max(left, Duration{})};
}

} // namespace forager
