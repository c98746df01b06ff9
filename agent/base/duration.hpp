// Durations as people write them: "250ms", "0.25s", "1h30m", "1d".
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// The longest duration that is accepted: a hundred years, which still fits a nanosecond count.
inline constexpr Duration longest_duration = std::chrono::hours{24 * 36'500};

/// Reads a sequence of numbers with a unit each (`d`, `h`, `m`, `s`, `ms`, `us`). Nothing when it is unreadable,
/// negative or longer than `longest_duration`.
std::optional<Duration> parse_duration(std::string_view text);

/// Reads a number of seconds. Nothing when it is negative, not finite or longer than `longest_duration`.
std::optional<Duration> duration_from_seconds(double seconds);

/// A short form for people: "350 ms", "4.2 s", "30 s", "1 m 05 s", "2 h 10 m".
std::string to_text(Duration duration);

double to_seconds(Duration duration);

} // namespace forager
