#include "base/duration.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace forager {

namespace {

using namespace std::chrono_literals;

struct Unit {
    std::string_view name;
    Duration length;
};

constexpr Unit units[] = {{"d", 24h}, {"h", 1h}, {"ms", 1ms}, {"m", 1min}, {"s", 1s}, {"us", 1us}};

const Unit* leading_unit(std::string_view text)
{
    std::string_view name = text.substr(0, text.find_first_not_of("dhmsu"));
    for (const Unit& unit : units)
        if (unit.name == name)
            return &unit;
    return nullptr;
}

std::string formatted(const char* format, auto... values)
{
    char buffer[64];
    const int length = std::snprintf(buffer, sizeof buffer, format, values...);
    return {buffer, static_cast<std::size_t>(length)};
}

} // namespace

std::optional<Duration> duration_from_seconds(double seconds)
{
    if (!(seconds >= 0) || seconds > to_seconds(longest_duration))
        return std::nullopt;
    return Duration{static_cast<Duration::rep>(std::llround(seconds * 1e9))};
}

std::optional<Duration> parse_duration(std::string_view text)
{
    if (text.empty())
        return std::nullopt;
    double seconds = 0;
    Duration last = Duration::max(); // units are named from the largest on, each once
    while (!text.empty()) {
        double amount = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
        if (error != std::errc{} || !(amount >= 0))
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const Unit* unit = leading_unit(text);
        if (unit == nullptr || unit->length >= last)
            return std::nullopt;
        last = unit->length;
        text.remove_prefix(unit->name.size());
        seconds += amount * to_seconds(unit->length);
    }
    return duration_from_seconds(seconds);
}

double to_seconds(Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

std::string to_text(Duration duration)
{
    const double seconds = to_seconds(duration);
    if (seconds < 0.9995)
        return formatted("%.0f ms", seconds * 1e3);
    if (seconds < 59.95 && duration % std::chrono::seconds{1} == Duration{})
        return formatted("%.0f s", seconds);
    if (seconds < 59.95)
        return formatted("%.1f s", seconds);
    const auto whole = static_cast<long long>(std::llround(seconds));
    if (whole < 3600)
        return formatted("%lld m %02lld s", whole / 60, whole % 60);
    if (whole < 86'400)
        return formatted("%lld h %02lld m", whole / 3600, whole % 3600 / 60);
    return formatted("%lld d %02lld h", whole / 86'400, whole % 86'400 / 3600);
}

} // namespace forager
