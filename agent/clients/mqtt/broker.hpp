// An MQTT 5 broker: topics, and filters with `+` and `#`. Messages are sent and taken at least once by the protocol's
// own means (QoS 1), and never sent again by us. On the strand.
#pragma once

#include "clients/mqtt/publisher.hpp"
#include "io/pool.hpp"
#include "ports/broker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager::mqtt {

class MqttBroker final : public Broker {
public:
    /// Connects when it is first wanted. `config.client_id` must be nobody else's. The pool and the clock must outlive
    /// it.
    MqttBroker(boost::asio::any_io_executor executor, BlockingPool& pool, Clock& clock, Config config);

    std::string_view name() const override { return "mqtt"; }
    boost::asio::awaitable<Result<void>> publish(std::string channel, std::string payload) override;
    boost::asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
    subscribe(std::vector<std::string> patterns) override;
    OwnChannels own_channels(std::string_view id) const override;

private:
    std::string fresh_id();

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Config config_;
    http::Connector connector_;
    std::uint64_t last_id_ = 0;
    Publisher publisher_;
};

} // namespace forager::mqtt
