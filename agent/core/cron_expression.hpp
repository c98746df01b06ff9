// When a schedule is due, in cron's notation: five fields with lists, ranges, steps and names, or `@hourly` and the
// like.
#pragma once

#include "core/failure.hpp"

#include <bitset>
#include <chrono>
#include <optional>
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

    /// The first minute of [from, before) that matches, by the calendar alone: what a zone does to its clocks is the
    /// matter of `next_due`.
    std::optional<std::chrono::local_seconds> next(std::chrono::local_seconds from,
                                                   std::chrono::local_seconds before) const;

    /// Whether the field of the hour begins with `*`: such a schedule wants an interval, others want a time of the day.
    bool every_hour() const { return any_hour_; }

    bool operator==(const CronExpression&) const = default;

private:
    bool ever_due() const;
    bool day_matches(const CalendarMinute& at) const;
    std::optional<std::chrono::minutes> first_minute(std::chrono::seconds from) const;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool any_hour_ = false;
    bool any_day_ = false;
    bool any_weekday_ = false;
};

} // namespace forager
