// A bounded number of turns, handed out in the order of asking. Lives on the strand; must outlive those who wait.
#pragma once

#include "io/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <utility>

namespace forager {

class Turns {
public:
    Turns(boost::asio::any_io_executor executor, std::size_t count) : executor_{std::move(executor)}, free_{count} {}

    /// Waits for a turn. False: none was taken, because the waiting coroutine was cancelled.
    boost::asio::awaitable<bool> take();
    void give_back();

private:
    boost::asio::any_io_executor executor_;
    std::size_t free_;
    std::deque<Event*> waiting_; // each in the frame of its `take`
};

/// Gives a turn back at the end of a scope.
class TurnHolder {
public:
    explicit TurnHolder(Turns& turns) : turns_{turns} {}
    TurnHolder(const TurnHolder&) = delete;
    TurnHolder& operator=(const TurnHolder&) = delete;
    ~TurnHolder() { turns_.give_back(); }

private:
    Turns& turns_;
};

} // namespace forager
