#include "core/reconcile/amounts.hpp"

#include "base/size.hpp"
#include "base/text.hpp"
#include "core/reconcile/fields.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace forager::reconcile {

namespace {

constexpr double most_cores = 100'000;
constexpr double most_bytes = 9'007'199'254'740'992; // 2^53: up to here a double says every whole number

struct Unit {
    std::string_view name;
    double bytes;
};

constexpr double ki = 1024;
constexpr std::array<Unit, 9> quantities{{{"Ki", ki},
                                          {"Mi", ki* ki},
                                          {"Gi", ki* ki* ki},
                                          {"Ti", ki* ki* ki* ki},
                                          {"k", 1e3},
                                          {"K", 1e3},
                                          {"M", 1e6},
                                          {"G", 1e9},
                                          {"T", 1e12}}};

/// A number, and what stands behind it.
struct Amount {
    double number = 0;
    std::string_view unit;
};

std::optional<Amount> amount_in(std::string_view text)
{
    Amount amount;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, amount.number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(amount.number))
        return std::nullopt;
    amount.unit = trimmed(text.substr(static_cast<std::size_t>(rest - text.data())));
    return amount;
}

std::optional<double> cores_in(std::string_view text)
{
    const auto amount = amount_in(trimmed(text));
    if (!amount || (!amount->unit.empty() && amount->unit != "m"))
        return std::nullopt;
    return amount->unit.empty() ? amount->number : amount->number / 1000;
}

std::optional<double> bytes_in(std::string_view text)
{
    if (const auto size = parse_size(trimmed(text)))
        return static_cast<double>(*size);
    const auto amount = amount_in(trimmed(text));
    for (const Unit& unit : quantities)
        if (amount && unit.name == amount->unit)
            return amount->number * unit.bytes;
    return std::nullopt;
}

} // namespace

std::optional<double> cores_in(const Value& value)
{
    const auto* text = value.get<std::string>();
    const auto cores = text == nullptr ? number_of(value) : cores_in(std::string_view{*text});
    return cores && *cores > 0 && *cores <= most_cores ? cores : std::nullopt;
}

std::optional<std::uint64_t> bytes_in(const Value& value)
{
    const auto* text = value.get<std::string>();
    const auto bytes = text == nullptr ? number_of(value) : bytes_in(std::string_view{*text});
    if (!bytes || !(*bytes > 0) || *bytes > most_bytes || *bytes != std::floor(*bytes))
        return std::nullopt;
    return static_cast<std::uint64_t>(*bytes);
}

} // namespace forager::reconcile
