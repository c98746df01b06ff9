// The functions that every agent has: one family, one file.
#pragma once

#include "core/outcome.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/access.hpp"
#include "runtime/registry.hpp"

namespace forager {

/// Registers the built-in families, and says of those that this build lacks why they are not there. All that is passed
/// must outlive the registry. `no_docker`: why there are no containers; empty: there may be some.
void add_builtin_functions(Registry& registry, Clock& clock, ProcessRunner& processes, const DockerAccess& docker,
                           const std::string& no_docker = {});

void add_echo(Registry& registry);
void add_sleep(Registry& registry, Clock& clock);
void add_unix(Registry& registry, ProcessRunner& processes);
void add_python(Registry& registry, Clock& clock, ProcessRunner& processes);
void add_ml(Registry& registry, ProcessRunner& processes, const DockerAccess& docker);
void add_docker(Registry& registry, const DockerAccess& docker);
void add_broker(Registry& registry, const DockerAccess& docker);

} // namespace forager
