#include "app/agent/leftovers.hpp"

#include "primitives/docker/engine.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration first_pause = std::chrono::seconds{1};
constexpr Duration longest_pause = std::chrono::minutes{1};

asio::awaitable<void> remove_left_containers(DockerEngine& engine, Clock& clock, const AgentLog& log)
{
    for (Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        const auto swept = co_await engine.sweep();
        if (swept && *swept > 0)
            log.warn("an agent before this one left containers running: they are removed", {{"containers", *swept}});
        if (swept)
            co_return;
        co_await sleep_for(clock, pause);
    }
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

void Leftovers::remove_containers(const DockerAccess& docker, Clock& clock, const AgentLog& log)
{
    const auto engine = docker();
    if (engine)
        sweeps_.spawn("containers", remove_left_containers(**engine, clock, log));
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
