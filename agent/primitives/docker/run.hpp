// One container from its beginning to its end, as a command is run: waited for, its outputs kept and seen line by line,
// and gone afterwards, whatever happens. On the strand.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/making.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace forager::docker_work {

struct ContainerRun {
    Making making;
    std::string input; ///< bytes for its stdin, which is closed after them
    std::optional<Duration> timeout;
    std::optional<std::size_t> limit; ///< bytes kept of each output; nothing: the engine's
    bool merge = false;               ///< both outputs in `out`
    bool check = true;                ///< a status other than 0 is a failure
    std::optional<Keep> keep;         ///< it goes on when the agent is gone; not with `input`

    ContainerRun() = default;
};

/// The run that these options ask for: those of a container but `restart`, and pull, stdin, timeout, limit, merge,
/// check. Failures: bad_arguments, naming the option.
Result<ContainerRun> run_of(const Object& options, const Invocation& invocation);

/// Runs it to its end. Failures: refused (the asker's policy); `exit` with `check`, as of a command; timed_out, with
/// stdout and stderr so far in the details; those of `docker::Client::call` and of `pull`. After a failure, and after a
/// cancellation, the container is gone before this returns; where the engine does not answer, it is removed by the next
/// run of the program. A kept one that an agent before began is waited for, or its result is given; its lines are told
/// from the first one.
boost::asio::awaitable<Result<Completed>> run(DockerEngine& engine, ContainerRun wanted);

} // namespace forager::docker_work
