// What a script wants to hear of: its declarations of `on`, which the composition root connects to the sources.
#pragma once

#include "core/broker_event.hpp"
#include "core/hook_route.hpp"
#include "core/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::scripting {

/// Events that a script handles.
struct Watcher {
    std::string event;                   ///< as the script names it: "file:/var/spool/in/*.csv"
    std::string function;                ///< full name of the function that handles it
    bool durable = false;                ///< goes through the queue
    std::string where;                   ///< FILE:LINE
    Object options;                      ///< all that the script gave
    std::optional<HookRoute> hook;       ///< the requests of an "http:" event
    std::optional<BrokerEvent> broker{}; ///< the messages of a broker's event
    int reference = 0;                   ///< of the handler in the registry of the script's state
};

/// Refuses a watcher whose events one of `others` handles, a hook in other words among them. Failures: bad_arguments, a
/// declaration at the place of `watcher`, naming the other one and its place.
Result<void> check_is_only_one(const Watcher& watcher, const std::vector<Watcher>& others);

} // namespace forager::scripting
