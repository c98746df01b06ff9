// Finds the way to a cluster on this machine. Reads small files, and so blocks for a moment.
#pragma once

#include "clients/kubernetes/access.hpp"
#include "core/failure.hpp"

#include <string>

namespace forager::kubernetes {

/// Where to look, in this order.
struct Whereabouts {
    std::string kubeconfig; ///< files separated by ':', all of which must be there; empty: goes on below
    std::string context;    ///< of whichever kubeconfig; empty: the current one
    /// The account that a pod has: its folder, and where its cluster says it is. It is used when both are there and no
    /// context is wanted.
    std::string account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
    std::string account_host;
    std::string account_port;
    std::string usual; ///< as `kubeconfig`; those that are not there are left out
    std::string space; ///< instead of the namespace that was found

    Whereabouts() = default;
};

/// Failures: not_found (nothing there; a file), refused (a file may not be read), and those of `access_in`.
Result<Access> find_access(const Whereabouts& whereabouts);

} // namespace forager::kubernetes
