// Pods and what is in them, by name. Options of all: namespace. Failures of all: bad_arguments, naming the option;
// those of the client.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace forager::kubernetes_work {

/// The names of all objects of a resource. Options: those of `list`.
boost::asio::awaitable<Result<Array>> names_of(KubernetesCluster& cluster, std::string resource, Object options);

/// The names of a pod's containers. Failures: also not_found.
boost::asio::awaitable<Result<Array>> containers_of(KubernetesCluster& cluster, std::string pod, Object options);

/// How many pods a Deployment is to have. Failures: also not_found.
boost::asio::awaitable<Result<std::int64_t>> replicas_of(KubernetesCluster& cluster, std::string deployment,
                                                         Object options);

/// Removes a pod for its controller to make another one. Failures: also not_found; refused, when it has none.
boost::asio::awaitable<Result<void>> restart(KubernetesCluster& cluster, std::string pod, Object options);

} // namespace forager::kubernetes_work
