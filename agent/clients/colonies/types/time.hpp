// Points in time as Colonies writes them (RFC 3339). Used by the records.
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::colonies {

/// What was read: no time where it says "not set" (the year 1) or a year that the clock does not reach.
struct ReadTime {
    std::optional<WallTime> time;

    ReadTime() = default;
    explicit ReadTime(WallTime time) : time{time} {}
};

/// With "Z" or an offset and up to nine digits of a second. Nothing for what is no time at all.
std::optional<ReadTime> parse_time(std::string_view text);

/// In UTC, with nanoseconds where there are any; "0001-01-01T00:00:00Z" for no time.
std::string time_text(std::optional<WallTime> time);

} // namespace forager::colonies
