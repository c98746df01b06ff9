#include "app/agent/channel_desk.hpp"

#include "app/brokers.hpp"
#include "ports/within.hpp"
#include "primitives/broker/desk.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

ChannelDesk::ChannelDesk(Parts parts) : parts_{std::move(parts)}
{
    for (const std::string& name : broker_names(parts_.settings)) {
        const auto warn = [this](const std::string& message) { parts_.log.warn(message); };
        const auto broker = [this, name]() -> Result<Broker*> {
            const auto desk = parts_.brokers(name);
            return desk ? Result<Broker*>{&(*desk)->broker()} : desk.error();
        };
        Desk& desk = desks_[name];
        desk.replies = std::make_unique<ReplyLoop>(
            parts_.app.executor(),
            ReplyLoop::Parts{parts_.app.clock(), parts_.app.random(), parts_.replies, name, broker, warn},
            ReplyLoop::Config{});
        if (!parts_.settings.broker.channels)
            continue;
        ContainerChannels::Config config;
        config.message = parts_.settings.limits.request;
        desk.channels = std::make_unique<ContainerChannels>(
            parts_.app.executor(), ContainerChannels::Parts{parts_.queue, *desk.replies, name, warn}, config);
        parts_.messages.hear_always(name, desk.channels->hearings());
    }
    if (parts_.settings.broker.channels && desks_.empty())
        parts_.log.warn("[broker] channels is set, and no broker is configured: set [redis] url, or REDIS_URL");
}

void ChannelDesk::start()
{
    for (const auto& [name, desk] : desks_)
        parts_.loops.start(name + " replies", [&loop = *desk.replies] { return loop.run(); });
}

void ChannelDesk::wake()
{
    for (const auto& [name, desk] : desks_)
        desk.replies->wake();
}

asio::awaitable<void> ChannelDesk::close(TimePoint deadline)
{
    for (const auto& [name, desk] : desks_)
        if (desk.channels)
            co_await desk.channels->idle();
    (void)co_await within(parts_.app.clock(), deadline, tell_rest());
}

asio::awaitable<void> ChannelDesk::tell_rest()
{
    for (const auto& [name, desk] : desks_)
        co_await desk.replies->tell_rest();
}

Array ChannelDesk::status() const
{
    Array list;
    for (const auto& [name, desk] : desks_)
        if (desk.channels)
            list.push_back(Object{{"broker", name},
                                  {"heard", desk.channels->heard()},
                                  {"refused", desk.channels->refused()},
                                  {"replies", desk.replies->told()},
                                  {"trouble", desk.replies->trouble()}});
    return list;
}

} // namespace forager
