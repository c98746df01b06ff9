#include "functions/builtin.hpp"

namespace forager {

void add_builtin_functions(Registry& registry, const BuiltinPeers& peers)
{
    add_echo(registry);
    add_sleep(registry, peers.clock);
    add_unix(registry, peers.processes);
    add_python(registry, peers.clock, peers.processes);
    add_ml(registry, peers.processes, peers.docker, peers.files);
    if (peers.no_docker.empty()) {
        add_container_functions(registry, peers.docker, peers.files, peers.brokers);
    } else {
        registry.add_unavailable("docker", peers.no_docker);
        registry.add_unavailable("broker", peers.no_docker);
    }
    if (peers.no_kubernetes.empty())
        add_kubernetes(registry, peers.kubernetes, peers.files);
    else
        registry.add_unavailable("k8s", peers.no_kubernetes);
    registry.add_unavailable("compute", "its jobs are kept by the agent: 'forager agent' starts one; 'forager run "
                                        "builtin:/compute.lua DOCUMENT.json results=FOLDER' does one job here and now");
    registry.add_unavailable("reconcile", "a colony's blueprints are kept by an agent that is an executor of it: set "
                                          "[colony] and start one with 'forager agent'");
}

void add_container_functions(Registry& registry, const DockerAccess& docker, const cfs::FilesAccess& files,
                             const BrokerAccess& brokers)
{
    add_docker(registry, docker, files);
    add_broker(registry, docker, brokers);
    for (const char* family : {"docker", "broker"})
        registry.add_unavailable(family, "");
}

} // namespace forager
