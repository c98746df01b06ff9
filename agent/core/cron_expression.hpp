// When a schedule is due, in cron's notation: five fields with lists, ranges, steps and names, or `@hourly` and the
// like.
#pragma once

#include "core/failure.hpp"

#include <bitset>
#include <string_view>

namespace forager {

/// One minute as a calendar and a clock show it.
struct CalendarMinute {
    int minute = 0;  ///< 0 to 59
    int hour = 0;    ///< 0 to 23
    int day = 1;     ///< 1 to 31
    int month = 1;   ///< 1 to 12
    int weekday = 0; ///< 0 to 6 from Sunday
};

class CronExpression {
public:
    /// Failures: bad_arguments, naming the field and what may stand there.
    static Result<CronExpression> parse(std::string_view text);

    /// As cron does: when both days are restricted, one of them is enough.
    bool matches(const CalendarMinute& at) const;

private:
    bool ever_due() const;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool any_day_ = false;
    bool any_weekday_ = false;
};

} // namespace forager
