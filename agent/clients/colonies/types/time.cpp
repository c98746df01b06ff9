#include "clients/colonies/types/time.hpp"

#include <charconv>
#include <cstdio>

namespace forager::colonies {

using namespace std::chrono;

namespace {

// Reads a text from its start; once something was missing it stays broken.
class Scan {
public:
    explicit Scan(std::string_view text) : rest_{text} {}

    int number(std::size_t digits)
    {
        int value = 0;
        if (rest_.size() < digits) {
            broken_ = true;
            return 0;
        }
        const auto read = std::from_chars(rest_.data(), rest_.data() + digits, value);
        broken_ = broken_ || read.ec != std::errc{} || read.ptr != rest_.data() + digits || value < 0;
        rest_.remove_prefix(digits);
        return value;
    }

    bool take(char wanted)
    {
        if (!rest_.starts_with(wanted))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char wanted) { broken_ = !take(wanted) || broken_; }

    nanoseconds fraction()
    {
        std::int64_t value = 0;
        std::int64_t unit = 1'000'000'000;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9' && unit > 1) {
            unit /= 10;
            value += (rest_.front() - '0') * unit;
            rest_.remove_prefix(1);
        }
        return nanoseconds{value};
    }

    seconds offset()
    {
        if (take('Z'))
            return seconds{0};
        const bool west = take('-');
        if (!west)
            expect('+');
        const int hour = number(2);
        expect(':');
        const int minute = number(2);
        const seconds ahead = hours{hour} + minutes{minute};
        return west ? -ahead : ahead;
    }

    bool is_done() const { return !broken_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool broken_ = false;
};

bool is_within_clock(year year)
{
    return year > std::chrono::year{1678} && year < std::chrono::year{2262};
}

} // namespace

std::optional<ReadTime> parse_time(std::string_view text)
{
    Scan scan{text};
    const year in_year{scan.number(4)};
    scan.expect('-');
    const month in_month{static_cast<unsigned>(scan.number(2))};
    scan.expect('-');
    const year_month_day date{in_year, in_month, day{static_cast<unsigned>(scan.number(2))}};
    scan.expect('T');
    const hours hour{scan.number(2)};
    scan.expect(':');
    const minutes minute{scan.number(2)};
    scan.expect(':');
    const seconds second{scan.number(2)};
    const nanoseconds fraction = scan.take('.') ? scan.fraction() : nanoseconds{0};
    const seconds offset = scan.offset();
    if (!scan.is_done() || !date.ok())
        return std::nullopt;
    if (!is_within_clock(in_year))
        return ReadTime{};
    return ReadTime{WallTime{sys_days{date}} + hour + minute + second + fraction - offset};
}

std::string time_text(std::optional<WallTime> time)
{
    if (!time)
        return "0001-01-01T00:00:00Z";
    const auto day = floor<days>(*time);
    const year_month_day date{day};
    const hh_mm_ss clock{*time - day};
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    std::string result = text;
    if (const auto fraction = clock.subseconds().count(); fraction != 0) {
        std::snprintf(text, sizeof text, ".%09d", static_cast<int>(fraction));
        result += text;
    }
    return result + "Z";
}

} // namespace forager::colonies
