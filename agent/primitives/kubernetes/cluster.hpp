// A Kubernetes cluster as functions use it: its client, its kinds, its shared watches. On the strand; what is passed
// must outlive it.
#pragma once

#include "clients/kubernetes/client.hpp"
#include "clients/kubernetes/discovery.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/kubernetes/kept_jobs.hpp"
#include "primitives/kubernetes/shared_watch.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

class KubernetesCluster {
public:
    struct Config {
        kubernetes::Client::Config client;
        std::size_t output_limit = std::size_t{4} * 1024 * 1024; ///< bytes kept of what a job prints
        bool keeps = false; ///< whether jobs that say so go on when this run of the program is gone
        std::string home;   ///< whose jobs these are, over all runs of the program; empty: nobody knows them again
        std::string owner;  ///< this run of it, told apart from all others
        std::string volume; ///< the claim that holds the folder of the colony's files; empty: pods have none
        Object colony;      ///< how a program in a pod finds the agent's colony: names and texts of its environment
        /// Whether another run of the same home has ended.
        std::function<bool(const std::string& owner)> is_gone = [](const std::string&) { return true; };
    };

    KubernetesCluster(BlockingPool& pool, Clock& clock, Random& chance, ProcessRunner& runner, Config config)
        : pool_{pool},
          clock_{clock},
          chance_{chance},
          config_{std::move(config)},
          client_{pool, clock, runner, config_.client},
          discovery_{client_},
          watches_{client_, chance}
    {
    }
    KubernetesCluster(const KubernetesCluster&) = delete;
    KubernetesCluster& operator=(const KubernetesCluster&) = delete;

    kubernetes::Client& client() { return client_; }
    kubernetes::Discovery& discovery() { return discovery_; }
    kubernetes_work::SharedWatches& watches() { return watches_; }
    BlockingPool& pool() { return pool_; }
    Clock& clock() { return clock_; }
    Random& chance() { return chance_; }
    std::size_t output_limit() const { return config_.output_limit; }
    const Config& config() const { return config_; }

    /// A null pointer: none go on.
    kubernetes_work::KeptJobs* kept() { return config_.keeps ? &kept_ : nullptr; }

    /// Whether a run of the same home that is gone has made it.
    bool is_left(const std::string& owner) const { return owner != config_.owner && config_.is_gone(owner); }

    /// Whether its jobs were looked for.
    bool has_swept() const { return swept_; }
    void note_swept() { swept_ = true; }

    /// Jobs of ours that could not be removed.
    struct Owed {
        kubernetes::Place jobs;
        std::string name;
    };
    std::vector<Owed>& owed() { return owed_; }

    /// The namespace of what names none.
    const std::string& space() const { return config_.client.access.space; }

private:
    BlockingPool& pool_;
    Clock& clock_;
    Random& chance_;
    Config config_;
    kubernetes::Client client_;
    kubernetes::Discovery discovery_;
    kubernetes_work::SharedWatches watches_;
    kubernetes_work::KeptJobs kept_{*this};
    bool swept_ = false;
    std::vector<Owed> owed_;
};

} // namespace forager
