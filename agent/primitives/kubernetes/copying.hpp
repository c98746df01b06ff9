// Files on their way into pods and out of them, by the `tar` of a container. Options: namespace, container.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::kubernetes_work {

/// Copies a file or folder of this machine into the folder `to` of the container, which must be there. Failures:
/// not_found (the file, the pod), refused (with what `tar` says).
boost::asio::awaitable<Result<void>> copy_in(KubernetesCluster& cluster, std::string pod, std::string from,
                                             std::string to, Object options);

/// Copies a file or folder of the container into the folder `to` of this machine. Failures: as `copy_in`, and those of
/// `extract_archive`.
boost::asio::awaitable<Result<void>> copy_out(KubernetesCluster& cluster, std::string pod, std::string from,
                                              std::string to, Object options);

} // namespace forager::kubernetes_work
