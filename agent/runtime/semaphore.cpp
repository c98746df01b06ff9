#include "runtime/semaphore.hpp"

#include "ports/cancellation.hpp"

namespace forager {

namespace asio = boost::asio;

asio::awaitable<Permit> Semaphore::permit()
{
    co_await take();
    co_return Permit{[this] { give_back(); }};
}

std::optional<Permit> Semaphore::permit_now()
{
    if (!take_now())
        return {};
    return Permit{[this] { give_back(); }};
}

bool Semaphore::take_now()
{
    const bool fits = has_room();
    held_ += fits ? 1 : 0;
    return fits;
}

asio::awaitable<void> Semaphore::take(int priority)
{
    if (take_now())
        co_return;
    const bool woken = co_await waiters_.wait(priority);
    if (!woken)
        throw_cancelled();
}

void Semaphore::give_back()
{
    // Handed on without being free in between, so that nobody overtakes the queue.
    if (held_ > limit_ || !waiters_.wake_one())
        --held_;
    if (held_ == 0 && tell_)
        tell_();
}

void Semaphore::resize(std::size_t limit)
{
    limit_ = limit;
    while (has_room() && waiters_.wake_one())
        ++held_;
}

} // namespace forager
