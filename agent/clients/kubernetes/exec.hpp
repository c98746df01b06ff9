// Commands inside a container that runs: over a WebSocket whose messages begin with the number of their channel.
#pragma once

#include "clients/kubernetes/client.hpp"
#include "core/failure.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::kubernetes {

struct ExecSpec {
    std::string space;
    std::string pod;
    std::string container; ///< empty: the only one
    std::vector<std::string> command;
    bool input = false; ///< whether it reads what is written
    bool tty = false;   ///< both outputs come as one, with a terminal's line breaks

    ExecSpec() = default;
};

struct ExecPiece {
    Stream stream = Stream::out;
    std::string bytes;
};

class Exec {
public:
    /// Failures: those of `Client::call`: not_found (the pod), bad_arguments (the container), refused.
    static boost::asio::awaitable<Result<Exec>> open(Client& client, ExecSpec spec);

    Exec() = default; ///< has ended

    /// The next piece of its output, nothing at its end. Waits without limit. Failures: unreachable (nobody knows how
    /// it ended), not_found and refused (it could not begin, with the node's words).
    boost::asio::awaitable<Result<std::optional<ExecPiece>>> read();

    /// Failures: unreachable. Not while another `write` is under way.
    boost::asio::awaitable<Result<void>> write(std::string bytes);

    /// Whether the server knows a word for that: those older than 1.30 do not.
    bool can_end_input() const;

    /// There is no more to read for it. Failures: refused (the server knows no word for that).
    boost::asio::awaitable<Result<void>> end_input();

    /// Known at its end.
    int exit_code() const { return exit_code_; }

private:
    explicit Exec(http::WebSocket socket) : socket_{std::move(socket)} {}
    Result<void> take_status(std::string_view text);

    http::WebSocket socket_;
    bool ended_ = false;
    int exit_code_ = 0;
};

/// What the last message says of a command: its exit code. Failures: refused. Pure.
Result<int> exit_code_in(std::string_view status);

} // namespace forager::kubernetes
