#include "ports/under_alarm.hpp"

#include <boost/asio/this_coro.hpp>

#include <exception>

namespace forager::detail {

namespace asio = boost::asio;

asio::awaitable<void> under_alarm(Alarm& alarm, asio::awaitable<void> work)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto state = co_await asio::this_coro::cancellation_state;
    std::exception_ptr thrown;
    // The work listens to the alarm instead of the caller's slot, so the alarm passes the caller's cancellation on.
    auto caller = state.slot();
    if (caller.is_connected()) // else nobody can cancel the caller
        caller.assign([&alarm](asio::cancellation_type type) { alarm.cancel(type); });
    try {
        co_await apart(executor, std::move(work), alarm.slot());
    } catch (...) {
        thrown = std::current_exception();
    }
    if (caller.is_connected())
        caller.clear();
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace forager::detail
