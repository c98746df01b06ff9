// Jobs that end with this run of the program, and those of runs that are gone. Failures: those of the client.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/kubernetes/cluster.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

namespace forager::kubernetes_work {

/// On a job and its pods: the job's name.
inline constexpr const char* job_label = "forager.job";

/// Writes on a job, before it is made, whose it is.
void mark(const KubernetesCluster& cluster, Object& job);

/// Removes a job, and its pods, which have their grace. That there is none is no failure.
boost::asio::awaitable<Result<void>> end_job(KubernetesCluster& cluster, kubernetes::Place jobs, std::string name);

/// The same within seconds; what has not worked is owed then.
boost::asio::awaitable<void> end_job_or_owe(KubernetesCluster& cluster, kubernetes::Place jobs, std::string name);

/// Until the pods of a job that was removed are gone, for a while at most: a node that does not answer keeps them for
/// as long as it is away.
boost::asio::awaitable<void> await_end_of_pods(KubernetesCluster& cluster, std::string space, std::string job);

/// Removes the jobs that runs have left which are gone, waits a while for their pods, and finds what is kept: how many
/// jobs were removed. Those of all namespaces, where that may be asked for.
boost::asio::awaitable<Result<std::size_t>> sweep_jobs(KubernetesCluster& cluster);

/// Before a job is made: an earlier run's may be at the same work. Sweeps once, and removes what is owed.
boost::asio::awaitable<Result<void>> ready_for_jobs(KubernetesCluster& cluster);

} // namespace forager::kubernetes_work
