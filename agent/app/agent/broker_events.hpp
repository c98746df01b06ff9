// What brokers say to scripts: connects the channels that they name to their handlers. One for the agent, on the
// strand.
#pragma once

#include "app/agent/channel_counts.hpp"
#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/app.hpp"
#include "app/brokers.hpp"
#include "config/config.hpp"
#include "runtime/gate.hpp"
#include "runtime/supervisor.hpp"
#include "runtime/task_group.hpp"
#include "scripting/listener.hpp"
#include "sources/broker/broker_source.hpp"
#include "sources/queue/queue_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class BrokerEvents {
public:
    /// All must outlive it.
    struct Parts {
        App& app;
        const config::Settings& settings;
        BrokerAccess brokers;
        QueueSource& queue;
        Gate& gate;
        AgentObserver& observer;
        const AgentLog& log;
        Supervisor& loops;
    };

    explicit BrokerEvents(Parts parts);

    /// Before any script is served: what is heard of a broker whatever scripts there are.
    void hear_always(const std::string& broker, std::vector<Hearing> hearings);

    /// These scripts and no others are served from now on.
    void serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts);

    /// One loop for each broker that is configured.
    void start();

    /// After the loops have ended: lets calls end until then, and cancels the rest.
    boost::asio::awaitable<void> close(TimePoint deadline);

    /// The handlers with what waits, as `status` shows them.
    Array status() const;

    std::vector<MessageCounts> counts() const;

private:
    using Shared = std::shared_ptr<scripting::Listener>;
    struct Lost {
        std::size_t messages = 0;
        std::string why; ///< the last one was
    };

    Shared listener(const std::shared_ptr<scripting::Script>& script, const scripting::Watcher& watcher);
    Hearing light(Shared listener) const;
    Hearing durable(const scripting::Watcher& watcher);
    boost::asio::awaitable<void> put_all(std::string function, std::string event, std::vector<BrokerMessage> messages);
    boost::asio::awaitable<void> put(Invocation invocation, Lost& lost);

    Parts parts_;
    std::map<std::string, std::unique_ptr<BrokerSource>> sources_; // of those that are configured
    std::map<std::string, std::vector<Hearing>> always_;
    TaskGroup calls_;
    std::vector<Shared> listeners_;
    std::map<std::string, std::uint64_t> dropped_; // by broker, by handlers that are gone
};

} // namespace forager
