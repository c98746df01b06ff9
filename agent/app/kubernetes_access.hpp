// The Kubernetes cluster of the settings, for commands and for the agent.
#pragma once

#include "app/app.hpp"
#include "app/home.hpp"
#include "config/config.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <string>

namespace forager {

/// Why there can be no cluster: nothing says where one is. Empty: something does. Reads small files.
std::string why_no_kubernetes(const config::Settings& settings);

/// Made when it is first wanted, and then always that one. `settings` and the app must outlive it. Failures: not_found
/// and refused, with what to set; what is wrong with a kubeconfig.
KubernetesAccess kubernetes_access(const config::Settings& settings, App& app, Home home);

} // namespace forager
