// Keeps the agent's loops alive: each is begun again after it failed, and all are stopped in reverse order. Owned by
// the composition root, used on the strand. Must be stopped before it is destroyed, or outlive the loop of events.
#pragma once

#include "core/retry.hpp"
#include "ports/clock.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

struct RestartPolicy {
    Duration shortest = std::chrono::milliseconds{500}; ///< the first pause is drawn from 0 to this
    Duration longest = std::chrono::seconds{60};
    Duration healthy = std::chrono::minutes{1}; ///< a loop that ran so long begins with the shortest pause again
    bool after_return = true;                   ///< whether a loop that returns is begun again, too
};

enum class LoopState { running, sleeping, ended };

std::string_view name_of(LoopState state);

struct LoopStatus {
    std::string name;
    LoopState state = LoopState::running;
    std::size_t restarts = 0;
    std::string last_error; ///< what ended it the last time, or what it said of itself; empty: nothing did
    TimePoint since{};      ///< when it came into this state
    TimePoint alive{};      ///< when its code last ran: the last sign of life
    Duration back_off{};    ///< while it sleeps: how long it does, from `since` on
};

class Supervisor {
public:
    using Loop = std::function<boost::asio::awaitable<void>()>;

    Supervisor(boost::asio::any_io_executor executor, Clock& clock, Random& random);

    /// `loop` is called once for each run; what it refers to must outlive the supervisor.
    void start(std::string name, Loop loop, RestartPolicy policy = {});

    /// Cancels the loops of this name and waits for their end; they are forgotten.
    boost::asio::awaitable<void> end(std::string name);

    /// What the loops of this name last did went wrong like this, and they go on; empty: it went well. Returns whether
    /// that is news.
    bool report(std::string_view name, const std::string& error);

    /// In the order of starting.
    std::vector<LoopStatus> list() const;

    /// Cancels the loops in reverse order of starting and waits for each before the next. Nothing can be started after.
    boost::asio::awaitable<void> stop();

private:
    struct Supervised {
        Supervised(std::string name, Loop code, RestartPolicy restarts, const boost::asio::any_io_executor& executor,
                   const Clock& clock);

        LoopStatus status;
        std::shared_ptr<TimePoint> alive;
        Loop loop;
        RestartPolicy policy;
        TaskGroup group; // of one
        bool ending = false;
    };

    boost::asio::awaitable<void> supervise(Supervised& one);
    boost::asio::awaitable<bool> run_once(Supervised& one);
    void enter(Supervised& one, LoopState state) const;

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Random& random_;
    std::list<Supervised> loops_;
    bool stopped_ = false;
};

} // namespace forager
