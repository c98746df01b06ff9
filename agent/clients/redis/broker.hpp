// A Redis server as a broker: publish/subscribe with patterns of glob form, and streams. On the strand.
#pragma once

#include "clients/redis/client.hpp"
#include "clients/redis/streams.hpp"
#include "io/pool.hpp"
#include "ports/broker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager::redis {

class RedisBroker final : public Broker {
public:
    /// Connects when it is first wanted. The pool and the clock must outlive it.
    RedisBroker(boost::asio::any_io_executor executor, BlockingPool& pool, Clock& clock, Config config);

    std::string_view name() const override { return "redis"; }
    boost::asio::awaitable<Result<void>> publish(std::string channel, std::string payload) override;
    boost::asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>>
    subscribe(std::vector<std::string> patterns) override;
    OwnChannels own_channels(std::string_view id) const override;
    BrokerStreams* streams() override { return &streams_; }

private:
    boost::asio::any_io_executor executor_;
    Clock& clock_;
    http::Connector connector_;
    Client client_; // for whatever is answered at once
    Streams streams_;
};

} // namespace forager::redis
