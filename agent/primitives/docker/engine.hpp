// A Docker engine as functions use it: whose its containers are, and what is kept of what they print. On the strand;
// the pool and the clock must outlive it.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/pairs.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "primitives/docker/policy.hpp"
#include "primitives/docker/registries.hpp"
#include "primitives/docker/slots.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

class DockerEngine {
public:
    struct Config {
        docker::Client::Config client;
        std::size_t output_limit = std::size_t{4} * 1024 * 1024; ///< bytes kept of each output of a container
        std::string home;                          ///< whose containers these are, over all runs of the program
        std::string owner;                         ///< this run of it, told apart from all others
        std::vector<docker_work::Policy> policies; ///< none: who asks has what the default values allow
        docker_work::Registries registries;
        /// Whether another run of the same home has ended.
        std::function<bool(const std::string& owner)> is_gone = [](const std::string&) { return true; };
    };

    DockerEngine(BlockingPool& pool, Clock& clock, Config config);

    docker::Client& client() { return client_; }
    Clock& clock() { return clock_; }
    BlockingPool& pool() { return pool_; }
    std::size_t output_limit() const { return config_.output_limit; }

    const docker_work::Policy& policy_for(const docker_work::Asker& asker) const
    {
        return docker_work::policy_for(config_.policies, asker);
    }
    const docker_work::Registries& registries() const { return config_.registries; }
    docker_work::Slots& slots() { return slots_; }

    /// The engine's own socket; empty: it is reached over TCP, and may be another machine's.
    std::string socket() const;

    /// What marks a container that ends with this run of the program.
    docker::Pairs labels_of_ours() const;

    /// Removes what runs have left that are gone. Failures: those of the client.
    boost::asio::awaitable<Result<std::size_t>> sweep();

    /// Before anything is made: an earlier run's container may be at the same work. Sweeps once, and removes what is
    /// owed.
    boost::asio::awaitable<Result<void>> ready();

    /// What marks one command in a container, told apart from all others.
    std::string fresh_mark();

    /// A container of ours that could not be removed.
    void owe(std::string id) { owed_.push_back(std::move(id)); }

private:
    boost::asio::awaitable<Result<void>> pay();

    BlockingPool& pool_;
    Clock& clock_;
    Config config_;
    docker::Client client_;
    docker_work::Slots slots_{config_.owner};
    bool swept_ = false;
    std::uint64_t marks_ = 0;
    std::vector<std::string> owed_;
};

} // namespace forager
