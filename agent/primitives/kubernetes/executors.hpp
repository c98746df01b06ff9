// Deployments whose pods are executors of a colony, as upstream's executor of Kubernetes makes them; private keys stand
// in a secret that goes with its Deployment. Failures of all: bad_arguments, naming the option; those of the client.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace forager::kubernetes_work {

struct ExecutorOrder {
    std::string name;
    std::string image;
    std::int64_t pods = 1;
    std::int64_t per_pod = 1; ///< containers of each pod: executor-0, executor-1 …
    bool ramdisk = false;     ///< memory at /ramdisk, which all containers of a pod share
    Object env;               ///< names and texts that every container sees
    Object secrets;           ///< the same out of the secret
    std::string origin;       ///< the invocation: asked again by the same one, it is not made twice

    ExecutorOrder() = default;
};

/// Names of the options besides those of a pod.
std::span<const std::string_view> executor_options();

/// The Deployment of an order. Options: what describes a pod, without image and ports; env and secrets, which come
/// before those of the order; ramdisk_size, as Kubernetes has it. Pure.
Result<Object> executors_of(const ExecutorOrder& order, const Object& options);

/// The secret that it needs, which belongs to the Deployment of this uid; empty: it needs none. Pure.
Result<Object> secret_of(const ExecutorOrder& order, const Object& options, const std::string& uid);

/// Makes both, or none. Options: also namespace. Failures: also refused (the name is taken).
boost::asio::awaitable<Result<void>> deploy_executors(KubernetesCluster& cluster, ExecutorOrder order, Object options);

/// Removes a Deployment, whoever made it, and what belongs to it. Options: namespace, wait (until all is gone), timeout
/// of that. Failures: also not_found.
boost::asio::awaitable<Result<void>> undeploy(KubernetesCluster& cluster, std::string name, Object options);

} // namespace forager::kubernetes_work
