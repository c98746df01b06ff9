#include "control/watchers.hpp"

#include "ports/cancellation.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

void Watchers::tell(const std::string& id, News news)
{
    const auto [first, last] = watching_.equal_range(id);
    for (auto at = first; at != last; ++at) {
        Watcher& watcher = *at->second;
        if (news == News::line && watcher.wanted_ == News::end)
            continue;
        watcher.told_ = true;
        watcher.waiting_.wake_all();
    }
}

Watchers::Watcher::Watcher(Watchers& watchers, std::string id, News wanted)
    : watchers_{watchers}, wanted_{wanted}, place_{watchers.watching_.emplace(std::move(id), this)}
{
}

Watchers::Watcher::~Watcher()
{
    watchers_.watching_.erase(place_);
}

asio::awaitable<void> Watchers::Watcher::news()
{
    while (!std::exchange(told_, false)) {
        const bool woken = co_await waiting_.wait();
        if (!woken)
            throw_cancelled();
    }
}

} // namespace forager::control
