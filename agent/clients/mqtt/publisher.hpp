// Publishes for many callers at once, over one connection that is made when it is first needed, and anew when it broke.
// On the strand; the connector and the clock must outlive it.
#pragma once

#include "clients/mqtt/connection.hpp"
#include "io/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace forager::mqtt {

class Publisher {
public:
    /// `fresh_id` gives a client's id that nobody else has.
    Publisher(boost::asio::any_io_executor executor, http::Connector& connector, Clock& clock, Config config,
              std::function<std::string()> fresh_id);
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;
    ~Publisher();

    /// Returns when the broker has it. It is never sent twice: after `unreachable` nobody knows whether it was heard.
    /// Failures: bad_arguments (the topic), refused, unreachable, timed_out, limit.
    boost::asio::awaitable<Result<void>> publish(std::string topic, std::string payload);

private:
    class Line;
    boost::asio::awaitable<Result<std::shared_ptr<Line>>> line();

    boost::asio::any_io_executor executor_;
    http::Connector& connector_;
    Clock& clock_;
    Config config_;
    std::function<std::string()> fresh_id_;
    std::shared_ptr<Line> line_;
    std::shared_ptr<Event> connecting_; // one connection is made at a time
};

} // namespace forager::mqtt
