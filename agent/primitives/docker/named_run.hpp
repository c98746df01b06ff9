// One container by its name, run to its end and left there: as messages ask for it, which name what they start. On the
// strand.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/making.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace forager::docker_work {

struct NamedRun {
    Making making;    ///< Conflict::keep: one that there is runs again as it is
    std::string mark; ///< of its label forager.invocation: who makes it, and goes on with it after an agent's death
    std::string input;
    std::optional<Duration> timeout;
    std::optional<std::size_t> limit; ///< bytes kept of each output; nothing: the engine's
    bool merge = false;               ///< both outputs in `out`
    bool drop_err = false;            ///< nobody wants `err`
    bool remove = false;              ///< it is gone afterwards
    std::function<void()> begun = [] {};

    NamedRun() = default;
};

struct NamedEnd {
    Completed done;
    bool truncated = false; ///< of the outputs parts are cut out
    std::optional<WallTime> started;
    std::optional<WallTime> finished;

    NamedEnd() = default;

    /// truncated, and started and finished (RFC 3339) where they are known.
    void add_to(Object& told) const;
};

/// Waits for its end. What it printed before this call is left out, unless it is of the same mark. Failures: `exit`, as
/// of a command, with what `NamedEnd` adds; timed_out (it was killed), with stdout and stderr so far in the details;
/// refused (the name is taken, the asker's policy); those of `docker::Client::call` and of `pull`. A cancellation kills
/// it, and removes it where this call made it; one that ran before goes on.
boost::asio::awaitable<Result<NamedEnd>> run_named(DockerEngine& engine, NamedRun wanted);

/// A container that is made and started, or one of the name that is there and started as it is.
struct Started {
    std::string id;
    bool is_new = false;
    bool was_running = false;

    Started() = default;
};

/// Leaves nothing that it made and could not start. `mark`: as of a run.
boost::asio::awaitable<Result<Started>> start_named(DockerEngine& engine, Making making, std::string mark);

} // namespace forager::docker_work
