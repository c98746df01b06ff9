// broker.monitor and broker.monitored: requests to be told when a container does not run any more. Registered by an
// agent, which keeps monitors and answers later.
#pragma once

#include "ports/monitors.hpp"
#include "ports/replies.hpp"
#include "runtime/registry.hpp"

namespace forager {

/// Both accesses must be good as long as the registry.
void add_broker_monitor(Registry& registry, MonitorsAccess monitors, RepliesAccess replies);

} // namespace forager
