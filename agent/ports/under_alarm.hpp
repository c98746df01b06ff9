// Work that hears an alarm instead of its caller: what every limit of time is made of. Used by `within` and
// `with_grace`, on the caller's strand.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace forager::detail {

template <class T> boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& kept)
{
    T value = co_await std::move(work);
    kept.emplace(std::move(value));
}

/// The work's value, or what it throws. The alarm's `slot()` cancels the work, and its `cancel(type)` hears of a
/// cancellation of the caller. The work is gone when this ends.
template <class Alarm, class T> boost::asio::awaitable<T> under_alarm(Alarm& alarm, boost::asio::awaitable<T> work)
{
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    const auto state = co_await asio::this_coro::cancellation_state;
    std::optional<T> value;
    std::exception_ptr thrown;
    // The work listens to the alarm instead of the caller's slot, so the alarm passes the caller's cancellation on.
    auto caller = state.slot();
    if (caller.is_connected()) // else nobody can cancel the caller
        caller.assign([&alarm](asio::cancellation_type type) { alarm.cancel(type); });
    try {
        co_await asio::co_spawn(executor, keep(std::move(work), value),
                                asio::bind_cancellation_slot(alarm.slot(), asio::use_awaitable));
    } catch (...) {
        thrown = std::current_exception();
    }
    if (caller.is_connected())
        caller.clear();
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*value);
}

} // namespace forager::detail
