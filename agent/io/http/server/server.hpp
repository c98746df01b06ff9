// An HTTP/1.1 server on local sockets and TCP: it reads requests, keeps the limits and sends replies; what to answer
// is its handler's business. Used by the control socket and by [http], on the strand.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "io/http/server/reply.hpp"
#include "io/http/server/served_request.hpp"
#include "io/http/server/tls_identity.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace forager::http {

class Server {
public:
    /// Called for each complete request; for a HEAD it may answer as for a GET, the body is not sent. It is cancelled
    /// when the client leaves. What it throws becomes a 500 that tells nothing of it: a handler that wants it logged
    /// catches it.
    using Handle = std::function<boost::asio::awaitable<Reply>(ServedRequest)>;

    struct Config {
        std::size_t connections = 256;                    ///< at once, for each place it listens on; others get a 503
        std::size_t bodies_limit = 64 * 1024 * 1024;      ///< bytes of all requests together
        std::size_t body_limit = 16 * 1024 * 1024;        ///< bytes of one request
        Duration head_time = std::chrono::seconds{10};    ///< from the first byte of a request to the end of its head
        Duration body_time = std::chrono::seconds{60};    ///< from there to the end of its body
        Duration idle_time = std::chrono::seconds{60};    ///< without a request
        Duration write_time = std::chrono::seconds{30};   ///< in which a client takes nothing of what it is sent
        Duration leaving_time = std::chrono::seconds{1};  ///< for a client that closed only its sending side, perhaps
        Duration farewell_time = std::chrono::seconds{1}; ///< for the client to close after the last reply
        Duration grace = std::chrono::seconds{5};         ///< for requests in flight when the server stops
        Duration exhausted_pause = std::chrono::milliseconds{200}; ///< without descriptors or memory to accept with
        bool operator==(const Config&) const = default;
    };

    Server(boost::asio::any_io_executor executor, Clock& clock, Handle handle, Config config);
    Server(boost::asio::any_io_executor executor, Clock& clock, Handle handle)
        : Server{std::move(executor), clock, std::move(handle), Config{}}
    {
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// `run` must have ended, or the loop must.
    ~Server();

    /// Before `run`: listens at `path`, for those whom `mode` lets write to it; beside it "PATH.lock" tells a living
    /// server from the socket that a killed one left. Failures: refused (somebody listens there, a file is in the way,
    /// permissions), not_found (the folder), bad_arguments (a path of more than 107 bytes).
    Result<void> listen_local(std::string path, mode_t mode);

    /// Before `run`: listens at an IP address and gives the port, which 0 leaves to the system. Failures: bad_arguments
    /// (no address), refused (in use, not this machine's, permissions).
    /// With an identity it speaks TLS; clients beyond the limit are then closed without a word.
    Result<std::uint16_t> listen_tcp(std::string address, std::uint16_t port,
                                     std::shared_ptr<const TlsIdentity> identity = nullptr);

    /// Once: serves until cancelled. Then nobody can connect any more, requests in flight get `grace` (a second
    /// cancellation cuts it short), what is left is cancelled, and it returns when all are gone.
    boost::asio::awaitable<void> run();

    /// How many clients are connected.
    std::size_t connections() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace forager::http
