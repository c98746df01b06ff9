// One connection to an MQTT broker: packets in both directions. On the strand.
#pragma once

#include "clients/mqtt/address.hpp"
#include "clients/mqtt/packet.hpp"
#include "io/http/connect.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace forager::mqtt {

struct Config {
    Address address;
    http::TlsSettings tls;
    std::string client_id = "forager";                        ///< the beginning of each connection's own
    Duration timeout = std::chrono::seconds{5};               ///< for a connection, and for an answer
    std::size_t packet_limit = std::size_t{64} * 1024 * 1024; ///< bytes of one message

    Config() = default;
};

class Connection {
public:
    Connection(); ///< has ended
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// Connects and says who the agent is. `client_id` must be nobody else's. Failures: unreachable, timed_out, refused
    /// (a wrong password, a certificate, a server of another kind). Throws `operation_aborted` when cancelled.
    static boost::asio::awaitable<Result<Connection>> open(http::Connector& connector, Clock& clock, Config config,
                                                           std::string client_id, std::chrono::seconds keep_alive);

    /// Failures: unreachable.
    boost::asio::awaitable<Result<void>> send(std::string packets);

    /// The next packet. Waits without limit. Failures: unreachable (it ended), refused, limit.
    boost::asio::awaitable<Result<Packet>> receive();

    /// The next one of those that have come already; nothing when there is none. Failures: refused, limit.
    Result<std::optional<Packet>> received();

    /// HOST:PORT, for messages.
    const std::string& peer() const { return peer_; }

    /// How many publications it takes unanswered.
    std::size_t receives() const { return receives_; }

private:
    Connection(std::unique_ptr<http::Transport> transport, std::string peer, std::size_t limit);

    boost::asio::awaitable<Result<void>> introduce(Introduction who);
    boost::asio::awaitable<Result<void>> more();
    Failure lost(std::string_view why) const;

    std::unique_ptr<http::Transport> transport_;
    std::string peer_;
    std::unique_ptr<PacketReader> reader_;
    std::string buffer_;
    std::size_t receives_ = 0;
};

/// The broker's no as a failure: refused, with its words.
Failure refusal(const Answer& answer);

} // namespace forager::mqtt
