// Calls about containers. ID is an id, the beginning of one, or a name. Failures of all: those of `Client::call`.
#pragma once

#include "base/time.hpp"
#include "clients/docker/client.hpp"
#include "clients/docker/container_spec.hpp"
#include "clients/docker/output_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::docker {

/// Its id. Failures: not_found (the image), refused (the name is taken: status 409).
boost::asio::awaitable<Result<std::string>> create(Client& client, ContainerSpec spec);

/// Whether it was not running before.
boost::asio::awaitable<Result<bool>> start(Client& client, std::string id);

/// Asks it to end, and kills it when the time is over (nothing: the container's own, else ten seconds; whole seconds).
/// Returns when it has ended: whether it was running before.
boost::asio::awaitable<Result<bool>> stop(Client& client, std::string id, std::optional<Duration> grace);

/// Sends a signal ("KILL", "HUP"). Failures: refused (it does not run: status 409).
boost::asio::awaitable<Result<void>> kill(Client& client, std::string id, std::string signal);

boost::asio::awaitable<Result<void>> restart(Client& client, std::string id, std::optional<Duration> grace);

struct Removal {
    bool force = false;  ///< kills it first where it runs
    bool volumes = true; ///< and its volumes without a name

    Removal() = default;
};

/// Whether it was there. One that is being removed by somebody else counts as gone.
boost::asio::awaitable<Result<bool>> remove(Client& client, std::string id, Removal removal);

/// All that the engine knows of it, as it says so.
boost::asio::awaitable<Result<Object>> inspect(Client& client, std::string id);

/// What is asked for most, out of `inspect`.
struct ContainerState {
    std::string id;
    std::string name;    ///< without the slash
    std::string image;   ///< as it was asked for
    std::string status;  ///< created, running, paused, restarting, removing, exited, dead
    std::string health;  ///< starting, healthy, unhealthy; empty: it has no check
    std::string error;   ///< why it could not begin
    std::string started; ///< RFC 3339; the engine's year 1 when it never was
    std::string finished;
    std::int64_t exit_code = 0;
    std::int64_t restarts = 0;
    bool running = false;
    bool oom_killed = false;
    bool tty = false;
    Object labels;

    ContainerState() = default;
};

ContainerState state_in(const Object& inspected);

struct Filter {
    bool all = true;      ///< also those that do not run
    Pairs labels;         ///< an empty value: any
    std::string name;     ///< as the engine compares: a regular expression found anywhere in the name
    std::size_t most = 0; ///< the newest; 0: all of them

    Filter() = default;
};

/// As the engine's list has them: Id, Names (with a slash), Image, State, Status, Labels …
boost::asio::awaitable<Result<Array>> list(Client& client, Filter filter);

/// One look at CPU, memory, network and processes, as the engine says it.
boost::asio::awaitable<Result<Object>> stats(Client& client, std::string id);

/// The same at once: without the look a moment earlier that stands beside it else (engines before 1.41 take it).
boost::asio::awaitable<Result<Object>> stats_now(Client& client, std::string id);

struct LogQuery {
    bool follow = false; ///< until the container ends
    bool out = true;
    bool err = true;
    bool timestamps = false;
    std::optional<std::size_t> last; ///< lines; nothing: all
    std::string since;               ///< RFC 3339, or seconds since 1970

    LogQuery() = default;
};

/// `tty`: whether the container has a terminal, and so no frames.
boost::asio::awaitable<Result<OutputStream>> logs(Client& client, std::string id, LogQuery query, bool tty);

/// What it prints from now on: attached before it is started, all of it.
boost::asio::awaitable<Result<OutputStream>> attach(Client& client, std::string id, bool tty);

/// Writes to its stdin and closes it. A container that ends without reading is no failure.
boost::asio::awaitable<Result<void>> feed(Client& client, std::string id, std::string input);

struct Exit {
    std::int64_t code = 0;
    std::string error;
};

/// Hears of the end of a container. Made before it is started, it misses nothing.
class ExitWatch {
public:
    ExitWatch() = default;
    explicit ExitWatch(http::AnswerStream stream) : stream_{std::move(stream)} {}

    /// Waits without limit. Failures: unreachable (the engine went).
    boost::asio::awaitable<Result<Exit>> wait();

private:
    http::AnswerStream stream_;
};

/// `next`: the next end of a run; else now, where it does not run.
boost::asio::awaitable<Result<ExitWatch>> watch_exit(Client& client, std::string id, bool next);

} // namespace forager::docker
