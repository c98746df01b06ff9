// Wall times as text in UTC, "2026-03-29 01:00", both ways, for tests of schedules.
#pragma once

#include "base/time.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace forager::test {

inline WallTime utc(const std::string& text)
{
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    if (std::sscanf(text.c_str(), "%d-%u-%u %d:%d", &year, &month, &day, &hour, &minute) != 5)
        throw std::invalid_argument{text};
    const std::chrono::sys_days date{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
    return date + std::chrono::hours{hour} + std::chrono::minutes{minute};
}

inline std::string utc_text(WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()));
    return text;
}

} // namespace forager::test
