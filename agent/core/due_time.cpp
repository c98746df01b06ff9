#include "core/due_time.hpp"

#include <algorithm>

namespace forager {

using namespace std::chrono;

namespace {

constexpr years horizon{50}; // a leap day on a given day of the week can be forty years away

local_seconds local(sys_seconds time, seconds offset)
{
    return local_seconds{(time + offset).time_since_epoch()};
}

sys_seconds real(local_seconds time, seconds offset)
{
    return sys_seconds{time.time_since_epoch() - offset};
}

// The first due time of one stretch that lies in [from, before).
std::optional<sys_seconds> due_within(const CronExpression& expression, const ZoneRules& zone,
                                      const ZoneStretch& stretch, sys_seconds from, sys_seconds before)
{
    const sys_seconds begin = std::max(stretch.begin, from);
    const sys_seconds end = std::min(stretch.end, before);
    local_seconds first = local(begin, stretch.offset);
    if (!expression.every_hour()) {
        const local_seconds shown = local(stretch.begin, zone.at(stretch.begin - seconds{1}).offset);
        if (begin == stretch.begin && expression.next(shown, first))
            return begin;
        first = std::max(first, shown);
    }
    const auto due = expression.next(first, local(end, stretch.offset));
    return due ? std::optional{real(*due, stretch.offset)} : std::nullopt;
}

} // namespace

std::optional<WallTime> next_due(const CronExpression& expression, const ZoneRules& zone, WallTime after)
{
    const sys_seconds from = floor<seconds>(after) + seconds{1};
    const sys_seconds before = from + horizon;
    for (ZoneStretch stretch = zone.at(from);; stretch = zone.at(stretch.end)) {
        if (const auto due = due_within(expression, zone, stretch, from, before))
            return *due;
        if (stretch.end >= before)
            return std::nullopt;
    }
}

} // namespace forager
