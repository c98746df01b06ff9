// Containers of functions with orphans = "adopt": they go on when the agent is gone, and their labels say whose they
// are to the next one. One for an engine, on the strand.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/containers.hpp"
#include "clients/docker/pairs.hpp"
#include "core/value.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/kept_places.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace forager::docker_work {

/// One such container: where it stands in its function, and what tells it from another one at the same place.
struct KeptClaim {
    Keep keep;
    std::string print; ///< a digest of all that the script gave
};

class KeptContainers final : public KeptPlaces {
public:
    /// All must outlive it. `owe` hears of a container that could not be removed.
    KeptContainers(docker::Client& client, Clock& clock, std::function<void(std::string id)> owe)
        : client_{client}, clock_{clock}, owe_{std::move(owe)}
    {
    }

    /// The labels that say whose it is.
    docker::Pairs labels(const KeptClaim& claim) const;

    /// A container that an agent before has left, as the engine lists it: whether it is kept until somebody claims it.
    /// After a restart of the machine nothing is.
    bool take_up(const Object& listed);

    /// The container of this claim that was begun before. One at its place that is another one is removed, and so is
    /// one that was never started. Failures: those of the client.
    boost::asio::awaitable<Result<std::optional<docker::ContainerState>>> claim(KeptClaim claim);

private:
    boost::asio::awaitable<void> remove(std::string id) override;

    docker::Client& client_;
    Clock& clock_;
    std::function<void(std::string id)> owe_;
};

} // namespace forager::docker_work
