// What monitors tell, and how it reaches the queue. Pure.
#pragma once

#include "core/value.hpp"
#include "ports/queue.hpp"
#include "sources/monitor/monitor_list.hpp"
#include "sources/monitor/sighting.hpp"

namespace forager::monitoring {

/// The event as `Monitor` describes it; `changes` 0: a heartbeat. `sighting`: a null pointer for one that is away.
Object event_of(const Watched& watched, bool ok, std::size_t changes, const Sighting* sighting, WallTime now);

/// The pending event of the container, under a key of its own: handed over again, it is the same.
Submission submission_of(const Watched& watched);

} // namespace forager::monitoring
