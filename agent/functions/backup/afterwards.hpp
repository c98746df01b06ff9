// What must be done at the end of work, also when it was cancelled.
#pragma once

#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace forager::backup {

enum class After { always, failure };

/// The work's result; then `last` was done, whose own failure is nobody's business.
template <class T>
boost::asio::awaitable<Result<T>> afterwards(boost::asio::awaitable<Result<T>> work,
                                             boost::asio::awaitable<Result<void>> last, After when)
{
    std::optional<Result<T>> result;
    std::exception_ptr thrown;
    try {
        result.emplace(co_await std::move(work));
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await boost::asio::this_coro::reset_cancellation_state();
    if (thrown || !*result || when == After::always)
        (void)co_await std::move(last);
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*result);
}

} // namespace forager::backup
