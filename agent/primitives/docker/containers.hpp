// Containers by their names: made, started, ended, looked at. NAME is a name, an id or the beginning of one. All must
// outlive the calls. Failures of all: bad_arguments, naming an option; those of `docker::Client::call`.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/making.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace forager::docker_work {

/// What is known of a container: id, name, image, state, running, exit_code, oom_killed, restarts, health (where it has
/// a check), error (why it could not begin), started and finished (RFC 3339, where it was), labels.
boost::asio::awaitable<Result<Object>> inspect(DockerEngine& engine, std::string name);

/// As the engine has it, with the engine's names.
boost::asio::awaitable<Result<Object>> inspect_whole(DockerEngine& engine, std::string name);

/// A new container, as `inspect` gives it. It is nobody's: it stays until somebody removes it.
boost::asio::awaitable<Result<Object>> create(DockerEngine& engine, Making making);

/// The same, and it runs.
boost::asio::awaitable<Result<Object>> start_new(DockerEngine& engine, Making making);

/// Whether it was not running before.
boost::asio::awaitable<Result<bool>> start(DockerEngine& engine, std::string name);

/// Options: timeout (what it gets to end by itself; default the container's own), remove. Whether it was running.
boost::asio::awaitable<Result<bool>> stop(DockerEngine& engine, std::string name, Object options);

/// Options: timeout.
boost::asio::awaitable<Result<void>> restart(DockerEngine& engine, std::string name, Object options);

/// Options: signal ("KILL" by default).
boost::asio::awaitable<Result<void>> kill(DockerEngine& engine, std::string name, Object options);

/// Options: force (also one that runs), volumes (its nameless ones, too; the default). Whether it was there.
boost::asio::awaitable<Result<bool>> remove(DockerEngine& engine, std::string name, Object options);

/// Waits until it does not run, without limit: its exit status.
boost::asio::awaitable<Result<std::int64_t>> wait(DockerEngine& engine, std::string name);

/// Options: all (also those that do not run), name (a part of it), labels, count (the newest). Each as { id, name,
/// image, state, status, created, labels }.
boost::asio::awaitable<Result<Array>> list(DockerEngine& engine, Object options);

/// What it uses now: cpu (cores), memory and memory_limit (bytes), pids, received and sent (bytes over its networks),
/// read and written (bytes of its disks).
boost::asio::awaitable<Result<Object>> stats(DockerEngine& engine, std::string name);

/// Options: tail (lines), since (RFC 3339 or seconds since 1970), timestamps, follow (until it ends), limit. { stdout,
/// stderr }. `lines` hears them as they come; it may be null.
boost::asio::awaitable<Result<Object>> logs(DockerEngine& engine, std::string name, Object options, LineSink* lines);

} // namespace forager::docker_work
