// Has a script's handler called for messages that come fast: many in a row in one task, one Lua call for each. A call
// that waits keeps the task for itself, and the messages behind it go on in another one; so handlers begin in the order
// of the messages, and those that wait go on side by side. One for each handler, on the strand.
#pragma once

#include "io/event.hpp"
#include "ports/broker.hpp"
#include "runtime/gate.hpp"
#include "runtime/task_group.hpp"
#include "scripting/script.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager::scripting {

class Listener : public std::enable_shared_from_this<Listener> {
public:
    struct Limits {
        std::size_t waiting = 100'000;                     ///< messages that wait for their call; more are dropped
        std::size_t bytes = std::size_t{64} * 1024 * 1024; ///< that they may hold
        std::size_t at_once = 256;                         ///< calls that go on
    };

    /// All must outlive it.
    struct Parts {
        TaskGroup& calls; ///< what runs; when it is cancelled, no message is handled any more
        Gate& gate;       ///< nothing begins while it is shut
        Clock& clock;
        Observer& observer;
        std::function<void(const Invocation& call, const Failure& failure)> failed;
        std::function<void(const std::string& message)> tell; ///< hears what an operator should
        std::function<std::string()> fresh_id;
    };

    Listener(std::shared_ptr<Script> script, Watcher watcher, Parts parts, Limits limits);
    ~Listener();

    /// Takes the messages; drops and counts what there is no room for.
    void deliver(std::vector<BrokerMessage> messages);

    /// Returns when more may be delivered without a pile of what is only being computed: nothing is to be gained by
    /// waiting while calls wait for something.
    boost::asio::awaitable<void> eased();

    /// For the library: pushes the next message as a table, or nothing when this turn is over.
    int take(lua_State* L, std::int64_t turn);

    const Watcher& watcher() const { return watcher_; }
    const Script& script() const { return *script_; }
    std::size_t waiting() const { return messages_.size(); }
    std::size_t calls() const { return calls_; }
    std::uint64_t handled() const { return handled_; }
    std::uint64_t dropped() const { return dropped_; }

private:
    std::string place() const;
    void begin();
    void drop();
    void tell_of_drops();
    void tell_of_failure(const Invocation& call, const Failure& failure);
    void leave(std::int64_t turn);
    boost::asio::awaitable<void> serve(std::shared_ptr<Listener> self, std::int64_t turn);

    std::shared_ptr<Script> script_;
    Watcher watcher_;
    Parts parts_;
    Limits limits_;
    std::deque<BrokerMessage> messages_;
    BrokerMessage taking_;
    std::size_t bytes_ = 0;
    std::size_t calls_ = 0;
    std::int64_t turn_ = 0; // whose messages they are; 0: nobody's
    std::size_t taken_ = 0; // in this turn
    Event eased_;
    std::uint64_t handled_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t untold_ = 0; // drops
    std::optional<TimePoint> told_;
    std::uint64_t silent_failures_ = 0;
    std::optional<TimePoint> failure_told_;
};

} // namespace forager::scripting
