// Keeps documents of the kind ExecutorDeployment: looks at their replicas, decides, starts and stops some, with an
// identity in the colony for each. On the strand.
#pragma once

#include "core/reconcile/plan.hpp"
#include "core/retry.hpp"
#include "io/event.hpp"
#include "io/name_lock.hpp"
#include "ports/clock.hpp"
#include "ports/reconciler.hpp"
#include "ports/replica_identities.hpp"
#include "ports/replica_runtime.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager::replicas {

class Deployments final : public Reconciler {
public:
    /// All must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        Random& random;
        RuntimeAccess runtime;
        ReplicaIdentities& identities;
    };

    explicit Deployments(Parts parts) : parts_{std::move(parts)}, used_{parts_.executor} {}

    Result<void> check(const Object& document, bool lenient) const override;
    boost::asio::awaitable<Result<ReconcilePass>> pass(reconcile::Document document) override;
    boost::asio::awaitable<Result<Array>> preview(reconcile::Document document) override;

    /// Of the runtimes that documents have asked for so far.
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;
    void forget(const reconcile::Key& key) override { remembered_.erase(key); }
    Duration resync() const override { return std::chrono::seconds{30}; }

private:
    // What is remembered of a document from pass to pass. Without it nothing breaks.
    struct Remembered {
        reconcile::Memory memory;
        std::map<reconcile::Runtime, NameLock> locks; // nobody else on this machine keeps it there
        std::optional<TimePoint> identities_seen;
        std::set<reconcile::Runtime> empty; // other runtimes, where none of its replicas are left
        bool has_looked_around = false;

        Remembered() = default;
    };

    // One look at a document's replicas.
    struct Seen {
        reconcile::Deployment wanted;
        std::vector<reconcile::Instance> there;
        std::string unseen; // why some that are left on another runtime may not be among them; empty: all are
        reconcile::Plan plan;

        Seen() = default;
    };

    Result<reconcile::Deployment> wanted_by(const reconcile::Document& document) const;
    bool was_well_like_this(const reconcile::Document& document, const reconcile::Deployment& wanted) const;
    Result<ReplicaRuntime*> use(reconcile::Runtime runtime);
    Result<ReplicaRuntime*> claim(const reconcile::Key& key, reconcile::Runtime runtime);
    reconcile::Plan planned(const Seen& seen, const reconcile::Memory& memory, bool deleting) const;
    boost::asio::awaitable<Result<void>> look(const reconcile::Document& document, Seen& seen);
    boost::asio::awaitable<void> look_elsewhere(const reconcile::Document& document, Seen& seen);
    boost::asio::awaitable<void> look_around(const reconcile::Document& document, ReconcilePass& pass);
    boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> listed(reconcile::Key key,
                                                                            reconcile::Runtime runtime) const;
    boost::asio::awaitable<Result<void>> settle_identities(Seen& seen, bool deleting);
    void judge(const reconcile::Document& document, const Seen& seen, ReconcilePass& pass) const;
    boost::asio::awaitable<void> act(const Seen& seen, ReconcilePass& pass);
    boost::asio::awaitable<bool> act_noted(const Seen& seen, const reconcile::Action& action,
                                           std::optional<Failure>& failure);
    boost::asio::awaitable<Result<void>> start(ReplicaRuntime& runtime, reconcile::Deployment wanted, std::string name);
    boost::asio::awaitable<Result<void>> stop(ReplicaRuntime& runtime, reconcile::Deployment wanted,
                                              reconcile::Instance instance);
    boost::asio::awaitable<bool> hear(reconcile::Runtime runtime,
                                      std::function<void(const reconcile::Key& key)> changed);

    Parts parts_;
    std::map<reconcile::Key, Remembered> remembered_;
    std::set<reconcile::Runtime> in_use_;
    Event used_; // one more is in use
};

} // namespace forager::replicas
