#include "runtime/signals.hpp"

#include "ports/cancellation.hpp"

#include <utility>

namespace forager {

Signals::Listener::Listener(Signals& signals, std::string root)
    : signals_{signals}, place_{signals.listeners_.emplace(std::move(root), this)}
{
}

Signals::Listener::~Listener()
{
    signals_.listeners_.erase(place_);
}

boost::asio::awaitable<void> Signals::Listener::next()
{
    while (!std::exchange(heard_, false)) {
        const bool woken = co_await waiters_.wait();
        if (!woken)
            throw_cancelled();
    }
}

void Signals::sent(std::string_view root)
{
    const auto [first, end] = listeners_.equal_range(root);
    for (auto at = first; at != end; ++at) {
        at->second->heard_ = true;
        at->second->waiters_.wake_all();
    }
}

} // namespace forager
