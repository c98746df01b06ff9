// Who replicas are in the colony: each is an executor of its own, known before it starts and forgotten after it ends.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/deployment.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace forager {

struct ReplicaIdentity {
    std::string executor;                                 ///< its name in the colony; empty: it has none
    std::vector<std::pair<std::string, std::string>> env; ///< how its program finds the colony, and itself in it

    ReplicaIdentity() = default;
};

class ReplicaIdentities {
public:
    virtual ~ReplicaIdentities() = default;

    /// Registered and approved when it returns. Failures: unreachable, refused.
    virtual boost::asio::awaitable<Result<ReplicaIdentity>> make(reconcile::Deployment wanted, std::string replica) = 0;

    /// Removed; one that is not there is no failure.
    virtual boost::asio::awaitable<Result<void>> remove(std::string executor) = 0;

    /// The names of all that belong to replicas of this document.
    virtual boost::asio::awaitable<Result<std::vector<std::string>>> of(reconcile::Deployment wanted) = 0;
};

} // namespace forager
