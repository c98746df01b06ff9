// The functions that every agent has: one family, one file.
#pragma once

#include "core/outcome.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/broker/access.hpp"
#include "primitives/cfs/access.hpp"
#include "primitives/docker/access.hpp"
#include "primitives/kubernetes/access.hpp"
#include "runtime/registry.hpp"

#include <string>

namespace forager {

/// What the built-in families do their work with. All must outlive the registry.
struct BuiltinPeers {
    Clock& clock;
    ProcessRunner& processes;
    const DockerAccess& docker;
    const KubernetesAccess& kubernetes;
    const cfs::FilesAccess& files;
    const BrokerAccess& brokers;
    std::string no_docker;     ///< why there are no containers; empty: there may be some
    std::string no_kubernetes; ///< why there is no cluster; empty: there may be one
};

/// Registers the built-in families, and says of those that cannot work why they are not there.
void add_builtin_functions(Registry& registry, const BuiltinPeers& peers);

/// An engine has come: the families that work with it. What a script has declared by the same name stays.
void add_container_functions(Registry& registry, const DockerAccess& docker, const cfs::FilesAccess& files,
                             const BrokerAccess& brokers);

void add_echo(Registry& registry);
void add_sleep(Registry& registry, Clock& clock);
void add_unix(Registry& registry, ProcessRunner& processes);
void add_python(Registry& registry, Clock& clock, ProcessRunner& processes);
void add_ml(Registry& registry, ProcessRunner& processes, const DockerAccess& docker, const cfs::FilesAccess& files);
void add_docker(Registry& registry, const DockerAccess& docker, const cfs::FilesAccess& files);
void add_kubernetes(Registry& registry, const KubernetesAccess& kubernetes, const cfs::FilesAccess& files);
void add_broker(Registry& registry, const DockerAccess& docker, const BrokerAccess& brokers);

} // namespace forager
