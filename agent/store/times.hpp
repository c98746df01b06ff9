// The calendar's time as the tables keep it: milliseconds since 1970.
#pragma once

#include "base/time.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>

namespace forager::store {

inline std::int64_t to_milliseconds(WallTime time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inline WallTime from_milliseconds(std::int64_t time)
{
    return WallTime{std::chrono::milliseconds{time}};
}

inline std::optional<WallTime> time_in(const SQLite::Column& column)
{
    return column.isNull() ? std::nullopt : std::optional{from_milliseconds(column.getInt64())};
}

} // namespace forager::store
