// Replicas as containers of the Docker engine of the configuration. Their labels alone say whose they are; they outlive
// this program, and what has not a document's labels is never touched. On the strand.
//
// What a container may have is decided by the policies of `[[docker.policy]]`: a document is asked for by "reconcile",
// a blueprint by "colony", both for the function "reconcile".
#pragma once

#include "clients/docker/client.hpp"
#include "ports/clock.hpp"
#include "ports/replica_runtime.hpp"
#include "primitives/docker/access.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::replicas {

class DockerReplicas final : public ReplicaRuntime {
public:
    /// The clock must outlive it.
    DockerReplicas(DockerAccess engine, Clock& clock) : engine_{std::move(engine)}, clock_{clock} {}

    /// Where the engine listens; empty: none is configured.
    std::string place() const override;

    Result<void> check(const reconcile::Deployment& wanted) const override;
    boost::asio::awaitable<Result<std::vector<reconcile::Instance>>> list(reconcile::Key key) override;

    /// An image that is not there is pulled first, without a limit of time.
    boost::asio::awaitable<Result<void>> start(reconcile::Deployment wanted, NewReplica replica) override;

    boost::asio::awaitable<Result<void>> stop(reconcile::Deployment wanted, reconcile::Instance instance) override;
    boost::asio::awaitable<Result<std::vector<reconcile::Key>>> keys(std::string origin) override;
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;

private:
    /// Of a container that runs: what lists do not tell, or not as exactly.
    struct Times {
        WallTime created{};
        std::optional<WallTime> started;
    };

    boost::asio::awaitable<Result<std::optional<reconcile::Instance>>> look(docker::Client& client, reconcile::Key key,
                                                                            reconcile::Instance instance);
    void forget(const reconcile::Key& key, const std::string& id);
    void forget_others(const reconcile::Key& key, const std::vector<reconcile::Instance>& instances);

    DockerAccess engine_;
    Clock& clock_;
    /// By their ids: they are looked at closely once, and again when something was heard of them, not at every look.
    std::map<reconcile::Key, std::map<std::string, Times>> known_;
    std::uint64_t heard_ = 0; // events
};

} // namespace forager::replicas
