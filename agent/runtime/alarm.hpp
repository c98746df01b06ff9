// A point in time that outlives the program: when a durable sleep is over.
#pragma once

#include "core/value.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager {

/// While the machine runs, its monotonic clock counts, whatever is done to the calendar's; after a restart of the
/// machine only the calendar's is left.
struct Alarm {
    WallTime wall;
    TimePoint steady;
    std::string boot; ///< of the machine at which `steady` counts
};

Alarm alarm_after(const Clock& clock, Duration length);

/// When it goes off, as far as can be said now.
TimePoint due(const Clock& clock, const Alarm& alarm);

/// Waits for it, and follows the calendar's clock when that one is moved and counts.
boost::asio::awaitable<void> sleep_until(Clock& clock, Alarm alarm);

Value to_value(const Alarm& alarm);
Alarm alarm_from(const Value& value);

/// "2026-11-24 18:22:26 UTC"
std::string wall_text(WallTime time);

} // namespace forager
