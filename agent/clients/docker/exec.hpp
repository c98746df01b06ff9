// Commands inside a container that runs. Failures of all: those of `Client::call`.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/container_spec.hpp"
#include "clients/docker/output_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace forager::docker {

struct ExecSpec {
    Words command;
    Pairs env;
    std::string user;
    std::string cwd;
    bool privileged = false;
    bool tty = false;

    ExecSpec() = default;
};

/// Its id. Failures: refused (the container does not run: status 409).
boost::asio::awaitable<Result<std::string>> create_exec(Client& client, std::string container, ExecSpec spec);

/// Begins it: all that it prints. The engine has no way to end it: its container's end does, or a signal from inside.
boost::asio::awaitable<Result<OutputStream>> start_exec(Client& client, std::string exec, bool tty);

struct ExecState {
    bool running = false;
    std::int64_t exit_code = 0;
    std::int64_t pid = 0; ///< on the engine's machine
    std::string user;     ///< empty: its container's
    bool privileged = false;

    ExecState() = default;
};

boost::asio::awaitable<Result<ExecState>> inspect_exec(Client& client, std::string exec);

} // namespace forager::docker
