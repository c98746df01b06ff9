// Something that happens and that coroutines wait for. Lives on the strand; must outlive its waiters.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace forager {

class Event {
public:
    explicit Event(const boost::asio::any_io_executor& executor)
        : waiters_{executor, boost::asio::steady_timer::time_point::max()}
    {
    }

    void set()
    {
        happened_ = true;
        waiters_.cancel();
    }

    void clear() { happened_ = false; }
    bool happened() const { return happened_; }

    /// Returns when it has happened, or when the waiting coroutine is cancelled: ask `happened()`.
    boost::asio::awaitable<void> wait()
    {
        boost::system::error_code ignored;
        if (!happened_)
            co_await waiters_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }

private:
    boost::asio::steady_timer waiters_; // never expires; its cancellation wakes all
    bool happened_ = false;
};

} // namespace forager
