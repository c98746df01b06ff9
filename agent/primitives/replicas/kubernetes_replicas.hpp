// Replicas as pods of a Kubernetes cluster, in its own namespace; see `kubernetes_pod.hpp` and `kubernetes_marks.hpp`.
// What a replica is made of is made in an order that leaves nothing lost when this program dies in between: first the
// Secret, then the pod that needs it, then the one belongs to the other, so that the cluster removes both. A Secret
// that nothing needs is removed when its document is looked at. On the strand.
#pragma once

#include "ports/replica_runtime.hpp"
#include "primitives/kubernetes/access.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager::replicas {

class KubernetesReplicas final : public ReplicaRuntime {
public:
    explicit KubernetesReplicas(KubernetesAccess kubernetes) : kubernetes_{std::move(kubernetes)} {}

    /// Also: what Kubernetes does not allow in names, labels and variables. It asks nobody.
    std::string place() const override;
    Result<void> check(const reconcile::Deployment& wanted) const override;

    boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> list(reconcile::Key key) override;

    /// Waits for a pod of this name that is ending. Failures: also timed_out (it is still there).
    boost::asio::awaitable<Result<void>> start(reconcile::Deployment wanted, NewReplica replica) override;

    /// Returns when the node has let go of it. Failures: also timed_out (it is still there).
    boost::asio::awaitable<Result<void>> stop(reconcile::Deployment wanted, reconcile::Instance instance) override;

    boost::asio::awaitable<Result<std::vector<reconcile::Key>>> keys(std::string origin) override;

    /// One watch of the API server, however many documents there are. A server that is away is waited for.
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;

private:
    boost::asio::awaitable<void> tidy(KubernetesCluster& cluster, Array secrets, Array pods);

    KubernetesAccess kubernetes_;
    std::set<std::string> making_; // Secrets whose pods are not there yet
};

} // namespace forager::replicas
