// Coroutines that belong to somebody: begun at any time, cancelled and waited for together. Used on one strand.
#pragma once

#include "runtime/wait_list.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <list>
#include <string>
#include <string_view>

namespace forager {

/// Must be empty when it is destroyed, or outlive the loop that its coroutines are on.
class TaskGroup {
public:
    explicit TaskGroup(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup() = default;

    /// Begins `work` at the next turn of the loop. One that is cancelled before that does not begin.
    void spawn(std::string name, boost::asio::awaitable<void> work);

    /// Asks all to end. What is spawned after that does not begin.
    void cancel();

    /// Asks those of this name to end. Returns whether there were any.
    bool cancel(std::string_view name);
    bool cancelled() const { return cancelled_; }

    /// Waits until nothing runs. Throws `operation_aborted` when the waiting is cancelled; the group goes on.
    boost::asio::awaitable<void> emptied();

    /// For a group in a coroutine's own frame: a cancellation of the caller cancels the group, and this returns or
    /// throws only when nothing runs any more. It rethrows what one of the coroutines threw. The caller switches
    /// `throw_if_cancelled` off before it spawns, so that no cancellation comes between; this switches it on again.
    boost::asio::awaitable<void> join();

    bool empty() const { return children_.empty(); }
    std::size_t size() const { return children_.size(); }

private:
    struct Child {
        std::string name;
        boost::asio::cancellation_signal signal;
        bool cancelled = false;
    };
    using Children = std::list<Child>;

    static void cancel(Child& child);
    void ended(Children::iterator child, const std::exception_ptr& thrown);

    boost::asio::any_io_executor executor_;
    Children children_;
    WaitList idle_;
    std::exception_ptr thrown_;
    bool cancelled_ = false;
};

} // namespace forager
