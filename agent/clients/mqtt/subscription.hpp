// What is published on topics of an MQTT broker, as it comes. One connection of its own. On the strand.
#pragma once

#include "clients/mqtt/connection.hpp"
#include "ports/broker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager::mqtt {

class Subscription final : public BrokerSubscription {
public:
    /// Patterns are filters, as "a/+/b" and "a/#". Returns when the broker has answered for all of them. Failures:
    /// those of `Connection::open`.
    static boost::asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
    open(boost::asio::any_io_executor executor, http::Connector& connector, Clock& clock, Config config,
         std::string client_id, std::vector<std::string> patterns);

    ~Subscription() override;

    boost::asio::awaitable<Result<std::vector<BrokerMessage>>> next() override;
    void hear(std::vector<std::string> patterns) override;
    const std::map<std::string, std::string>& refused() const override;

private:
    class Line;
    explicit Subscription(std::shared_ptr<Line> line);

    std::shared_ptr<Line> line_;       // shared with what is being sent
    std::vector<BrokerMessage> early_; // what came before all patterns were answered
};

} // namespace forager::mqtt
