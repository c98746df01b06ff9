#include "core/cron_expression.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace forager {

using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, 12> month_names = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int low;
    int high;
    std::span<const std::string_view> names; // of the values from `low` on
};

constexpr Field minute_field{"minute", 0, 59, {}};
constexpr Field hour_field{"hour", 0, 23, {}};
constexpr Field day_field{"day of the month", 1, 31, {}};
constexpr Field month_field{"month", 1, 12, month_names};
constexpr Field weekday_field{"day of the week", 0, 7, weekday_names};

struct Shorthand {
    std::string_view word;
    std::string_view meaning;
};

constexpr std::array<Shorthand, 7> shorthands = {{{"@hourly", "0 * * * *"},
                                                  {"@daily", "0 0 * * *"},
                                                  {"@midnight", "0 0 * * *"},
                                                  {"@weekly", "0 0 * * 0"},
                                                  {"@monthly", "0 0 1 * *"},
                                                  {"@yearly", "0 0 1 1 *"},
                                                  {"@annually", "0 0 1 1 *"}}};

struct Range {
    int first;
    int last;
    int step;
};

Failure refused(std::string message)
{
    return {Errc::bad_arguments, std::move(message)};
}

Failure unreadable(const Field& field, std::string_view part)
{
    std::string text = "the " + std::string{field.name} + " '" + std::string{part} + "' of a cron expression must be ";
    text += "between " + std::to_string(field.low) + " and " + std::to_string(field.high);
    if (!field.names.empty())
        text += ", or a name like " + std::string{field.names[1]};
    return refused(text + "; ranges (1-5), lists (1,3) and steps (*/10) may be made of these");
}

std::optional<int> read_number(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

bool same_letters(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<int> read_value(const Field& field, std::string_view text)
{
    for (std::size_t i = 0; i < field.names.size(); ++i)
        if (same_letters(text, field.names[i]))
            return field.low + static_cast<int>(i);
    const auto number = read_number(text);
    if (!number || *number < field.low || *number > field.high)
        return std::nullopt;
    return number;
}

// `*`, `3`, `1-5`; `open` says that a step follows, so that a lone 3 means "from 3 on".
std::optional<Range> read_span(const Field& field, std::string_view text, bool open)
{
    if (text == "*")
        return Range{field.low, field.high, 1};
    const std::size_t dash = text.find('-');
    const auto first = read_value(field, text.substr(0, dash));
    if (!first)
        return std::nullopt;
    if (dash == std::string_view::npos)
        return Range{*first, open ? field.high : *first, 1};
    auto last = read_value(field, text.substr(dash + 1));
    // Sunday ends a week as well as it begins one: fri-sun.
    if (last == 0 && field.high == 7 && *first > 0)
        last = 7;
    if (!last || *last < *first)
        return std::nullopt;
    return Range{*first, *last, 1};
}

std::optional<Range> read_range(const Field& field, std::string_view part)
{
    const std::size_t slash = part.find('/');
    auto range = read_span(field, part.substr(0, slash), slash != std::string_view::npos);
    if (!range || slash == std::string_view::npos)
        return range;
    const auto step = read_number(part.substr(slash + 1));
    if (!step || *step == 0)
        return std::nullopt;
    range->step = *step;
    return range;
}

template <std::size_t N> Result<void> read_field(const Field& field, std::string_view text, std::bitset<N>& bits)
{
    for (const std::string_view part : split(text, ',')) {
        const auto range = read_range(field, part);
        if (!range)
            return unreadable(field, part);
        // A step may be larger than the rest of the range, up to the largest int: compare before adding.
        for (int value = range->first;; value += range->step) {
            bits.set(static_cast<std::size_t>(value) % N);
            if (range->step > range->last - value)
                break;
        }
    }
    return {};
}

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    for (std::string_view line : split(text, '\t'))
        for (const std::string_view word : split(line, ' '))
            if (!word.empty())
                words.push_back(word);
    return words;
}

Result<std::string_view> expanded(std::string_view text)
{
    if (!text.starts_with('@'))
        return text;
    std::vector<std::string> words;
    for (const Shorthand& shorthand : shorthands) {
        if (same_letters(text, shorthand.word))
            return shorthand.meaning;
        words.emplace_back(shorthand.word);
    }
    return refused("'" + std::string{text} + "' is not a schedule; there are " + listed(words));
}

} // namespace

