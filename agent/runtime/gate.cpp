#include "runtime/gate.hpp"

#include "ports/cancellation.hpp"

namespace forager {

void Gate::open()
{
    shut_ = false;
    waiting_.wake_all();
}

boost::asio::awaitable<void> Gate::opened()
{
    while (shut_) {
        const bool woken = co_await waiting_.wait();
        if (!woken)
            throw_cancelled();
    }
}

} // namespace forager
