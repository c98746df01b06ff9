#include "app/agent/leftovers.hpp"

#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> Leftovers::bury_the_dead(StateFolder& folder, const AgentLog& log, IsResumed is_resumed)
{
    for (const ProcessIdentity& dead : folder.dead()) {
        log.warn("the agent of process " + std::to_string(dead.process) +
                 " died: what it left running is ended, unless it is kept, and its work goes on");
        co_await processes_.end_left_by(dead);
    }
    folder.buried();
    co_await processes_.keep_in(folder.at("kept"));
    co_await processes_.scratch_in(folder.at("scratch"), std::move(is_resumed));
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

void Leftovers::forget(const std::string& root)
{
    if (processes_.kept_roots().contains(root) || processes_.folder_roots().contains(root))
        endings_.spawn(root, end_all_of(root));
}

asio::awaitable<void> Leftovers::end_all_of(std::string root)
{
    KeptOf whose{root, "", "", false};
    co_await processes_.end_kept(std::move(whose));
    co_await processes_.remove_folders(std::move(root));
}

} // namespace forager
