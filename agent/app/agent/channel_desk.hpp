// The container channels of all brokers that are configured: what is heard there, and what is answered. One for the
// agent, on the strand.
#pragma once

#include "app/agent/broker_events.hpp"
#include "app/agent/channel_counts.hpp"
#include "app/agent/log.hpp"
#include "app/app.hpp"
#include "config/config.hpp"
#include "ports/queue.hpp"
#include "primitives/broker/access.hpp"
#include "runtime/supervisor.hpp"
#include "sources/broker/container_channels.hpp"
#include "sources/broker/reply_loop.hpp"
#include "sources/broker/stream_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class ChannelDesk {
public:
    /// All must outlive it.
    struct Parts {
        App& app;
        const config::Settings& settings;
        BrokerAccess brokers;
        Queue& queue;
        Replies& replies;
        BrokerEvents& messages;
        const AgentLog& log;
        Supervisor& loops;
    };

    /// Has the channels heard, where the settings ask for them.
    explicit ChannelDesk(Parts parts);

    /// One loop for the replies of each broker.
    void start();

    /// Something has ended that somebody may wait for.
    void wake();

    /// After the loops and all work have ended: tells what is left to tell, until then.
    boost::asio::awaitable<void> close(TimePoint deadline);

    Array status() const;

    std::vector<ChannelCounts> counts() const;

private:
    struct Desk {
        std::unique_ptr<ReplyLoop> replies;
        std::unique_ptr<ContainerChannels> channels; // null: they are not asked for, and only old replies go out
        std::unique_ptr<StreamSource> stream;        // null: the broker has none, or it is not asked for
    };

    Result<Broker*> broker(const std::string& name) const;
    void add_channels(const std::string& name, Desk& desk);
    void add_stream(const std::string& name, Desk& desk);
    boost::asio::awaitable<void> tell_rest();

    Parts parts_;
    std::map<std::string, Desk> desks_; // by the broker's name
};

} // namespace forager
