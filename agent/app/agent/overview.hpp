// What the agent shows of itself: its status as data and in one line, and its metrics. One for the agent, on the
// strand.
#pragma once

#include "app/agent/broker_events.hpp"
#include "app/agent/channel_desk.hpp"
#include "app/agent/colony_desk.hpp"
#include "app/agent/engine_desk.hpp"
#include "app/agent/events.hpp"
#include "app/agent/http_door.hpp"
#include "app/agent/invocation_counts.hpp"
#include "app/agent/log.hpp"
#include "app/agent/script_set.hpp"
#include "app/agent/stream_events.hpp"
#include "app/app.hpp"
#include "control/sessions.hpp"
#include "core/value.hpp"
#include "io/formats/open_metrics.hpp"
#include "runtime/supervisor.hpp"
#include "sources/queue/queue_source.hpp"
#include "sources/reconcile/document_keeper.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace forager {

class Overview {
public:
    /// All must outlive it.
    struct Parts {
        App& app;
        const AgentLog& log;
        const InvocationCounts& counts;
        const Supervisor& loops;
        const QueueSource& queue;
        const ColonyDesk& colony;
        const store::Store& store;
        const ScriptSet& scripts;
        const Events& events;
        const BrokerEvents& messages;
        const StreamEvents& streams;
        const ChannelDesk& channels;
        const EngineDesk& engine;
        const reconciling::DocumentKeeper& documents;
        const control::Sessions& sessions;
        TimePoint begun; ///< when the agent was started
    };

    explicit Overview(Parts parts) : parts_{parts} {}

    Object status() const;
    Array scripts() const;
    std::string line(bool stopping) const;
    std::string page() const;
    std::string metrics(const HttpDoor& http, MetricsText::Form form) const;

    /// How many of the queue's and the colony's work run, and do not sleep.
    std::size_t awake() const;

private:
    struct Work {
        std::size_t waiting = 0;
        std::size_t running = 0;
        std::size_t sleeping = 0; ///< until a time or a signal, or wait for the colony
    };

    Array loops() const;
    Object documents() const;
    Array schedules() const;
    Array watches() const;
    Array monitors() const;
    static Work work_of(std::size_t waiting, std::size_t begun, std::size_t sleeping, std::size_t crowd);
    Work all() const; ///< the queue's and the colony's
    Work of_the_queue() const;
    Duration age() const { return parts_.app.now() - parts_.begun; }

    Parts parts_;
};

} // namespace forager
