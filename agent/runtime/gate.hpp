// Where what is neither queued nor lent passes before it begins: timers, watched files, hooks, calls. Shut while the
// agent is drained. One for the agent, on the strand.
#pragma once

#include "runtime/wait_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <utility>

namespace forager {

class Gate {
public:
    class Inside;

    Gate() = default;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate() = default;

    void shut() { shut_ = true; }
    void open();
    bool is_shut() const { return shut_; }

    /// Waits until it is open. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<void> opened();

    /// Who has passed is inside as long as this lives. Must not outlive the gate.
    Inside pass();
    std::size_t inside() const { return inside_; }

    /// From now on `tell` is called whenever the last one inside has left; nothing: nobody is.
    void on_emptied(std::function<void()> tell) { tell_ = std::move(tell); }

private:
    WaitList waiting_;
    std::function<void()> tell_;
    std::size_t inside_ = 0;
    bool shut_ = false;
};

/// One who has passed.
class Gate::Inside {
public:
    explicit Inside(Gate& gate) : gate_{gate} { ++gate_.inside_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside()
    {
        if (--gate_.inside_ == 0 && gate_.tell_)
            gate_.tell_();
    }

private:
    Gate& gate_;
};

inline Gate::Inside Gate::pass()
{
    return Inside{*this};
}

/// What those hear who do not wait.
inline constexpr const char* drained = "the agent was drained and begins nothing: 'forager drain --resume' ends that";

} // namespace forager
