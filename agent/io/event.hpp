// Something that happens and that coroutines wait for. Lives on the strand; must outlive its waiters.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace forager {

class Event {
public:
    explicit Event(const boost::asio::any_io_executor& executor);
    Event(Event&& other) noexcept; ///< while nobody waits
    ~Event();

    void set();
    void clear() { happened_ = false; }
    bool happened() const { return happened_; }

    /// Returns when it has happened, or when the waiting coroutine is cancelled: ask `happened()`.
    boost::asio::awaitable<void> wait();

private:
    boost::asio::steady_timer waiters_; // never expires; its cancellation wakes all
    bool happened_ = false;
};

} // namespace forager
