// Commands to a Redis server from many callers at once, over one connection that is made when it is first needed, and
// anew when it broke. On the strand; the connector and the clock must outlive it.
#pragma once

#include "clients/redis/connection.hpp"

#include "io/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace forager::redis {

class Client {
public:
    Client(boost::asio::any_io_executor executor, http::Connector& connector, Clock& clock, Config config);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    /// One command. It is never sent twice: after a failure that is `unreachable` nobody knows whether it was carried
    /// out. Failures: refused (the server's words: see `refusal`), unreachable, timed_out, limit. Throws
    /// `operation_aborted` when cancelled; what was sent is carried out.
    boost::asio::awaitable<Result<Value>> call(std::span<const std::string_view> words);
    boost::asio::awaitable<Result<Value>> call(std::initializer_list<std::string_view> words);

    const Config& config() const { return config_; }

private:
    class Line;
    boost::asio::awaitable<Result<Value>> carry_out(std::string command);
    boost::asio::awaitable<Result<std::shared_ptr<Line>>> line();

    boost::asio::any_io_executor executor_;
    http::Connector& connector_;
    Clock& clock_;
    Config config_;
    std::shared_ptr<Line> line_;
    std::shared_ptr<Event> connecting_; ///< one connection is made at a time
};

} // namespace forager::redis
