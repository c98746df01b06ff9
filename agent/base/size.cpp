#include "base/size.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace forager {

namespace {

struct Unit {
    std::string_view name;
    double bytes;
};

constexpr std::array<Unit, 6> units = {{{"", 1},
                                        {"B", 1},
                                        {"KB", 1024},
                                        {"MB", 1024.0 * 1024},
                                        {"GB", 1024.0 * 1024 * 1024},
                                        {"TB", 1024.0 * 1024 * 1024 * 1024}}};

// Up to here a double says every whole number.
constexpr double most = 9'007'199'254'740'992;

std::optional<double> bytes_of(std::string_view unit)
{
    for (const Unit& known : units)
        if (known.name == unit)
            return known.bytes;
    return std::nullopt;
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{})
        return std::nullopt;
    const auto unit = bytes_of(trimmed(text.substr(static_cast<std::size_t>(end - text.data()))));
    if (!unit)
        return std::nullopt;
    const double bytes = number * *unit;
    if (!(bytes >= 0 && bytes <= most) || std::signbit(bytes) || bytes != std::floor(bytes))
        return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::string size_text(std::uint64_t bytes)
{
    constexpr std::array names = {"B", "KB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < names.size()) {
        bytes /= 1024;
        ++unit;
    }
    return std::to_string(bytes) + names[unit];
}

} // namespace forager
