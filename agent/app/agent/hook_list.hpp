// Makes hooks of what scripts want to hear of over HTTP, with their secrets read. Used by the agent's HTTP door.
#pragma once

#include "app/agent/log.hpp"
#include "scripting/watcher.hpp"
#include "sources/hook/hook.hpp"

#include <vector>

namespace forager {

/// The hooks among the watchers. Reads the files of their secrets; a hook whose secret cannot be read lets nobody in,
/// and the log tells of it.
std::vector<Hook> hooks_of(const std::vector<scripting::Watcher>& watchers, const AgentLog& log);

} // namespace forager
