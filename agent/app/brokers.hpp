// The brokers of the settings, for commands and for the agent.
#pragma once

#include "app/app.hpp"
#include "config/config.hpp"
#include "primitives/broker/access.hpp"
#include "primitives/broker/desk.hpp"

#include <string>
#include <vector>

namespace forager {

/// Those that the settings name, in the order of preference: "redis", "mqtt".
std::vector<std::string> broker_names(const config::Settings& settings);

/// The group on whose behalf streams are read where nothing else is said.
inline constexpr const char* usual_stream_group = "forager";

/// Who reads streams: the same after a restart, and another one for each agent of a machine.
std::string stream_consumer(const config::Settings& settings);

/// Each is made when it is first wanted, and then always that one. `settings` and the app must outlive it.
BrokerAccess broker_access(const config::Settings& settings, App& app);

} // namespace forager
