// Replicas as containers of the Docker engine of the configuration. Their labels alone say whose they are; they outlive
// this program, and what has not a document's labels is never touched. On the strand.
//
// What a container may have is decided by the policies of `[[docker.policy]]`: a document is asked for by "reconcile",
// a blueprint by "colony", both for the function "reconcile".
#pragma once

#include "ports/clock.hpp"
#include "ports/replica_runtime.hpp"
#include "primitives/docker/access.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace forager::replicas {

class DockerReplicas final : public ReplicaRuntime {
public:
    /// The clock must outlive it.
    DockerReplicas(DockerAccess engine, Clock& clock) : engine_{std::move(engine)}, clock_{clock} {}

    Result<void> check(const reconcile::Deployment& wanted) const override;
    boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> list(reconcile::Key key) override;

    /// An image that is not there is pulled first, without a limit of time.
    boost::asio::awaitable<Result<void>> start(reconcile::Deployment wanted, NewReplica replica) override;

    boost::asio::awaitable<Result<void>> stop(reconcile::Deployment wanted, reconcile::Instance instance) override;
    boost::asio::awaitable<Result<std::vector<reconcile::Key>>> keys(std::string origin) override;
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;

private:
    /// When each of a document's containers that run was started: it is looked at closely once, not at every look.
    using Starts = std::map<std::string, std::optional<WallTime>>;

    DockerAccess engine_;
    Clock& clock_;
    std::map<reconcile::Key, Starts> starts_;
};

} // namespace forager::replicas
