// The Docker engine of the settings, for commands and for the agent.
#pragma once

#include "app/app.hpp"
#include "app/home.hpp"
#include "config/config.hpp"
#include "primitives/docker/engine.hpp"

#include <string>

namespace forager {

/// Why the settings' engine cannot be there: none is named, or nothing is where it would listen. Empty: it may be.
std::string why_no_docker(const config::Settings& settings);

/// Made when it is first wanted, and then always that one. `settings` and the app must outlive it. Failures: refused
/// (the settings have none).
DockerAccess docker_access(const config::Settings& settings, App& app, Home home);

} // namespace forager
