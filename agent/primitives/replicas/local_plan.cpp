#include "primitives/replicas/local_plan.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace forager::replicas {

using reconcile::Template;

namespace {

Failure wrong(const std::string& field, const std::string& what)
{
    Failure failure{Errc::bad_arguments, field + ": " + what};
    failure.details.set("field", field);
    failure.retry = false;
    return failure;
}

Result<void> check_command(const Template& replica)
{
    const std::vector<std::string> command = command_of(replica);
    const std::string field = replica.command || !replica.entrypoint ? "spec.command" : "spec.entrypoint";
    if (command.empty() || command.front().empty())
        return wrong(field, "a local replica needs the program that it is to run");
    for (const std::string& word : command)
        if (word.find('\0') != std::string::npos)
            return wrong(field, "an argument must not contain a NUL byte");
    return {};
}

Result<void> check_environment(const Template& replica)
{
    const auto environment = with_changes({}, replica.env);
    if (!environment)
        return wrong("spec.env", environment.error().message);
    return {};
}

// The same path on both sides says nothing that is not so already.
Result<void> check_volumes(const Template& replica)
{
    for (const reconcile::Volume& volume : replica.volumes) {
        if (volume.source != volume.target)
            return wrong("spec.volumes", "a local replica sees the machine's own files, so nothing can be at '" +
                                             volume.target + "' for it that is at '" + volume.source +
                                             "': leave it out");
        if (volume.read_only)
            return wrong("spec.volumes", "a local replica may do with '" + volume.source +
                                             "' what its user may: readOnly cannot be kept; leave it out");
    }
    return {};
}

Result<void> check_ports(const Template& replica)
{
    for (const reconcile::PortMapping& port : replica.ports)
        if (port.host && *port.host != port.container)
            return wrong("spec.ports", "a local replica opens its own ports, so port " +
                                           std::to_string(port.container) + " cannot be " + std::to_string(*port.host) +
                                           " of the machine: leave it out, or name the same port");
    return {};
}

Result<void> check_surroundings(const Template& replica)
{
    if (!replica.network.empty())
        return wrong("spec.network", "a local replica has the machine's own network: leave it out");
    if (replica.privileged)
        return wrong("spec.privileged", "a local replica has the rights of its user: leave it out");
    if (!replica.cwd.empty() && (!replica.cwd.starts_with('/') || replica.cwd.find('\0') != std::string::npos))
        return wrong("spec.cwd", "the working folder of a local replica is an absolute path");
    if (replica.user.find('\0') != std::string::npos)
        return wrong("spec.user", "the name of a user must not contain a NUL byte");
    return {};
}

} // namespace

std::vector<std::string> command_of(const Template& replica)
{
    std::vector<std::string> all = replica.entrypoint.value_or(std::vector<std::string>{});
    if (replica.command)
        all.insert(all.end(), replica.command->begin(), replica.command->end());
    return all;
}

Result<void> check_local(const Template& replica)
{
    for (const auto check : {check_command, check_environment, check_volumes, check_ports, check_surroundings})
        if (auto checked = check(replica); !checked)
            return checked.error();
    return {};
}

Result<ReplicaPlan> plan_for(const reconcile::Deployment& wanted, const NewReplica& replica, Environment base,
                             const ReplicaFolder& folder, std::uint64_t open_files)
{
    auto environment = with_changes(std::move(base), replica.env);
    if (!environment)
        return wrong("spec.env", environment.error().message);
    const Template& replicas = wanted.replica;
    ReplicaPlan plan;
    plan.folder = folder.path();
    plan.health = replicas.health;
    if (replicas.cpu)
        plan.processors = static_cast<std::size_t>(std::ceil(*replicas.cpu));
    LaunchPlan& launch = plan.launch;
    launch.argv = command_of(replicas);
    launch.environment = std::move(*environment);
    launch.own_folder = replicas.cwd.empty();
    launch.cwd = launch.own_folder ? folder.work() : replicas.cwd;
    launch.user = replicas.user;
    for (const auto& [name, value] : replica.env)
        launch.own_variables.push_back(name);
    launch.limits.memory_bytes = replicas.memory;
    launch.open_files = open_files;
    launch.merge = true;
    return plan;
}

} // namespace forager::replicas
