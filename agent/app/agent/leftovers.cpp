#include "app/agent/leftovers.hpp"

#include "primitives/docker/engine.hpp"
#include "primitives/kubernetes/left_jobs.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration first_pause = std::chrono::seconds{1};
constexpr Duration longest_pause = std::chrono::minutes{1};

// Files of the state folder.
constexpr const char* containers_left = "kept-containers";
constexpr const char* jobs_left = "kept-jobs";

bool is_there(const std::string& file)
{
    std::error_code unread;
    return std::filesystem::exists(file, unread);
}

void say(const std::string& file, bool is_so)
{
    std::error_code ignored; // the next agent finds out when it first asks the engine or the cluster
    if (is_so)
        std::ofstream{file}.flush();
    else
        std::filesystem::remove(file, ignored);
}

} // namespace

asio::awaitable<bool> Leftovers::bury_the_dead(StateFolder& folder, const AgentLog& log, IsResumed is_resumed)
{
    const bool were_any = !folder.dead().empty();
    for (const ProcessIdentity& dead : folder.dead()) {
        log.warn("the agent of process " + std::to_string(dead.process) +
                 " died: what it left running is ended, unless it is kept, and its work goes on");
        co_await processes_.end_left_by(dead);
    }
    folder.buried();
    co_await processes_.keep_in(folder.at("kept"));
    co_await processes_.scratch_in(folder.at("scratch"), std::move(is_resumed));
    co_return were_any;
}

asio::awaitable<void> Leftovers::end_unclaimed(store::RecordTable& records)
{
    std::set<std::string> roots = processes_.kept_roots();
    roots.merge(processes_.folder_roots());
    for (const std::string& root : roots) {
        const auto record = co_await records.find(root);
        const bool open = !record || (*record && !(*record)->ended);
        if (!open)
            co_await end_all_of(root);
    }
}

void Leftovers::remove_containers(const DockerAccess& docker, Clock& clock, const AgentLog& log,
                                  store::RecordTable& records)
{
    const auto engine = docker();
    if (engine)
        sweeps_.spawn("containers", sweep(**engine, clock, log, records));
}

asio::awaitable<void> Leftovers::sweep(DockerEngine& engine, Clock& clock, const AgentLog& log,
                                       store::RecordTable& records)
{
    Duration pause = first_pause;
    while (!co_await swept(engine, log)) {
        co_await sleep_for(clock, pause);
        pause = std::min(2 * pause, longest_pause);
    }
    co_await end_unclaimed(records);
}

asio::awaitable<bool> Leftovers::swept(DockerEngine& engine, const AgentLog& log)
{
    const auto containers = co_await engine.sweep();
    if (containers && *containers > 0)
        log.warn("an agent before this one left containers running: they are removed", {{"containers", *containers}});
    if (!containers)
        co_return false;
    const auto commands = co_await engine.sweep_commands();
    if (commands && *commands > 0)
        log.warn("an agent before this one left commands running in containers: they are ended",
                 {{"commands", *commands}});
    co_return commands.has_value();
}

void Leftovers::remove_jobs(const KubernetesAccess& kubernetes, Clock& clock, const AgentLog& log,
                            store::RecordTable& records)
{
    const auto cluster = kubernetes();
    if (cluster)
        sweeps_.spawn("jobs", sweep_cluster(**cluster, clock, log, records));
}

asio::awaitable<void> Leftovers::sweep_cluster(KubernetesCluster& cluster, Clock& clock, const AgentLog& log,
                                               store::RecordTable& records)
{
    auto jobs = co_await kubernetes_work::sweep_jobs(cluster);
    for (Duration pause = first_pause; jobs.has_error(); pause = std::min(2 * pause, longest_pause)) {
        co_await sleep_for(clock, pause);
        jobs = co_await kubernetes_work::sweep_jobs(cluster);
    }
    if (*jobs > 0)
        log.warn("an agent before this one left jobs in the cluster: they are removed", {{"jobs", *jobs}});
    co_await end_unclaimed(records);
}

bool Leftovers::are_containers_left(const StateFolder& folder)
{
    return is_there(folder.at(containers_left));
}

bool Leftovers::are_jobs_left(const StateFolder& folder)
{
    return is_there(folder.at(jobs_left));
}

void Leftovers::say_what_is_left(const StateFolder& folder, const DockerAccess& docker,
                                 const KubernetesAccess& kubernetes)
{
    const auto engine = docker();
    const bool knows_engine = engine && (*engine)->has_swept();
    say(folder.at(containers_left), knows_engine ? !(*engine)->kept()->roots().empty() : are_containers_left(folder));
    const auto cluster = kubernetes();
    const bool knows_cluster = cluster && (*cluster)->has_swept();
    say(folder.at(jobs_left), knows_cluster ? !(*cluster)->kept()->roots().empty() : are_jobs_left(folder));
}

void Leftovers::forget(const std::string& root)
{
    if (processes_.kept_roots().contains(root) || processes_.folder_roots().contains(root))
        endings_.spawn(root, end_all_of(root));
}

asio::awaitable<void> Leftovers::settled()
{
    sweeps_.cancel();
    co_await sweeps_.emptied();
    co_await endings_.emptied();
}

asio::awaitable<void> Leftovers::end_all_of(std::string root)
{
    KeptOf whose{root, "", "", false};
    co_await processes_.end_kept(std::move(whose));
    co_await processes_.remove_folders(std::move(root));
}

} // namespace forager
