#include "clients/kubernetes/times.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace forager::kubernetes {

namespace {

// Takes a number of so many digits, and the character behind it.
class Digits {
public:
    explicit Digits(std::string_view text) : text_{text} {}

    int take(std::size_t count, char behind)
    {
        int number = 0;
        const char* const end = text_.data() + std::min(count, text_.size());
        const auto [stop, error] = std::from_chars(text_.data(), end, number);
        good_ = good_ && error == std::errc{} && stop == end && text_.size() >= count &&
                (behind == '\0' || (text_.size() > count && text_[count] == behind));
        text_.remove_prefix(std::min(text_.size(), count + (behind == '\0' ? 0 : 1)));
        return number;
    }

    bool good() const { return good_; }
    std::string_view rest() const { return text_; }

private:
    std::string_view text_;
    bool good_ = true;
};

// ".042" → 42 ms; takes it off the text.
std::optional<Duration> take_fraction(std::string_view& text)
{
    if (!text.starts_with('.'))
        return Duration{};
    constexpr std::size_t most = 9;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    const std::size_t digits = end - 1;
    std::int64_t count = 0;
    if (digits == 0 || digits > most)
        return std::nullopt;
    std::from_chars(text.data() + 1, text.data() + end, count);
    for (std::size_t place = digits; place < most; ++place)
        count *= 10;
    text.remove_prefix(end);
    return Duration{count};
}

// "Z", "+01:30": how far the clock of that place is ahead.
std::optional<Duration> offset_in(std::string_view text)
{
    if (text == "Z")
        return Duration{};
    const char sign = text.empty() ? '\0' : text.front();
    if (text.size() != std::string_view{"+01:30"}.size() || (sign != '+' && sign != '-'))
        return std::nullopt;
    Digits digits{text.substr(1)};
    const Duration ahead = std::chrono::hours{digits.take(2, ':')} + std::chrono::minutes{digits.take(2, '\0')};
    if (!digits.good())
        return std::nullopt;
    return sign == '+' ? ahead : -ahead;
}

} // namespace

std::optional<WallTime> parse_time(std::string_view text)
{
    using namespace std::chrono;
    Digits digits{text};
    const year_month_day day{year{digits.take(4, '-')}, month(static_cast<unsigned>(digits.take(2, '-'))),
                             std::chrono::day(static_cast<unsigned>(digits.take(2, 'T')))};
    const auto clock = hours{digits.take(2, ':')} + minutes{digits.take(2, ':')} + seconds{digits.take(2, '\0')};
    std::string_view rest = digits.rest();
    const auto fraction = take_fraction(rest);
    const auto offset = offset_in(rest);
    if (!digits.good() || !fraction || !offset || !day.ok())
        return std::nullopt;
    return WallTime{sys_days{day}} + clock + *fraction - *offset;
}

} // namespace forager::kubernetes
