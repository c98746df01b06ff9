// Monitors of containers as functions of the family docker: added, listed and removed by whoever calls the agent.
#pragma once

#include "ports/monitors.hpp"
#include "runtime/registry.hpp"

namespace forager {

/// Registers docker.monitor, docker.monitors and docker.remove_monitor. All that is passed must outlive the registry.
void add_monitors(Registry& registry, const MonitorsAccess& monitors);

} // namespace forager
