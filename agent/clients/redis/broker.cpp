#include "clients/redis/broker.hpp"

#include "clients/redis/subscription.hpp"

#include <utility>

namespace forager::redis {

namespace asio = boost::asio;

RedisBroker::RedisBroker(asio::any_io_executor executor, BlockingPool& pool, Clock& clock, Config config)
    : executor_{std::move(executor)},
      clock_{clock},
      connector_{pool, clock},
      client_{executor_, connector_, clock, std::move(config)},
      streams_{connector_, clock, client_}
{
}

asio::awaitable<Result<void>> RedisBroker::publish(std::string channel, std::string payload)
{
    auto heard = co_await client_.call({"PUBLISH", channel, payload});
    if (heard.has_error())
        co_return heard.error();
    co_return Result<void>{};
}

asio::awaitable<Result<std::unique_ptr<BrokerSubscription>>> RedisBroker::subscribe(std::vector<std::string> patterns)
{
    return Subscription::open(executor_, connector_, clock_, client_.config(), std::move(patterns));
}

OwnChannels RedisBroker::own_channels(std::string_view id) const
{
    const std::string prefix = "forager.reply." + std::string{id} + ".";
    return {prefix, prefix + "*"};
}

} // namespace forager::redis
