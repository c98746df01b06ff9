// What the agent hears from its container engine: the monitors, and the handlers of events that scripts declare. One
// connection to the engine's events serves all of them. On the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/app.hpp"
#include "primitives/docker/access.hpp"
#include "runtime/gate.hpp"
#include "runtime/supervisor.hpp"
#include "runtime/task_group.hpp"
#include "scripting/script.hpp"
#include "sources/monitor/event_handlers.hpp"
#include "sources/monitor/event_loop.hpp"
#include "sources/monitor/monitor_source.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace forager {

class EngineDesk {
public:
    /// All that is passed must outlive it.
    EngineDesk(App& app, store::Store& store, QueueSource& queue, Gate& gate, const AgentObserver& observer,
               const AgentLog& log, const DockerAccess& docker);

    /// These scripts and no others are served from now on.
    void serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts);

    void start(Supervisor& loops);

    /// Once the loops have ended: what is on its way to the queue is left to the next agent.
    boost::asio::awaitable<void> stop();

    Monitors& monitors() { return source_; }
    const Monitors& monitors() const { return source_; }

private:
    boost::asio::awaitable<void> hear();
    boost::asio::awaitable<void> call(Invocation invocation);
    monitoring::EventLoop::Hears hears(const AgentLog& log);
    monitoring::MonitorSource::Parts source_parts(store::Store& store, QueueSource& queue, const AgentLog& log);

    App& app_;
    Gate& gate_;
    const AgentObserver& observer_;
    TaskGroup work_;
    std::unique_ptr<monitoring::Engine> engine_;
    monitoring::EventLoop loop_;
    monitoring::EventHandlers handlers_;
    monitoring::MonitorSource source_;
    bool knows_beginning_ = false;
};

} // namespace forager
