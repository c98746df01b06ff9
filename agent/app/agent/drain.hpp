// The agent drained: it begins nothing more, whoever asks for it, and what runs is waited for. One for the agent, on
// the strand.
#pragma once

#include "io/event.hpp"
#include "runtime/gate.hpp"
#include "runtime/scheduler.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>

namespace forager {

class Drain {
public:
    /// All must outlive it.
    struct Parts {
        Gate& gate;
        Scheduler& scheduler;
        std::function<void()> pause;  ///< no source begins anything from now on
        std::function<void()> resume; ///< they do again
        std::function<bool()> busy;   ///< whether work of a source runs, or may begin all the same
    };

    Drain(const boost::asio::any_io_executor& executor, Parts parts);
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;
    ~Drain();

    /// Returns when nothing runs. Nothing begins until `resume`, also when it is cancelled before.
    boost::asio::awaitable<void> run();

    void resume();

private:
    bool is_busy() const { return parts_.gate.inside() > 0 || parts_.busy(); }

    Parts parts_;
    Event less_; // runs than before
};

} // namespace forager
