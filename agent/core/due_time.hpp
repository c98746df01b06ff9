// When a schedule is due in real time, given what its time zone does to the clocks. Used by the plan of a schedule and
// by whoever shows the next run.
//
// Clocks that are set forward leave out some local times, clocks that are set back show some twice. A schedule whose
// hour begins with `*` ("*/15 * * * *", "0 */2 * * *") follows what the clock shows, minute by minute: times that are
// left out do not come, times that are shown twice come twice, so that the intervals stay even. Any other schedule
// names times of the day, and each of them comes once on its day: all that are left out come as one run at the moment
// the clocks have been set forward, and one that is shown twice comes the first time.
#pragma once

#include "base/time.hpp"
#include "core/cron_expression.hpp"

#include <chrono>
#include <optional>

namespace forager {

/// A stretch of time, [begin, end), in which local clocks are the same amount ahead of UTC.
struct ZoneStretch {
    std::chrono::sys_seconds begin;
    std::chrono::sys_seconds end;
    std::chrono::seconds offset;
};

/// What a time zone knows. Any time may be asked for; stretches that touch give one timeline without holes.
class ZoneRules {
public:
    virtual ~ZoneRules() = default;
    virtual ZoneStretch at(std::chrono::sys_seconds time) const = 0;
};

/// The first time after `after` at which the schedule is due; nothing when there is none within fifty years.
std::optional<WallTime> next_due(const CronExpression& expression, const ZoneRules& zone, WallTime after);

} // namespace forager
