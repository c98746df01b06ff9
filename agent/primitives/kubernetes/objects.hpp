// Objects of a cluster by the words of scripts. RESOURCE is what `Discovery::named` knows. Failures of all:
// bad_arguments, naming the option; those of the client.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/feed.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace forager::kubernetes_work {

/// Where objects of a resource are, in the namespace of the options or the cluster's own; "*" is all of them.
boost::asio::awaitable<Result<kubernetes::Place>> place_of(KubernetesCluster& cluster, std::string resource,
                                                           Object options);

/// Options of all: namespace. Null when there is none.
boost::asio::awaitable<Result<Value>> get(KubernetesCluster& cluster, std::string resource, std::string name,
                                          Object options);

/// Options: labels, fields, deployment (whose pods).
boost::asio::awaitable<Result<Array>> list(KubernetesCluster& cluster, std::string resource, Object options);

/// Makes it so, server-side; the object says its apiVersion and kind. Options: force (true), manager ("forager").
boost::asio::awaitable<Result<Object>> apply(KubernetesCluster& cluster, Object object, Object options);

/// Whether there was one. Options: propagation ("background", "foreground", "orphan"), grace, wait (until it is gone),
/// timeout of that.
boost::asio::awaitable<Result<bool>> remove(KubernetesCluster& cluster, std::string resource, std::string name,
                                            Object options);

/// The pods of a Deployment, by what it says itself. Failures: not_found.
boost::asio::awaitable<Result<kubernetes::Selector>> pods_of(KubernetesCluster& cluster, std::string space,
                                                             std::string deployment);

/// A watch of one script.
class ChangeFeed final : public Feed {
public:
    ChangeFeed(std::shared_ptr<Subscription> subscription, std::string name)
        : subscription_{std::move(subscription)}, name_{std::move(name)}
    {
    }

    /// { type, object }. Waits without limit. Failures: those of `Subscription::next`.
    boost::asio::awaitable<Result<Object>> next() override;

private:
    std::shared_ptr<Subscription> subscription_;
    std::string name_; // of the only one; empty: all
};

/// Options: name, labels, namespace.
boost::asio::awaitable<Result<std::shared_ptr<ChangeFeed>>> watch(KubernetesCluster& cluster, std::string resource,
                                                                  Object options);

} // namespace forager::kubernetes_work
