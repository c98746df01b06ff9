// The documents that the agent keeps: in its store, told of in its log. On the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/app.hpp"
#include "app/reconciling.hpp"
#include "config/config.hpp"
#include "runtime/supervisor.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace forager {

class ReconcileDesk {
public:
    using Changed = std::function<void(const reconcile::Document& document)>;

    /// All must outlive it.
    struct Parts {
        App& app;
        const config::Settings& settings;
        store::Store& store;
        const AgentLog& log;
        const AgentObserver& observer;
    };

    explicit ReconcileDesk(Parts parts);

    reconciling::DocumentKeeper& keeper() { return reconciling_.keeper(); }
    ReplicaIdentities& identities() { return reconciling_.identities(); }
    Result<ReplicaRuntime*> runtime(reconcile::Runtime runtime) { return reconciling_.runtime(runtime); }

    /// One more wants to hear of each other status.
    void tell(Changed changed) { changed_.push_back(std::move(changed)); }

    /// The reconcilers of these scripts and no others, besides those that are built in.
    void serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts) { reconciling_.serve(scripts); }

    /// Before `start`. Failures: those of the store.
    boost::asio::awaitable<Result<void>> load() { return reconciling_.keeper().load(); }
    void start(Supervisor& loops);

    /// Once the loop has ended. Replicas stay.
    boost::asio::awaitable<void> stop() { return reconciling_.stop(); }

private:
    void hear(const reconcile::Document& document) const;

    const AgentLog& log_;
    std::vector<Changed> changed_;
    Reconciling reconciling_;
};

} // namespace forager
