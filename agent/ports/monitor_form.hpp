// A monitor as data: as callers say what they want, and as it is kept. Pure.
#pragma once

#include "core/value.hpp"
#include "ports/monitors.hpp"

#include <chrono>

namespace forager {

inline constexpr Duration shortest_interval = std::chrono::seconds{1}; ///< between two looks
inline constexpr Duration longest_interval = std::chrono::hours{24};

/// Options: name, container, prefix, labels (name → text), expect ("running", "healthy", another status, or a table of
/// status, health, restarts, memory and cpu), interval, heartbeat, once, damp, call (the function), kwargs, owner.
/// Failures: bad_arguments, naming the option.
Result<Monitor> monitor_of(const Object& options);

/// What `monitor_of` makes the same monitor of.
Object data_of(const Monitor& monitor);

/// For whoever lists monitors: name, container, prefix and labels where they are, call, owner, containers, ok, reason,
/// events, last, over, trouble.
Object data_of(const MonitorStatus& status);

/// Refuses one that makes no sense. Failures: bad_arguments.
Result<void> check(const Monitor& monitor);

} // namespace forager
