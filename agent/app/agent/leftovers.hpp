// Commands that an agent before this one has left, and those that outlive their agent: what nobody waits for is ended.
// One for the agent, on the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/agent/state_folder.hpp"
#include "io/process/local_process_runner.hpp"
#include "ports/clock.hpp"
#include "primitives/docker/access.hpp"
#include "primitives/kubernetes/access.hpp"
#include "runtime/task_group.hpp"
#include "store/record_table.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace forager {

class Leftovers {
public:
    /// `processes` must outlive it.
    Leftovers(const boost::asio::any_io_executor& executor, LocalProcessRunner& processes)
        : processes_{processes}, endings_{executor}, sweeps_{executor}
    {
    }

    using IsResumed = std::function<bool(const std::string& root)>;

    /// Ends what dead agents left running, and finds what is kept: whether there were any. Before anything is begun
    /// again that it may be a part of. `is_resumed`: see `LocalProcessRunner::scratch_in`.
    boost::asio::awaitable<bool> bury_the_dead(StateFolder& folder, const AgentLog& log, IsResumed is_resumed);

    /// Ends what is kept for work that has ended, and removes its folders.
    boost::asio::awaitable<void> end_unclaimed(store::RecordTable& records);

    /// Begins to remove the containers that agents before this one left, as soon as the engine answers, those that are
    /// kept for work which has ended, too; and ends their commands in other containers. All must outlive it.
    void remove_containers(const DockerAccess& docker, Clock& clock, const AgentLog& log, store::RecordTable& records);

    /// Begins to remove the jobs that agents before this one left in a cluster, as soon as it answers, those that are
    /// kept for work which has ended, too. All must outlive it.
    void remove_jobs(const KubernetesAccess& kubernetes, Clock& clock, const AgentLog& log,
                     store::RecordTable& records);

    /// Whether an agent that was stopped has left containers, or jobs in a cluster, which go on.
    static bool are_containers_left(const StateFolder& folder);
    static bool are_jobs_left(const StateFolder& folder);

    /// For the next agent, as the last word of this one.
    void say_what_is_left(const StateFolder& folder, const DockerAccess& docker, const KubernetesAccess& kubernetes);

    /// The invocation has ended: begins to end what was kept for it, and to remove its folders.
    void forget(const std::string& root);

    /// Waits until all that was begun is done; what an engine that is away has to do is left to the next agent.
    boost::asio::awaitable<void> settled();

private:
    boost::asio::awaitable<void> end_all_of(std::string root);
    boost::asio::awaitable<void> sweep(DockerEngine& engine, Clock& clock, const AgentLog& log,
                                       store::RecordTable& records);
    static boost::asio::awaitable<bool> swept(DockerEngine& engine, const AgentLog& log);
    boost::asio::awaitable<void> sweep_cluster(KubernetesCluster& cluster, Clock& clock, const AgentLog& log,
                                               store::RecordTable& records);

    LocalProcessRunner& processes_;
    TaskGroup endings_;
    TaskGroup sweeps_;
};

} // namespace forager
