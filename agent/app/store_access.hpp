// The object store of the settings, for commands and for the agent.
#pragma once

#include "app/app.hpp"
#include "config/config.hpp"
#include "ports/store_access.hpp"

#include <string>

namespace forager {

/// Why there can be none; empty: there may be.
std::string why_no_store(const config::Settings& settings);

/// Made when it is first wanted, and then always that one. `folder`: where uploads are remembered that the agent's end
/// cut short; empty: nowhere. `settings` and the app must outlive it. Failures: refused (the settings have none).
StoreAccess store_access(const config::Settings& settings, App& app, std::string folder);

} // namespace forager
