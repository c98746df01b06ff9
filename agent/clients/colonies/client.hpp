// The way to one Colonies server: connections that all identities share, and the call that everything else is made of.
// The calls themselves are free functions over a `Caller`, one file for each subject in calls/. One client per server,
// on the strand; the pool and the clock must outlive it. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/key.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/client.hpp"
#include "io/http/connect.hpp"
#include "io/http/web_socket.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace forager::colonies {

class Client {
public:
    struct Config {
        std::string host = "127.0.0.1";
        std::uint16_t port = 50080;
        bool tls = false;    ///< https and wss, verified; the server itself speaks neither, a proxy before it may
        std::string ca_file; ///< trusted authorities (PEM) instead of the system's
        std::size_t connections = 64; ///< at a time; a waiting assign holds one, more calls wait for their turn
        Duration timeout = std::chrono::seconds{30}; ///< for one call, beside what the server is asked to wait
        std::size_t reply_limit = std::size_t{64} * 1024 * 1024; ///< bytes of one reply
        bool operator==(const Config&) const = default;
    };

    Client(BlockingPool& pool, Clock& clock, Config config);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// One call; `wait` is how long the server is asked to keep it. The value is the payload of the reply. Failures:
    /// unreachable (nobody there), timed_out, refused and not_found (the server said no: see `refusal_of`), refused (a
    /// certificate that nobody trusts), limit (the reply), bad_arguments (the payload). Throws `operation_aborted` when
    /// cancelled: the connection is closed then, which ends a waiting assign. A process that was assigned before the
    /// server, or a proxy, saw that end is the caller's all the same: it runs, and only a list tells.
    boost::asio::awaitable<Result<Value>> call(std::string name, Object payload, std::optional<PrivateKey> key,
                                               Duration wait = {});

    /// The same for what is asked in the same words again and again: it is signed once, and sent again as it was. The
    /// server knows no repetition: there is nothing in a request that makes it the only one.
    boost::asio::awaitable<Result<Value>> call_again(std::string name, Object payload, PrivateKey key,
                                                     Duration wait = {});

    /// A WebSocket to the server, for a subscription. Failures: as `call`.
    boost::asio::awaitable<Result<http::WebSocket>> web_socket();

    /// Hears of records in lists that cannot be read and are left out, of each once, and of no more than a hundred.
    void on_left_out(std::function<void(std::string_view message)> hear) { hear_left_out_ = std::move(hear); }

    /// For calls that give lists: one record of the answer could not be read.
    void left_out(std::string_view call, const Value& record, const Failure& why);

    const Config& config() const { return config_; }

    /// "host:port", for messages.
    std::string peer() const;

private:
    struct Signed {
        std::string signer; // its id
        std::string text;
        std::string body;
    };

    std::string url(std::string_view target) const;
    const std::string& signed_body(std::string_view name, std::string text, const PrivateKey& key);
    boost::asio::awaitable<Result<Value>> send(std::string name, std::string body, Duration wait);

    Config config_;
    Clock& clock_;
    http::Client http_;
    http::Connector connector_;
    std::deque<Signed> signed_; // what was asked last with `call_again`
    std::function<void(std::string_view message)> hear_left_out_;
    std::set<std::string> left_out_; // what was said of them
};

/// Who calls, and over which client. It is passed by value; the client must outlive every call.
struct Caller {
    Client* client;
    PrivateKey key;

    Caller(Client& client, PrivateKey key) : client{&client}, key{std::move(key)} {}
};

} // namespace forager::colonies
