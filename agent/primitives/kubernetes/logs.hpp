// What a pod prints.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::kubernetes_work {

/// Options: namespace, container, tail, since, previous, timestamps, follow (until its end), limit (bytes kept).
/// `lines` may be null, and must outlive the call. Failures: bad_arguments, not_found, those of the client.
boost::asio::awaitable<Result<std::string>> logs(KubernetesCluster& cluster, std::string pod, Object options,
                                                 LineSink* lines);

} // namespace forager::kubernetes_work
