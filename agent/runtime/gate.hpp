// Where what is neither queued nor lent passes before it begins: timers, watched files, hooks, calls. Shut while the
// agent is drained. One for the agent, on the strand.
#pragma once

#include "base/counted.hpp"
#include "runtime/wait_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace forager {

class Gate {
public:
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
    Counted pass() { return Counted{inside_}; }
    std::size_t inside() const { return inside_; }

private:
    WaitList waiting_;
    std::size_t inside_ = 0;
    bool shut_ = false;
};

/// What those hear who do not wait.
inline constexpr const char* drained = "the agent was drained and begins nothing: 'forager drain --resume' ends that";

} // namespace forager
