#include "core/due_time.hpp"

#include "io/time_zone.hpp"
#include "result_text.hpp"
#include "utc.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Times = std::vector<std::string>;

CronExpression cron(const std::string& text)
{
    return CronExpression::parse(text).value();
}

std::shared_ptr<const ZoneRules> zone(const char* name)
{
    return find_time_zone(name).value();
}

// The next due times after one, as UTC.
Times due(const char* text, const char* zone_name, const char* after, std::size_t count)
{
    const auto rules = zone(zone_name);
    const CronExpression expression = cron(text);
    Times times;
    std::optional<WallTime> time = utc(after);
    while (times.size() < count && (time = next_due(expression, *rules, *time)))
        times.push_back(utc_text(*time));
    return times;
}

} // namespace

TEST_CASE("the next due time is after the given one, even by a nanosecond")
{
    const auto rules = zone("UTC");
    const WallTime noon = utc("2026-07-05 12:00");
    CHECK(next_due(cron("0 12 * * *"), *rules, noon) == utc("2026-07-06 12:00"));
    CHECK(next_due(cron("0 12 * * *"), *rules, noon - 1ns) == noon);
    CHECK(next_due(cron("* * * * *"), *rules, noon + 1ns) == noon + 1min);
    CHECK(due("*/20 9-10 * * *", "UTC", "2026-12-31 10:10", 3) ==
          Times{"2026-12-31 10:20", "2026-12-31 10:40", "2027-01-01 09:00"});
}

TEST_CASE("leap days, short months and days that are never")
{
    CHECK(due("0 0 29 2 *", "UTC", "2026-01-01 00:00", 2) == Times{"2028-02-29 00:00", "2032-02-29 00:00"});
    CHECK(due("0 0 29 2 *", "UTC", "2096-03-01 00:00", 1) == Times{"2104-02-29 00:00"});
    // A leap day on a Sunday: 40 years apart, because 2100 has none.
    CHECK(due("0 0 29 2 */7", "UTC", "2088-03-01 00:00", 1) == Times{"2128-02-29 00:00"});
    CHECK(due("0 0 31 * *", "UTC", "2026-01-31 00:00", 2) == Times{"2026-03-31 00:00", "2026-05-31 00:00"});
    CHECK(due("0 0 31 4,6 mon", "UTC", "2026-04-28 00:00", 2) == Times{"2026-06-01 00:00", "2026-06-08 00:00"});
    CHECK(due("59 23 31 12 *", "UTC", "2026-12-31 23:59", 1) == Times{"2027-12-31 23:59"});
    CHECK_FALSE(CronExpression::parse("0 0 31 2,4 *"));
}

TEST_CASE("Berlin: a time that the clocks leave out runs when they have been set forward, once")
{
    CHECK(due("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", 2) == Times{"2026-03-29 01:00", "2026-03-30 00:30"});
    CHECK(due("0,15,30 2 29 3 *", "Europe/Berlin", "2026-03-28 12:00", 2) ==
          Times{"2026-03-29 01:00", "2027-03-29 00:00"});
    CHECK(due("0 2,3 * * *", "Europe/Berlin", "2026-03-28 12:00", 2) == Times{"2026-03-29 01:00", "2026-03-30 00:00"});
    CHECK(due("*/30 2 * * *", "Europe/Berlin", "2026-03-29 00:00", 2) == Times{"2026-03-29 01:00", "2026-03-30 00:00"});
    CHECK(due("59 1 * * *", "Europe/Berlin", "2026-03-29 00:00", 1) == Times{"2026-03-29 00:59"});
}

