// Makes hooks of what scripts want to hear of over HTTP, with their secrets read. Used by the agent's HTTP door.
#pragma once

#include "app/agent/log.hpp"
#include "scripting/script.hpp"
#include "sources/hook/hook.hpp"

#include <vector>

namespace forager {

/// A hook as a script declares it; the watcher is the caller's.
struct HookDeclaration {
    const scripting::Watcher* watcher = nullptr;
    HookRoute route;
    bool serves = true; ///< no earlier one is for the same requests
};

/// The hooks among the watchers, in their order.
std::vector<HookDeclaration> hook_declarations(const std::vector<scripting::Watcher>& watchers);

/// The hooks among the watchers. Reads the files of their secrets; a hook whose secret cannot be read lets nobody in,
/// and one whose requests another one has already is left out: the log tells of both.
std::vector<Hook> hooks_of(const std::vector<scripting::Watcher>& watchers, const AgentLog& log);

} // namespace forager
