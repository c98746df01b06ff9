#include "runtime/task_group.hpp"

#include "ports/cancellation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// A turn of the loop first: a chain of tasks that each begin the next one must not pile up on the stack.
asio::awaitable<void> at_next_turn(asio::any_io_executor executor, asio::awaitable<void> work)
{
    co_await asio::post(executor, asio::use_awaitable);
    co_await std::move(work);
}

} // namespace

void TaskGroup::spawn(std::string name, asio::awaitable<void> work)
{
    const auto child = children_.emplace(children_.end());
    child->name = std::move(name);
    asio::co_spawn(executor_, at_next_turn(executor_, std::move(work)),
                   asio::bind_cancellation_slot(child->signal.slot(), [this, child](const std::exception_ptr& thrown) {
                       ended(child, thrown);
                   }));
    if (cancelled_)
        cancel(*child);
}

void TaskGroup::cancel(Child& child)
{
    child.cancelled = true;
    child.signal.emit(asio::cancellation_type::terminal);
}

void TaskGroup::cancel()
{
    cancelled_ = true;
    for (Child& child : children_)
        cancel(child);
}

bool TaskGroup::cancel(std::string_view name)
{
    bool found = false;
    for (Child& child : children_) {
        if (child.name != name)
            continue;
        cancel(child);
        found = true;
    }
    return found;
}

void TaskGroup::ended(Children::iterator child, const std::exception_ptr& thrown)
{
    const bool expected = !thrown || (child->cancelled && is_cancellation(thrown));
    children_.erase(child);
    if (!expected && !thrown_) {
        thrown_ = thrown;
        cancel();
    }
    if (children_.empty())
        idle_.wake_all();
}

asio::awaitable<void> TaskGroup::emptied()
{
    while (!children_.empty()) {
        const bool woken = co_await idle_.wait();
        if (!woken)
            throw_cancelled();
    }
}

asio::awaitable<void> TaskGroup::join()
{
    const auto state = co_await asio::this_coro::cancellation_state;
    bool cancelled = false;
    while (!children_.empty()) {
        if (!cancelled && state.cancelled() != asio::cancellation_type::none) {
            cancelled = true;
            cancel();
        }
        (void)co_await idle_.wait();
    }
    co_await asio::this_coro::throw_if_cancelled(true);
    if (thrown_)
        std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (cancelled)
        throw_cancelled();
}

} // namespace forager
