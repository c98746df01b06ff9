#include "app/agent/leftovers.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> Leftovers::bury_the_dead(StateFolder& folder, const AgentLog& log)
{
    for (const ProcessIdentity& dead : folder.dead()) {
        log.warn("the agent of process " + std::to_string(dead.process) +
                 " died: what it left running is ended, unless it is kept, and its work goes on");
        co_await processes_.end_left_by(dead);
    }
    folder.buried();
    co_await processes_.keep_in(folder.at("kept"));
}

asio::awaitable<void> Leftovers::end_unclaimed(store::RecordTable& records)
{
    for (const std::string& root : processes_.kept_roots()) {
        const auto record = co_await records.find(root);
        const bool open = !record || (*record && !(*record)->ended);
        if (open)
            continue;
        KeptOf whose{root, "", "", false};
        co_await processes_.end_kept(std::move(whose));
    }
}

void Leftovers::forget(const std::string& root)
{
    if (processes_.kept_roots().contains(root))
        endings_.spawn(root, processes_.end_kept({root, "", "", false}));
}

} // namespace forager
