// Where replicas run: a container engine, a cluster, this machine. What is theirs is known by labels alone: nothing
// without a document's labels is ever touched.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/deployment.hpp"
#include "core/reconcile/instance.hpp"
#include "core/reconcile/key.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

/// A replica that is to be started.
struct NewReplica {
    std::string name;
    std::string executor;                                 ///< its identity in the colony; empty: none
    std::vector<std::pair<std::string, std::string>> env; ///< all of it: the document's, and what identifies it

    NewReplica() = default;
};

class ReplicaRuntime {
public:
    virtual ~ReplicaRuntime() = default;

    /// Names the engine, the cluster, the folder: two that are the same have the same replicas.
    virtual std::string place() const = 0;

    /// Whether a document makes sense here ("an image is needed"). Failures: bad_arguments, with `field`.
    virtual Result<void> check(const reconcile::Deployment& wanted) const = 0;

    /// All replicas with the labels of this document, in whatever state, by their names. Failures: unreachable,
    /// refused.
    virtual boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> list(reconcile::Key key) = 0;

    /// Starts one with the labels of the document, and returns when the runtime has begun it. One of the same name and
    /// document that does not run is replaced. After a failure nothing is left of it. Failures: refused (the name is
    /// somebody else's, no such image …), unreachable.
    virtual boost::asio::awaitable<Result<void>> start(reconcile::Deployment wanted, NewReplica replica) = 0;

    /// Ends it, if it runs, with all that it started, and removes what is left of it. One that is gone is no failure.
    virtual boost::asio::awaitable<Result<void>> stop(reconcile::Deployment wanted, reconcile::Instance instance) = 0;

    /// The documents of this origin that have replicas here. Failures: unreachable, refused.
    virtual boost::asio::awaitable<Result<std::vector<reconcile::Key>>> keys(std::string origin) = 0;

    /// Tells which document's replicas have changed, as it happens; an empty key: any may have (the connection began).
    /// Returns only when it cannot be heard (any more). Ends with `operation_aborted` when it is cancelled.
    virtual boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) = 0;
};

/// Failures: refused (it is not configured).
using RuntimeAccess = std::function<Result<ReplicaRuntime*>(reconcile::Runtime runtime)>;

} // namespace forager
