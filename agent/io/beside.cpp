#include "io/beside.hpp"

#include "io/event.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> beside(asio::awaitable<void> company, asio::awaitable<void> work)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::cancellation_signal dismissal;
    Event gone{executor};
    std::exception_ptr thrown;
    // Both are coroutines of their own, so that a cancellation of the caller's ends the work, and not the goodbye.
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::co_spawn(executor, std::move(company),
                   asio::bind_cancellation_slot(dismissal.slot(), [&gone](const std::exception_ptr&) { gone.set(); }));
    try {
        co_await apart(executor, std::move(work));
    } catch (...) {
        thrown = std::current_exception();
    }
    dismissal.emit(asio::cancellation_type::terminal);
    while (!gone.happened())
        co_await gone.wait();
    co_await asio::this_coro::throw_if_cancelled(true);
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace forager
