// All that reconciles in one run of the program: the runtimes of the settings, the kinds that are built in and those of
// scripts, and the keeper of the documents. For the agent and for `forager reconcile`, on the strand.
#pragma once

#include "app/app.hpp"
#include "app/script_reconciler.hpp"
#include "config/config.hpp"
#include "ports/documents.hpp"
#include "ports/replica_identities.hpp"
#include "ports/replica_runtime.hpp"
#include "primitives/replicas/deployments.hpp"
#include "runtime/task_group.hpp"
#include "sources/reconcile/document_keeper.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class Reconciling {
public:
    /// All must outlive it.
    struct Parts {
        App& app;
        const config::Settings& settings;
        Documents& documents;
        std::function<boost::asio::awaitable<Outcome>(Invocation invocation)> call; ///< what scripts do
        std::function<void(const reconcile::Document& document)> changed;           ///< its status is another
        std::function<void(const std::string& message)> inform;                     ///< what was done, a sentence each
        std::function<void(const std::string& message)> warn;
    };

    explicit Reconciling(Parts parts);
    Reconciling(const Reconciling&) = delete;
    Reconciling& operator=(const Reconciling&) = delete;
    ~Reconciling();

    reconciling::DocumentKeeper& keeper() { return keeper_; }
    ReplicaIdentities& identities() { return *identities_; }

    /// Failures: refused (it is not configured).
    Result<ReplicaRuntime*> runtime(reconcile::Runtime runtime);

    /// The reconcilers of these scripts and no others, besides those that are built in.
    void serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts);

    /// Never returns. Ends with `operation_aborted` when it is cancelled; `stop` follows then.
    boost::asio::awaitable<void> run();

    /// Ends what is under way, as it comes; replicas stay.
    boost::asio::awaitable<void> stop();

private:
    Result<Reconciler*> reconciler_of(const std::string& kind);
    std::unique_ptr<ReplicaRuntime> make(reconcile::Runtime runtime);
    Result<void> is_there(reconcile::Runtime runtime) const;
    boost::asio::awaitable<void> hear();

    Parts parts_;
    std::map<reconcile::Runtime, std::unique_ptr<ReplicaRuntime>> runtimes_;
    std::unique_ptr<ReplicaIdentities> identities_;
    replicas::Deployments deployments_;
    std::map<std::string, std::unique_ptr<ScriptReconciler>> of_scripts_; // by kind
    TaskGroup work_;
    reconciling::DocumentKeeper keeper_;
};

} // namespace forager