TEST_CASE("Berlin: a time that the clocks show twice runs the first time")
{
    CHECK(due("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", 2) == Times{"2026-10-25 00:30", "2026-10-26 01:30"});
    CHECK(due("30 2 * * *", "Europe/Berlin", "2026-10-25 00:45", 1) == Times{"2026-10-26 01:30"});
    CHECK(due("0 3 * * *", "Europe/Berlin", "2026-10-25 00:00", 1) == Times{"2026-10-25 02:00"});
    CHECK(due("*/30 2 * * *", "Europe/Berlin", "2026-10-25 00:00", 2) == Times{"2026-10-25 00:30", "2026-10-26 01:00"});
}

TEST_CASE("Berlin: a schedule of intervals follows real time through both changes")
{
    CHECK(due("*/30 * * * *", "Europe/Berlin", "2026-03-29 00:20", 3) ==
          Times{"2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"});
    CHECK(due("30 * * * *", "Europe/Berlin", "2026-10-25 00:00", 3) ==
          Times{"2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 02:30"});
    CHECK(due("30 */2 * * *", "Europe/Berlin", "2026-03-28 23:00", 2) == Times{"2026-03-28 23:30", "2026-03-29 02:30"});
}

TEST_CASE("New York: both changes")
{
    CHECK(due("30 2 * * *", "America/New_York", "2026-03-07 12:00", 2) ==
          Times{"2026-03-08 07:00", "2026-03-09 06:30"});
    CHECK(due("30 1 * * *", "America/New_York", "2026-10-31 12:00", 2) ==
          Times{"2026-11-01 05:30", "2026-11-02 06:30"});
    CHECK(due("0 * * * *", "America/New_York", "2026-11-01 04:30", 3) ==
          Times{"2026-11-01 05:00", "2026-11-01 06:00", "2026-11-01 07:00"});
}

TEST_CASE("Lord Howe: clocks that move by half an hour")
{
    CHECK(due("15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00", 2) ==
          Times{"2026-10-03 15:30", "2026-10-04 15:15"});
    CHECK(due("45 1 * * *", "Australia/Lord_Howe", "2026-04-04 00:00", 2) ==
          Times{"2026-04-04 14:45", "2026-04-05 15:15"});
    CHECK(due("*/15 * * * *", "Australia/Lord_Howe", "2026-04-04 14:40", 3) ==
          Times{"2026-04-04 14:45", "2026-04-04 15:00", "2026-04-04 15:15"});
}

TEST_CASE("a day that a zone left out altogether still has its run")
{
    CHECK(due("0 12 30 12 *", "Pacific/Apia", "2011-12-01 00:00", 1) == Times{"2011-12-30 10:00"});
}

namespace {

// What a person would do: look at every minute of a window and compare it with what the clocks showed before.
class MinuteScan {
public:
    MinuteScan(std::shared_ptr<const ZoneRules> rules, const char* begin, int days)
        : begin_{std::chrono::floor<std::chrono::minutes>(utc(begin))}
    {
        auto latest = local(*rules, -1) - 1min;
        for (int i = -1; i < days * 24 * 60; ++i) {
            const auto now = local(*rules, i);
            Minute minute{calendar(now), now <= latest, {}};
            for (auto left_out = latest + 1min; i >= 0 && left_out < now; left_out += 1min)
                minute.left_out.push_back(calendar(left_out));
            latest = std::max(latest, now);
            minutes_.push_back(std::move(minute));
        }
    }

    std::vector<WallTime> due(const CronExpression& expression) const
    {
        std::vector<WallTime> times;
        for (std::size_t i = 1; i < minutes_.size(); ++i)
            if (is_due(expression, minutes_[i]))
                times.push_back(begin_ + std::chrono::minutes{i - 1});
        return times;
    }

    WallTime begin() const { return begin_; }

private:
    struct Minute {
        CalendarMinute shown;
        bool again;
        std::vector<CalendarMinute> left_out;
    };

    static bool is_due(const CronExpression& expression, const Minute& minute)
    {
        if (expression.every_hour())
            return expression.matches(minute.shown);
        const auto matches = [&](const CalendarMinute& at) { return expression.matches(at); };
        return (!minute.again && matches(minute.shown)) || std::ranges::any_of(minute.left_out, matches);
    }

