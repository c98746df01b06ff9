// The way to one Kubernetes cluster: its HTTP API, proof of who asks, its refusals as failures, its wish to be left
// alone obeyed. The calls are free functions over a client, one file for each subject. On the strand; the pool, the
// clock and the runner must outlive it. Facts: Kubernetes 1.33.
#pragma once

#include "base/time.hpp"
#include "clients/kubernetes/access.hpp"
#include "clients/kubernetes/credentials.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/client.hpp"
#include "io/http/connect.hpp"
#include "io/http/web_socket.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::kubernetes {

/// Plain text; what has no value is left out.
using Query = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// For a query.
std::optional<std::string> unless_empty(std::string text);

/// One question to the API server.
struct Ask {
    std::string method = "GET";
    std::string path; ///< below the server, percent-encoded: see `percent_encoded`
    Query query;
    std::optional<Value> body; ///< sent as JSON, which is YAML, too
    std::string content_type = "application/json";
    std::optional<Duration> timeout; ///< nothing: the client's own
    http::Headers headers;

    Ask(std::string method, std::string path) : method{std::move(method)}, path{std::move(path)} {}
};

class Client {
public:
    struct Config {
        Access access;
        Duration timeout = std::chrono::seconds{30};             ///< for what is answered at once, pauses included
        std::size_t connections = 1024;                          ///< each watch and each log that is followed holds one
        std::size_t reply_limit = std::size_t{64} * 1024 * 1024; ///< bytes of one answer that is not a stream
        bool operator==(const Config&) const = default;
    };

    Client(BlockingPool& pool, Clock& clock, ProcessRunner& runner, Config config);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// An answer of a status below 400; null where there is no body. When the server wants to be left alone (429, or
    /// 503 with a time), it is asked again then, as long as the time limit allows. Failures: those of `refusal`;
    /// unreachable (nobody there), refused (its certificate), timed_out, limit; those of `Credentials::proof`. Throws
    /// `operation_aborted` when cancelled.
    boost::asio::awaitable<Result<Value>> call(Ask ask);

    /// An answer that is read piece by piece. Waits without limit for its pieces. Failures: as `call`.
    boost::asio::awaitable<Result<http::AnswerStream>> open(Ask ask);

    /// A WebSocket in the first of the subprotocols that both know. Failures: as `call`.
    boost::asio::awaitable<Result<http::WebSocket>> socket(Ask ask, std::string protocols);

    const Access& access() const { return config_.access; }
    Clock& clock() { return clock_; }

private:
    boost::asio::awaitable<Result<Value>> call_once(const Ask& ask, Duration timeout);
    boost::asio::awaitable<Result<http::AnswerStream>> open_once(const Ask& ask, Duration timeout);
    boost::asio::awaitable<Result<http::WebSocket>> socket_once(const Ask& ask, const std::string& protocols);
    boost::asio::awaitable<bool> may_ask_again(const Failure& failure, TimePoint deadline, bool& doubted);
    boost::asio::awaitable<Result<http::Request>> request(const Ask& ask);
    Failure not_asked(Failure failure) const;

    Clock& clock_;
    Config config_;
    http::Client http_;
    http::Connector connector_;
    Credentials credentials_;
};

} // namespace forager::kubernetes
