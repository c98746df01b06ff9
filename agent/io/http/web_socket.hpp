// A WebSocket (RFC 6455) as its client: whole messages over the same transports as HTTP. Used by clients, on the
// strand.
#pragma once

#include "core/failure.hpp"
#include "io/http/connect.hpp"
#include "io/http/headers.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace forager::http {

class WebSocket {
public:
    struct Request {
        std::string url; ///< http, https or unix: where the handshake goes
        Headers headers; ///< of the handshake
        TlsSettings tls;
        Duration timeout = std::chrono::seconds{10};               ///< for the connection and the handshake
        std::size_t message_limit = std::size_t{64} * 1024 * 1024; ///< bytes of one message that comes in

        Request() = default;
    };

    WebSocket(); ///< has ended
    WebSocket(WebSocket&&) noexcept;
    WebSocket& operator=(WebSocket&&) noexcept;
    /// Closes the connection.
    ~WebSocket();

    /// Failures: bad_arguments (the URL); not_found, refused, unreachable, timed_out as of `Client::send`; refused with
    /// the HTTP status (`status` in the details, with the beginning of what it said as `body`) when the server does not
    /// want a WebSocket.
    static boost::asio::awaitable<Result<WebSocket>> open(Connector& connector, Clock& clock, Request request);

    /// Sends one message of text. Failures: unreachable. Not while another `send` is under way.
    boost::asio::awaitable<Result<void>> send(std::string text);

    /// As `send`, one of bytes.
    boost::asio::awaitable<Result<void>> send_bytes(std::string bytes);

    /// The subprotocol that the server chose of those in `Sec-WebSocket-Protocol`; empty: none.
    const std::string& protocol() const;

    /// The next message, text or binary; pings are answered meanwhile. Waits without limit. Failures: unreachable (the
    /// connection ended, with or without a farewell), limit, refused (no WebSocket). Nothing comes after a failure.
    /// Throws `operation_aborted` when cancelled; the connection is of no more use then.
    boost::asio::awaitable<Result<std::string>> receive();

private:
    class Impl;
    explicit WebSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace forager::http
