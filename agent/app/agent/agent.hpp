// The daemon: serves its scripts, its queue and its local socket until it is told to stop. One for a run of the
// program.
#pragma once

#include "app/agent/agent_http.hpp"
#include "app/agent/blueprint_desk.hpp"
#include "app/agent/broker_events.hpp"
#include "app/agent/channel_desk.hpp"
#include "app/agent/cluster_desk.hpp"
#include "app/agent/colony_desk.hpp"
#include "app/agent/drain.hpp"
#include "app/agent/engine_desk.hpp"
#include "app/agent/events.hpp"
#include "app/agent/invocation_counts.hpp"
#include "app/agent/leftovers.hpp"
#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/agent/overview.hpp"
#include "app/agent/reconcile_desk.hpp"
#include "app/agent/reload_loop.hpp"
#include "app/agent/script_set.hpp"
#include "app/agent/service_manager.hpp"
#include "app/agent/state_folder.hpp"
#include "app/agent/stream_events.hpp"
#include "app/agent/work_desk.hpp"
#include "app/app.hpp"
#include "config/config.hpp"
#include "control/api.hpp"
#include "io/event.hpp"
#include "io/http/server/server.hpp"
#include "runtime/gate.hpp"
#include "runtime/semaphore.hpp"
#include "runtime/supervisor.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace forager {

class Agent {
public:
    /// Reads the configuration again, to see whether it has changed.
    using Reread = std::function<Result<config::Settings>()>;

    explicit Agent(config::Settings settings, Reread reread = {});
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;
    ~Agent();

    /// Until a signal stops it. A failure: it did not start.
    Ending run();

private:
    boost::asio::awaitable<Outcome> live();
    boost::asio::awaitable<Result<void>> start();
    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<void> stop();
    boost::asio::awaitable<void> hurry_at(TimePoint end_of_grace);
    void offer_broker_monitor();
    void offer_blueprints();
    boost::asio::awaitable<void> meet_engine();
    Result<void> open_store();
    Result<void> open_socket();
    Result<void> open_http();
    Result<void> make_colony();
    void keep_what_is_observed();
    bool holds(const std::string& id) const;
    void ended(const std::string& id);
    void make_control();
    void make_sessions();
    boost::asio::awaitable<void> load();
    boost::asio::awaitable<void> reload();
    Drain::Parts drain_parts();
    bool hears_signals(const std::string& function);
    std::string trouble() const;

    config::Settings settings_;
    Reread reread_;
    AgentLog log_;
    AgentObserver observer_{log_};
    ServiceManager service_; // before the app, which hands the environment on to children
    App app_;
    InvocationCounts counts_;
    Supervisor loops_;
    Gate gate_; // for what neither the queue nor the colony begins
    Drain drain_;
    Leftovers leftovers_;
    std::optional<StateFolder> folder_;
    bool owes_nothing_ = false; // to the next agent, if this one does not start
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<QueueSource> queue_;
    std::unique_ptr<ColonyDesk> colony_;
    std::unique_ptr<ScriptSet> scripts_;
    std::unique_ptr<Events> events_;
    std::unique_ptr<BrokerEvents> messages_;
    std::unique_ptr<StreamEvents> streams_;
    std::unique_ptr<ChannelDesk> channels_;
    std::unique_ptr<EngineDesk> engine_;
    std::unique_ptr<ClusterDesk> cluster_;
    std::unique_ptr<WorkDesk> work_;
    std::unique_ptr<ReconcileDesk> reconcile_;
    std::unique_ptr<BlueprintDesk> blueprints_; // nothing: no executor of the agent is a handler of any
    std::unique_ptr<control::Sessions> sessions_;
    std::unique_ptr<Overview> overview_;
    std::unique_ptr<control::Api> api_;
    std::unique_ptr<http::Server> server_;
    AgentHttp http_{log_};
    std::unique_ptr<TaskGroup> doors_; // closed last: whoever looks can see the agent stop
    Event reload_asked_;               // by SIGHUP
    ReloadLoop reloading_;
    Semaphore reloads_{1}; // one at a time, whoever asks
    TimePoint begun_;
    DockerAccess docker_;
    KubernetesAccess kubernetes_;
    cfs::FilesAccess files_ = [this] { return app_.files(); };
    MonitorsAccess monitors_ = [this]() -> Result<Monitors*> { return &engine_->monitors(); };
    BrokerAccess brokers_;
    BlueprintWorkAccess blueprint_work_ = [this] { return Result<BlueprintWork*>{blueprints_.get()}; };
};

} // namespace forager
