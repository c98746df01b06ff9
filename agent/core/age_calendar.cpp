#include "core/age_calendar.hpp"

namespace forager {

WallTime AgeCalendar::now(WallTime wall, TimePoint steady)
{
    constexpr Duration drift = std::chrono::minutes{1};
    if (last_) {
        const Duration leap = (wall - last_->wall) - (steady - last_->steady);
        if (leap > drift) {
            ahead_ += leap;
            until_ = steady + longest_;
        }
    }
    last_ = Look{wall, steady};
    if (steady >= until_)
        ahead_ = {};
    return wall - ahead_;
}

} // namespace forager
