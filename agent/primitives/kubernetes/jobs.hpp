// A command that runs once in the cluster: a Job and its pod, which are gone afterwards, whatever ended it.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"
#include "primitives/kubernetes/cluster.hpp"
#include "primitives/kubernetes/kept_jobs.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace forager::kubernetes_work {

/// One job, whatever says what it is.
struct JobOrder {
    Object job; ///< named, without kind and namespace
    std::string name;
    std::string space;
    std::string image;               ///< for messages
    std::optional<Duration> timeout; ///< until it has ended
    std::size_t limit = 0;           ///< bytes kept of what it prints
    bool check = true;               ///< a status other than 0 is a failure
    std::optional<KeptJob> kept;     ///< it goes on when the agent is gone
    /// Hears what keeps it from its beginning, each thing once; may be empty.
    std::function<void(const std::string& why)> say;

    JobOrder() = default;
};

/// A name that no other job has.
std::string fresh_job_name(Random& chance);

/// Gives the containers of a job's pod what a volume claim holds, at this place. Pure.
void add_claim(Object& job, const std::string& claim, const std::string& place);

/// A kept one that an agent before began is waited for, or its result is given; its lines are told from the first one.
/// Failures: exit, also with `oom_killed` in the details where its memory was not enough; otherwise as below. `lines`
/// may be null, and must outlive the call.
boost::asio::awaitable<Result<Completed>> run_job(KubernetesCluster& cluster, JobOrder order, LineSink* lines);

/// Runs it to its end; both outputs come as one. Options: what describes a pod, name, namespace, labels, timeout, limit
/// (bytes kept of the output), check. Failures: exit (unless `check` is false), timed_out, with `stdout` in the
/// details; refused (it could not begin: why, in the words of Kubernetes); those of the client. `lines` may be null,
/// and must outlive the call. With `keep` it goes on when the agent is gone.
boost::asio::awaitable<Result<Completed>> run_job(KubernetesCluster& cluster, Object options, LineSink* lines,
                                                  std::optional<Keep> keep = {});

} // namespace forager::kubernetes_work
