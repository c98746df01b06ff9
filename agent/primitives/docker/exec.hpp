// A command inside of a container that runs, as a command is run.
#pragma once

#include "clients/docker/exec.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace forager::docker_work {

struct ContainerCommand {
    docker::ExecSpec spec;
    Asker asker; ///< whose policy binds it
    std::optional<Duration> timeout;
    std::optional<std::size_t> limit; ///< bytes kept of each output; nothing: the engine's
    bool merge = false;
    bool check = true;
    LineSink* lines = nullptr; ///< must outlive the call

    ContainerCommand() = default;
};

/// Options: env, user, cwd, privileged, timeout, limit, merge, check. Failures: bad_arguments, naming the option.
Result<ContainerCommand> command_of(const Value& command, const Object& options, const Invocation& invocation);

/// Runs it to its end. Failures: as of a container's run; refused, also when the container has more than the asker's
/// policy allows. When it is cancelled or fails before the command's end, the
/// command and all that it has begun are killed; where that is not possible the failure says so. Every process of the
/// command carries FORAGER_EXEC in its environment, by which they are found.
boost::asio::awaitable<Result<Completed>> exec(DockerEngine& engine, std::string container, ContainerCommand wanted);

/// Whether somebody may run something of his own in this container, by what it has. Failures: refused.
boost::asio::awaitable<Result<void>> permit_inside(DockerEngine& engine, const Policy& policy, std::string container);

} // namespace forager::docker_work
