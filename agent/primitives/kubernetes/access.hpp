// How the Kubernetes cluster of the configuration is come by.
#pragma once

#include "core/failure.hpp"

#include <functional>

namespace forager {

class KubernetesCluster;

/// It is made when it is first wanted. Failures: not_found and refused, with what to set; what is wrong with a
/// kubeconfig.
using KubernetesAccess = std::function<Result<KubernetesCluster*>()>;

} // namespace forager
