#include "app/agent/channel_desk.hpp"

#include "app/brokers.hpp"
#include "ports/within.hpp"
#include "primitives/broker/desk.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

std::string replies_loop(const std::string& broker)
{
    return broker + " replies";
}

std::string stream_loop(const std::string& broker)
{
    return broker + "-stream:" + std::string{ContainerChannels::stream} + " " + usual_stream_group;
}

} // namespace

ChannelDesk::ChannelDesk(Parts parts) : parts_{std::move(parts)}
{
    const config::BrokerConfig& wanted = parts_.settings.broker;
    for (const std::string& name : broker_names(parts_.settings)) {
        Desk& desk = desks_[name];
        ReplyLoop::Parts replies{parts_.app.clock(),
                                 parts_.app.random(),
                                 parts_.replies,
                                 name,
                                 [this, name] { return broker(name); },
                                 [this](const std::string& message) { parts_.log.warn(message); }};
        desk.replies = std::make_unique<ReplyLoop>(parts_.app.executor(), std::move(replies), ReplyLoop::Config{});
        if (wanted.channels || wanted.streams)
            add_channels(name, desk);
        if (wanted.channels)
            parts_.messages.hear_always(name, desk.channels->hearings());
        if (wanted.streams)
            add_stream(name, desk);
    }
    if ((wanted.channels || wanted.streams) && desks_.empty())
        parts_.log.warn(
            "containers are asked for over no broker: set [redis] url, or REDIS_URL, or take 'channels' and "
            "'streams' out of [broker]");
}

Result<Broker*> ChannelDesk::broker(const std::string& name) const
{
    const auto desk = parts_.brokers(name);
    return desk ? Result<Broker*>{&(*desk)->broker()} : desk.error();
}

void ChannelDesk::add_channels(const std::string& name, Desk& desk)
{
    ContainerChannels::Config config;
    config.message = parts_.settings.limits.request;
    desk.channels = std::make_unique<ContainerChannels>(
        parts_.app.executor(),
        ContainerChannels::Parts{parts_.queue, *desk.replies, name,
                                 [this](const std::string& message) { parts_.log.warn(message); }},
        config);
}

void ChannelDesk::add_stream(const std::string& name, Desk& desk)
{
    if (const auto found = broker(name); found && (*found)->streams() == nullptr)
        return;
    StreamSource::Config config;
    config.reader = {std::string{ContainerChannels::stream}, usual_stream_group, stream_consumer(parts_.settings)};
    const std::string loop = stream_loop(name);
    StreamSource::Parts parts{parts_.app.executor(),
                              parts_.app.clock(),
                              parts_.app.random(),
                              [this, name]() -> Result<BrokerStreams*> {
                                  const auto found = broker(name);
                                  return found ? Result<BrokerStreams*>{(*found)->streams()} : found.error();
                              },
                              [&channels = *desk.channels](std::vector<StreamEntry> entries) {
                                  return channels.take_entries(std::move(entries));
                              },
                              [this](const std::string& message) { parts_.log.warn(message); },
                              [this](const std::string& message) { parts_.log.info(message); },
                              [this, loop](const std::string& error) { (void)parts_.loops.report(loop, error); }};
    desk.stream = std::make_unique<StreamSource>(std::move(parts), std::move(config));
}

void ChannelDesk::start()
{
    for (const auto& [name, desk] : desks_) {
        parts_.loops.start(replies_loop(name), [&loop = *desk.replies] { return loop.run(); });
        if (desk.stream)
            parts_.loops.start(stream_loop(name), [&loop = *desk.stream] { return loop.run(); });
    }
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
                                  {"heard", desk.channels->total().heard},
                                  {"refused", desk.channels->total().refused + desk.channels->total().busy},
                                  {"replies", desk.replies->told()},
                                  {"trouble", desk.replies->trouble()}});
    return list;
}

std::vector<ChannelCounts> ChannelDesk::counts() const
{
    std::vector<ChannelCounts> list;
    for (const auto& [name, desk] : desks_)
        if (desk.channels)
            list.push_back({name, desk.channels->counts(), desk.channels->putting(), desk.replies->told(),
                            desk.replies->lost(), desk.replies->waiting()});
    return list;
}

} // namespace forager
