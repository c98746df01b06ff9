#include "clients/mqtt/broker.hpp"

#include "clients/mqtt/subscription.hpp"

#include <utility>

namespace forager::mqtt {

namespace asio = boost::asio;

MqttBroker::MqttBroker(asio::any_io_executor executor, BlockingPool& pool, Clock& clock, Config config)
    : executor_{std::move(executor)},
      clock_{clock},
      config_{std::move(config)},
      connector_{pool, clock},
      publisher_{executor_, connector_, clock, config_, [this] { return fresh_id(); }}
{
}

std::string MqttBroker::fresh_id()
{
    return config_.client_id + "-" + std::to_string(++last_id_);
}

asio::awaitable<Result<void>> MqttBroker::publish(std::string channel, std::string payload)
{
    return publisher_.publish(std::move(channel), std::move(payload));
}

asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>> MqttBroker::subscribe(std::vector<std::string> patterns)
{
    return Subscription::open(executor_, connector_, clock_, config_, fresh_id(), std::move(patterns));
}

OwnChannels MqttBroker::own_channels(std::string_view id) const
{
    const std::string prefix = "forager/reply/" + std::string{id} + "/";
    return {prefix, prefix + "+"};
}

} // namespace forager::mqtt
