// Deployments: made so, scaled, waited for. NAME is of the namespace in the options or the cluster's own. Failures of
// all: bad_arguments, naming the option; those of the client.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace forager::kubernetes_work {

/// Makes it so, whether it was there or not: see `deployment_of`. Returns when the server has taken it up.
boost::asio::awaitable<Result<Object>> deploy(KubernetesCluster& cluster, Object options);

/// Failures: also not_found.
boost::asio::awaitable<Result<void>> scale(KubernetesCluster& cluster, std::string name, std::int64_t replicas,
                                           Object options);

/// Until all its pods are of its present form and ready. Options: timeout (5 minutes by default). Failures: timed_out
/// and refused (it has given up), with what is wrong with its pods in the words of Kubernetes; not_found, also when it
/// is removed meanwhile.
boost::asio::awaitable<Result<Object>> wait_ready(KubernetesCluster& cluster, std::string name, Object options);

/// How far a Deployment is. Pure.
struct Rollout {
    bool done = false;
    std::string given_up; ///< why it makes no progress any more; empty: it may
    std::int64_t wanted = 0;
    std::int64_t ready = 0;

    Rollout() = default;
};
Rollout rollout_of(const Object& deployment);

/// What is wrong with the pods that a selector chooses, and what the last events about them say; empty: nothing is
/// known.
boost::asio::awaitable<std::string> trouble_with(KubernetesCluster& cluster, std::string space,
                                                 kubernetes::Selector pods);

/// What the last warnings say about objects of these names; empty: nothing is known.
boost::asio::awaitable<std::string> warnings_about(KubernetesCluster& cluster, std::string space,
                                                   std::set<std::string> names);

} // namespace forager::kubernetes_work
