// What computes for long goes on when nothing else can: between any two pieces of it, all that waits for the loop is
// done first. One for each loop, on the strand; an io_context must be behind the executors.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <functional>

namespace forager::scripting {

class SpareTime {
public:
    SpareTime() = default;
    SpareTime(const SpareTime&) = delete;
    SpareTime& operator=(const SpareTime&) = delete;

    /// Calls `piece` once, after those that came before.
    void post(const boost::asio::any_io_executor& executor, std::function<void()> piece);

    /// Forgets what has not been called yet.
    void clear() { pieces_.clear(); }

private:
    void serve(const boost::asio::any_io_executor& executor);

    std::deque<std::function<void()>> pieces_;
    bool serving_ = false; // or about to
};

} // namespace forager::scripting
