// A Docker engine as functions use it: whose its containers are, and what is kept of what they print. On the strand;
// the pool and the clock must outlive it.
#pragma once

#include "clients/docker/client.hpp"
#include "clients/docker/pairs.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "primitives/docker/kept.hpp"
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
        bool keeps = false; ///< whether containers that say so go on when this run of the program is gone
        bool gpus = false;  ///< whether its machine has any for processes
        /// Whether another run of the same home has ended.
        std::function<bool(const std::string& owner)> is_gone = [](const std::string&) { return true; };
    };

    DockerEngine(BlockingPool& pool, Clock& clock, Config config);

    docker::Client& client() { return client_; }
    Clock& clock() { return clock_; }
    BlockingPool& pool() { return pool_; }
    std::size_t output_limit() const { return config_.output_limit; }
    bool gives_gpus() const { return config_.gpus; }

    const docker_work::Policy& policy_for(const docker_work::Asker& asker) const
    {
        return docker_work::policy_for(config_.policies, asker);
    }
    const docker_work::Registries& registries() const { return config_.registries; }
    docker_work::Slots& slots() { return slots_; }

    /// A null pointer: none go on.
    docker_work::KeptContainers* kept() { return config_.keeps ? &kept_ : nullptr; }

    /// The engine's own socket; empty: it is reached over TCP, and may be another machine's.
    std::string socket() const;

    /// What marks a container that ends with this run of the program.
    docker::Pairs labels_of_ours() const;

    /// Removes the containers, and the files of this machine, that runs have left which are gone, and finds what is
    /// kept: how many containers. Failures: those of the client.
    boost::asio::awaitable<Result<std::size_t>> sweep();
    bool has_swept() const { return swept_; }

    /// Before anything is made: an earlier run's container may be at the same work. Sweeps once, and removes what is
    /// owed.
    boost::asio::awaitable<Result<void>> ready();

    /// What marks one command in a container, told apart from all others.
    std::string fresh_mark();

    /// Ends the commands in containers that runs have left which are gone: how many. Failures: the engine does not
    /// answer.
    boost::asio::awaitable<Result<std::size_t>> sweep_commands();

    /// Before a command is begun: an earlier run's may be at the same work. Sweeps them once.
    boost::asio::awaitable<Result<void>> ready_for_commands();

    /// A container of ours that could not be removed.
    void owe(std::string id) { owed_.push_back(std::move(id)); }

private:
    boost::asio::awaitable<Result<void>> pay();
    std::string beginning_of_marks() const;
    bool is_dead(const std::string& owner) const { return owner != config_.owner && config_.is_gone(owner); }

    BlockingPool& pool_;
    Clock& clock_;
    Config config_;
    docker::Client client_;
    docker_work::Slots slots_{config_.owner};
    docker_work::KeptContainers kept_{client_, clock_, [this](std::string id) { owe(std::move(id)); }};
    bool swept_ = false;
    bool swept_commands_ = false;
    std::uint64_t marks_ = 0;
    std::vector<std::string> owed_;
};

} // namespace forager
