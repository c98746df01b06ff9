// Suspended coroutines, the higher priority first, and equal ones in the order in which they began to wait: what
// semaphores and joins are made of. Used on one strand.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>

namespace forager {

class WaitList {
public:
    class Waiter;

    WaitList() = default;
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;
    ~WaitList() = default;

    /// True when it was woken, false when it was cancelled. Who was woken hears nothing of a later cancellation here,
    /// so what comes with being woken is never lost.
    boost::asio::awaitable<bool> wait(int priority = 0);

    /// Wakes the first; false when nobody waits.
    bool wake_one();
    void wake_all();

    std::size_t size() const { return waiters_.size(); }

private:
    std::list<std::shared_ptr<Waiter>> waiters_;
};

} // namespace forager
