// The way to one Docker engine: its HTTP API over a local socket or TCP, its version agreed on at the first call, its
// refusals as failures. The calls are free functions over a client, one file for each subject. On the strand; the pool
// and the clock must outlive it. Facts: Docker Engine API 1.41, and 20.10.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/client.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::docker {

/// One question to the engine.
struct Ask {
    std::string method = "GET";
    std::string path; ///< below the version, percent-encoded: see `percent_encoded`
    std::vector<std::pair<std::string, std::string>> query; ///< plain text; an empty value is left out
    std::optional<Value> body;                              ///< sent as JSON
    std::string from_file;                                  ///< a tar archive, instead of `body`
    std::string to_file;                                    ///< where the answer's body goes, instead of the value
    http::Headers headers;
    std::optional<Duration> timeout; ///< nothing: the client's own

    Ask(std::string method, std::string path) : method{std::move(method)}, path{std::move(path)} {}
};

struct Answer {
    int status = 0;
    Value value; ///< null where there is no body

    Answer() = default;
    Answer(int status, Value value) : status{status}, value{std::move(value)} {}
};

class Client {
public:
    struct Config {
        /// unix:///path, tcp://host:port (2375), http:// or https://host:port.
        std::string host = "unix:///var/run/docker.sock";
        http::TlsSettings tls;                                   ///< with any file of it, tcp:// is https
        bool is_tls = false;                                     ///< tcp:// is https
        Duration timeout = std::chrono::seconds{60};             ///< for what the engine answers at once
        std::size_t connections = 4096;                          ///< a running container holds two
        std::size_t reply_limit = std::size_t{64} * 1024 * 1024; ///< bytes of one answer that is not a stream
        bool operator==(const Config&) const = default;
    };

    Client(BlockingPool& pool, Clock& clock, Config config);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// An answer of a status below 400. Failures: unreachable (nobody there, or this user may not go there), not_found
    /// (the container, the image), bad_arguments (it does not understand), refused (a conflict, its own troubles: with
    /// its own words and its status in `status`), timed_out, limit. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<Result<Answer>> call(Ask ask);

    /// An answer that is read piece by piece. Waits without limit for its pieces. Failures: as `call`.
    boost::asio::awaitable<Result<http::AnswerStream>> open(Ask ask);

    /// As the configuration has it, for messages.
    const std::string& peer() const { return config_.host; }

    /// The API's version that both understand, "1.41"; empty before the first call. When an older engine has taken the
    /// place of the one that it was agreed on with, it is agreed on anew.
    const std::string& version() const { return version_; }

private:
    boost::asio::awaitable<Result<void>> agree();
    boost::asio::awaitable<Result<Answer>> call_once(const Ask& ask);
    boost::asio::awaitable<Result<http::AnswerStream>> open_once(const Ask& ask);
    http::Request request(const Ask& ask) const;
    Failure not_asked(Failure failure) const;
    Failure not_greeted(Failure failure) const;
    Failure no_engine(std::string_view said) const;

    Config config_;
    std::string base_; // of all URLs
    http::Client http_;
    std::string version_;
};

} // namespace forager::docker
