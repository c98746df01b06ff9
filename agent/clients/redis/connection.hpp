// One connection to a Redis server: what is asked and answered in turn, or heard without asking. On the strand.
#pragma once

#include "clients/redis/address.hpp"
#include "clients/redis/reply.hpp"
#include "core/failure.hpp"
#include "io/http/connect.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forager::redis {

struct Config {
    Address address;
    http::TlsSettings tls;
    std::string name = "forager";                            ///< of the connection, as CLIENT LIST shows it
    Duration timeout = std::chrono::seconds{5};              ///< for a connection, and for an answer
    std::size_t reply_limit = std::size_t{64} * 1024 * 1024; ///< bytes of one reply or message

    Config() = default;
};

class Connection {
public:
    Connection(); ///< has ended
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// Connects, says who the agent is, and chooses the database. Failures: unreachable, timed_out, refused (a wrong
    /// password, a certificate, a server of another kind). Throws `operation_aborted` when cancelled.
    static boost::asio::awaitable<Result<Connection>> open(http::Connector& connector, Clock& clock, Config config);

    /// Sends commands: see `command_text`. Failures: unreachable.
    boost::asio::awaitable<Result<void>> send(std::string commands);

    /// The next reply. Waits without limit. Failures: unreachable (it ended), refused, limit.
    boost::asio::awaitable<Result<Reply>> receive();

    /// The next reply of those that have come already; nothing when there is none. Failures: refused, limit.
    Result<std::optional<Reply>> received();

    /// A command and its reply, when nothing else is under way. Failures: refused (the server's words: see
    /// `refusal`), those of `send` and `receive`. Waits without limit.
    boost::asio::awaitable<Result<Value>> ask(std::string command);

    /// HOST:PORT, for messages.
    const std::string& peer() const { return peer_; }

private:
    Connection(std::unique_ptr<http::Transport> transport, std::string peer, std::size_t limit);

    boost::asio::awaitable<Result<void>> introduce(Config config);
    boost::asio::awaitable<Result<void>> more();
    Failure lost(std::string_view why) const;

    std::unique_ptr<http::Transport> transport_;
    std::string peer_;
    std::unique_ptr<ReplyParser> parser_;
    std::string buffer_;
};

/// The server's no as a failure: refused, with its words; `reply` in the details is its first word, "NOAUTH".
Failure refusal(const std::string& words);

} // namespace forager::redis
