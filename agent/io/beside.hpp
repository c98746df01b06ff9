// Work that has company: another coroutine runs beside it and ends with it. Used by whoever listens while he looks, on
// the caller's strand.
#pragma once

#include "io/event.hpp"
#include "ports/under_alarm.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace forager {

/// The work's value. `company` is cancelled when the work has ended, however that was, and is gone before this returns
/// or throws; what it throws itself is nobody's business.
template <class T>
boost::asio::awaitable<T> beside(boost::asio::awaitable<void> company, boost::asio::awaitable<T> work)
{
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    asio::cancellation_signal dismissal;
    Event gone{executor};
    std::optional<T> value;
    std::exception_ptr thrown;
    // Both are coroutines of their own, so that a cancellation of the caller's ends the work, and not the goodbye.
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::co_spawn(executor, std::move(company),
                   asio::bind_cancellation_slot(dismissal.slot(), [&gone](const std::exception_ptr&) { gone.set(); }));
    try {
        co_await asio::co_spawn(executor, detail::keep(std::move(work), value), asio::use_awaitable);
    } catch (...) {
        thrown = std::current_exception();
    }
    dismissal.emit(asio::cancellation_type::terminal);
    while (!gone.happened())
        co_await gone.wait();
    co_await asio::this_coro::throw_if_cancelled(true);
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*value);
}

} // namespace forager
