// What the agent says of its settings: that it cannot keep to them, or that others stand in the files by now.
#pragma once

#include "app/agent/log.hpp"
#include "config/config.hpp"
#include "core/failure.hpp"

namespace forager {

/// Whoever writes a setting relies on it. Failures: bad_arguments for one that is not enforced.
Result<void> only_what_is_enforced(const config::Settings& settings);

/// What takes a restart: nobody shall believe that a reload was enough.
void tell_of_changes(const config::Settings& in_force, const Result<config::Settings>& present, const AgentLog& log);

} // namespace forager
