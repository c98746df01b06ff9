#include "functions/builtin.hpp"

namespace forager {

void add_builtin_functions(Registry& registry, Clock& clock, ProcessRunner& processes, const DockerAccess& docker,
                           const std::string& no_docker)
{
    add_echo(registry);
    add_sleep(registry, clock);
    add_unix(registry, processes);
    add_python(registry, clock, processes);
    add_ml(registry, processes, docker);
    if (no_docker.empty()) {
        add_docker(registry, docker);
        add_broker(registry, docker);
    } else {
        registry.add_unavailable("docker", no_docker);
        registry.add_unavailable("broker", no_docker);
    }
    for (const char* family : {"backup", "compute", "k8s", "reconcile"})
        registry.add_unavailable(family, "this version of the agent does not have it yet");
}

} // namespace forager
