// The HTTP/1.1 client behind everything that speaks HTTP: scripts, colony servers, container engines, object stores.
// One per process, on the strand; the pool and the clock must outlive it.
//
// It speaks http, https (TLS 1.2 or newer, verified) and HTTP over local sockets (unix:/path.sock:/target), keeps
// connections alive, and follows redirections. It ignores proxies from the environment, keeps no cookies and asks for
// no compression. No failure repeats a password or a query.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "io/http/headers.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace forager::http {

struct TlsSettings {
    std::string ca_file;   ///< trusted authorities (PEM) instead of the system's
    std::string cert_file; ///< the client's own certificate and chain (PEM)
    std::string key_file;  ///< its private key (PEM); empty: in `cert_file`, too
    std::string ca_pem;    ///< the three as texts, each instead of its file
    std::string cert_pem;
    std::string key_pem;
    std::string server_name; ///< whom the certificate must be for; empty: the host of the URL
    bool verify = true;      ///< false: talk to whoever answers

    TlsSettings() = default;
    auto operator<=>(const TlsSettings&) const = default;
};

struct Request {
    std::string method = "GET";
    std::string url; ///< userinfo in it becomes a Basic authorization
    Headers headers;
    std::string body;
    std::shared_ptr<const std::string> kept_body; ///< sent instead of `body`: whoever may send it again has it once
    std::string from_file;                        ///< sent as the body, instead of `body`
    std::string to_file;                          ///< where the body of a 2xx answer goes, complete or not at all
    std::optional<Duration> timeout;              ///< for all of it, redirections included
    Duration connect_timeout = std::chrono::seconds{10};    ///< name, TCP and TLS of one connection
    int redirects = 10;                                     ///< 0: a redirection is an answer
    std::size_t body_limit = std::size_t{64} * 1024 * 1024; ///< bytes of an answer's body that are kept in memory
    TlsSettings tls;

    Request() = default;
};

struct Response {
    int status = 0;
    std::string reason;
    Headers headers;  ///< names in lower case
    std::string body; ///< empty when it went to a file
    std::string url;  ///< what answered, after redirections; without userinfo

    Response() = default;
};

class Exchange;

/// An answer whose body is read piece by piece. Destroying it before the end closes the connection.
class AnswerStream {
public:
    AnswerStream(); ///< has ended
    AnswerStream(Response head, Exchange exchange);
    AnswerStream(AnswerStream&&) noexcept;
    AnswerStream& operator=(AnswerStream&&) noexcept;
    ~AnswerStream();

    const Response& head() const { return head_; } ///< its body is empty

    /// The next piece as it comes, empty at the end of the body. Waits without limit: see `within`. Failures:
    /// unreachable (the connection ended early), refused (no HTTP).
    boost::asio::awaitable<Result<std::string>> read_some();

    /// Bytes to a peer that goes on reading behind its answer: one whose body only the end of the connection ends.
    /// Failures: unreachable (it ended), bad_arguments (the answer is of another kind).
    boost::asio::awaitable<Result<void>> send(std::string bytes);

private:
    friend class Client;
    Response head_;
    std::unique_ptr<Exchange> exchange_;
};

class Client {
public:
    struct Config {
        std::size_t connections_per_peer = 8; ///< more requests wait for their turn
        std::size_t idle_connections = 32;
        Duration idle_time = std::chrono::seconds{60};
        std::string ca_file; ///< trusted authorities (PEM) instead of the system's, unless a request says other
        std::string user_agent = "forager";
        bool operator==(const Config&) const = default;
    };

    Client(BlockingPool& pool, Clock& clock, Config config);
    Client(BlockingPool& pool, Clock& clock) : Client{pool, clock, Config{}} {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    /// The answer, whatever its status. Failures: bad_arguments (the URL, a header, a file's use), not_found (the host,
    /// a file), refused (a closed port, a certificate, a redirection to an unsafe place, a server that speaks no HTTP),
    /// unreachable, timed_out (with what it was waiting for), limit (the body, the redirections).
    /// A request is repeated once, and only when a kept connection turned out to be closed and the method is idempotent
    /// or nothing of it was sent. Throws `operation_aborted` when cancelled; the connection is then closed.
    boost::asio::awaitable<Result<Response>> send(Request request);

    /// As `send`, but returns with the head; `to_file` and `body_limit` mean nothing, `timeout` ends with the head.
    boost::asio::awaitable<Result<AnswerStream>> open(Request request);

    /// How many connections are kept for later.
    std::size_t idle_connections() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace forager::http
