// A monitor as data: as callers say what they want, and as it is kept. Pure.
#pragma once

#include "core/value.hpp"
#include "ports/monitors.hpp"

namespace forager {

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
