// Coroutines that work side by side for one owner: it starts them, may cancel them, and waits for all of them before it
// goes. Lives on the strand, and must outlive its members: the owner's last word is `dismiss`.
#pragma once

#include "io/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <utility>

namespace forager {

class Crew {
public:
    /// `on_trouble` hears that a member threw; the first exception is kept.
    Crew(const boost::asio::any_io_executor& executor, std::function<void()> on_trouble)
        : executor_{executor}, on_trouble_{std::move(on_trouble)}, idle_{executor}
    {
        idle_.set();
    }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    void start(boost::asio::awaitable<void> member);

    /// Asks all members to end; what they throw from now on is their way of doing so.
    void cancel();

    /// Cancels all members and returns when they have ended, whether the caller is cancelled or not.
    boost::asio::awaitable<void> dismiss();

    /// Returns when all members have ended, or when the caller is cancelled: ask `idle()`.
    boost::asio::awaitable<void> join() { return idle_.wait(); }

    bool idle() const { return running_ == 0; }
    std::exception_ptr trouble() const { return trouble_; }

private:
    void ended(std::exception_ptr thrown);

    boost::asio::any_io_executor executor_;
    std::function<void()> on_trouble_;
    Event idle_;
    std::list<boost::asio::cancellation_signal> signals_;
    std::size_t running_ = 0;
    bool cancelled_ = false;
    std::exception_ptr trouble_;
};

} // namespace forager
