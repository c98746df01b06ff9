// Keeps documents of the kind ExecutorDeployment: looks at their replicas, decides, starts and stops some, with an
// identity in the colony for each. On the strand.
#pragma once

#include "core/reconcile/plan.hpp"
#include "ports/clock.hpp"
#include "ports/reconciler.hpp"
#include "ports/replica_identities.hpp"
#include "ports/replica_runtime.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
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
        reconcile::Strictness strictness = reconcile::Strictness::strict;
    };

    explicit Deployments(Parts parts) : parts_{std::move(parts)} {}

    Result<void> check(const Object& document) const override;
    boost::asio::awaitable<Result<ReconcilePass>> pass(reconcile::Document document) override;
    boost::asio::awaitable<Result<Array>> preview(reconcile::Document document) override;
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;
    Duration resync() const override { return std::chrono::seconds{10}; }

private:
    Parts parts_;
    std::map<reconcile::Key, reconcile::Memory> memories_;
};

} // namespace forager::replicas
