// A counting semaphore for coroutines of one strand: the higher priority first, and equal ones as they come. Must
// outlive its permits.
#pragma once

#include "ports/intake.hpp"
#include "runtime/wait_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace forager {

class Semaphore {
public:
    explicit Semaphore(std::size_t limit) : limit_{limit} {}

    /// Waits for its turn. Throws `operation_aborted` when cancelled; it has left the queue then.
    boost::asio::awaitable<Permit> permit();

    /// The same without waiting: nothing when there is no room.
    std::optional<Permit> permit_now();

    /// The same without a `Permit`: for those who keep count themselves.
    boost::asio::awaitable<void> take(int priority = 0);
    bool take_now();
    void give_back();

    /// How many may hold it from now on. Those above a lower limit keep what they have.
    void resize(std::size_t limit);

    /// From now on `tell` is called whenever the last one was given back.
    void on_none_held(std::function<void()> tell) { tell_ = std::move(tell); }

    bool has_room() const { return held_ < limit_; }
    std::size_t held() const { return held_; }
    std::size_t waiting() const { return waiters_.size(); }

private:
    std::size_t limit_;
    std::size_t held_ = 0;
    WaitList waiters_;
    std::function<void()> tell_;
};

} // namespace forager