    std::chrono::local_time<std::chrono::minutes> local(const ZoneRules& rules, int minute) const
    {
        const auto time = begin_ + std::chrono::minutes{minute};
        const auto shown = time.time_since_epoch() + rules.at(time).offset;
        return std::chrono::local_time<std::chrono::minutes>{std::chrono::floor<std::chrono::minutes>(shown)};
    }

    static CalendarMinute calendar(std::chrono::local_time<std::chrono::minutes> time)
    {
        const auto day = std::chrono::floor<std::chrono::days>(time);
        const std::chrono::year_month_day date{day};
        const int minute = static_cast<int>((time - day).count());
        return {minute % 60, minute / 60, static_cast<int>(static_cast<unsigned>(date.day())),
                static_cast<int>(static_cast<unsigned>(date.month())),
                static_cast<int>(std::chrono::weekday{day}.c_encoding())};
    }

    std::chrono::sys_time<std::chrono::minutes> begin_;
    std::vector<Minute> minutes_;
};

std::string random_field(std::mt19937& random, int low, int high, int stars)
{
    const auto pick = [&](int from, int to) { return std::uniform_int_distribution{from, to}(random); };
    if (pick(0, 99) < stars)
        return "*";
    const int first = pick(low, high);
    switch (pick(0, 3)) {
    case 0: return std::to_string(first);
    case 1: return std::to_string(first) + "-" + std::to_string(pick(first, high));
    case 2: return std::to_string(first) + "," + std::to_string(pick(low, high));
    default: return "*/" + std::to_string(pick(1, high));
    }
}

std::string random_expression(std::mt19937& random)
{
    std::string text = random_field(random, 0, 59, 20);
    text += " " + random_field(random, 0, std::uniform_int_distribution{0, 1}(random) == 0 ? 3 : 23, 20);
    text += " " + random_field(random, 1, 31, 60);
    text += " " + random_field(random, 1, 12, 70);
    return text + " " + random_field(random, 0, 7, 60);
}

} // namespace

TEST_CASE("two thousand schedules are due exactly when a look at every minute says so")
{
    std::vector<std::pair<std::shared_ptr<const ZoneRules>, MinuteScan>> windows;
    for (const auto& [name, begin] :
         std::vector<std::pair<const char*, const char*>>{{"Europe/Berlin", "2026-03-26 10:00"},
                                                          {"Europe/Berlin", "2026-10-22 10:00"},
                                                          {"America/New_York", "2026-03-05 10:00"},
                                                          {"America/New_York", "2026-10-29 10:00"},
                                                          {"Australia/Lord_Howe", "2026-04-01 10:00"},
                                                          {"Australia/Lord_Howe", "2026-10-01 10:00"},
                                                          {"America/Santiago", "2026-09-03 10:00"},
                                                          {"UTC", "2028-02-26 10:00"}})
        windows.emplace_back(zone(name), MinuteScan{zone(name), begin, 6});
    std::mt19937 random{20'260'705};
    for (std::size_t i = 0; i < 2'000; ++i) {
        const std::string text = random_expression(random);
        const auto expression = CronExpression::parse(text);
        if (!expression)
            continue; // days that never are
        CAPTURE(text);
        CAPTURE(i);
        const auto& [rules, scan] = windows[i % windows.size()];
        std::vector<WallTime> expected = scan.due(*expression);
        expected.resize(std::min<std::size_t>(expected.size(), 400));
        std::vector<WallTime> found;
        std::optional<WallTime> time = scan.begin() - 1ns;
        while (found.size() < expected.size() && (time = next_due(*expression, *rules, *time)))
            found.push_back(*time);
        REQUIRE(found == expected);
        if (expected.empty())
            REQUIRE(next_due(*expression, *rules, scan.begin() - 1ns) >= WallTime{scan.begin() + 24h * 6});
    }
}