Result<CronExpression> CronExpression::parse(std::string_view text)
{
    const auto plain = expanded(trimmed(text));
    if (!plain)
        return plain.error();
    const auto words = words_of(*plain);
    if (words.size() != 5)
        return refused("a cron expression has five fields (minute, hour, day of the month, month, day of the week), "
                       "but '" +
                       std::string{text} + "' has " + std::to_string(words.size()));
    CronExpression cron;
    const std::array results = {
        read_field(minute_field, words[0], cron.minutes_), read_field(hour_field, words[1], cron.hours_),
        read_field(day_field, words[2], cron.days_), read_field(month_field, words[3], cron.months_),
        read_field(weekday_field, words[4], cron.weekdays_)};
    for (const Result<void>& result : results)
        if (!result)
            return result.error();
    cron.any_hour_ = words[1].starts_with('*');
    cron.any_day_ = words[2].starts_with('*');
    cron.any_weekday_ = words[4].starts_with('*');
    if (!cron.ever_due())
        return refused("the cron expression '" + std::string{text} + "' names a day that none of its months has");
    return cron;
}

bool CronExpression::ever_due() const
{
    constexpr std::array<std::size_t, 13> month_days = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!any_weekday_)
        return true;
    std::size_t first_day = 1;
    while (!days_[first_day])
        ++first_day;
    for (std::size_t month = 1; month < month_days.size(); ++month)
        if (months_[month] && first_day <= month_days[month])
            return true;
    return false;
}

bool CronExpression::day_matches(const CalendarMinute& at) const
{
    if (!months_[static_cast<std::size_t>(at.month)])
        return false;
    const bool day = days_[static_cast<std::size_t>(at.day)];
    const bool weekday = weekdays_[static_cast<std::size_t>(at.weekday)];
    return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

bool CronExpression::matches(const CalendarMinute& at) const
{
    return minutes_[static_cast<std::size_t>(at.minute)] && hours_[static_cast<std::size_t>(at.hour)] &&
           day_matches(at);
}

// The first minute of a day that matches, `from` after its midnight at the earliest.
std::optional<std::chrono::minutes> CronExpression::first_minute(std::chrono::seconds from) const
{
    const auto first = std::chrono::ceil<std::chrono::minutes>(from).count();
    for (auto hour = first / 60; hour < 24; ++hour) {
        if (!hours_[static_cast<std::size_t>(hour)])
            continue;
        for (auto minute = hour == first / 60 ? first % 60 : 0; minute < 60; ++minute)
            if (minutes_[static_cast<std::size_t>(minute)])
                return std::chrono::minutes{hour * 60 + minute};
    }
    return std::nullopt;
}

std::optional<std::chrono::local_seconds> CronExpression::next(std::chrono::local_seconds from,
                                                               std::chrono::local_seconds before) const
{
    using namespace std::chrono;
    for (auto day = floor<days>(from); day < before;) {
        const year_month_day date{day};
        CalendarMinute at;
        at.day = static_cast<int>(static_cast<unsigned>(date.day()));
        at.month = static_cast<int>(static_cast<unsigned>(date.month()));
        at.weekday = static_cast<int>(std::chrono::weekday{day}.c_encoding());
        if (!months_[static_cast<std::size_t>(at.month)]) {
            day = local_days{(date.year() / date.month() + months{1}) / 1};
            continue;
        }
        const auto minute = day_matches(at) ? first_minute(std::max(from - day, 0s)) : std::nullopt;
        if (minute)
            return day + *minute < before ? std::optional<local_seconds>{day + *minute} : std::nullopt;
        day += days{1};
    }
    return std::nullopt;
}

} // namespace forager
