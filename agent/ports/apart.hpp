// Work in a coroutine of its own: what it does to its cancellation state stays unseen by the caller. Used by whoever
// decides himself what cancels his work, on the caller's strand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <optional>
#include <utility>

namespace forager {

/// Ends with the work, and throws what it throws. A cancellation of the caller reaches the work.
boost::asio::awaitable<void> apart(boost::asio::any_io_executor executor, boost::asio::awaitable<void> work);

/// The same, but the work hears `slot` instead of the caller's.
boost::asio::awaitable<void> apart(boost::asio::any_io_executor executor, boost::asio::awaitable<void> work,
                                   boost::asio::cancellation_slot slot);

namespace detail {

template <class T> boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& kept)
{
    T value = co_await std::move(work);
    kept.emplace(std::move(value));
}

} // namespace detail

template <class T>
boost::asio::awaitable<T> apart(boost::asio::any_io_executor executor, boost::asio::awaitable<T> work)
{
    std::optional<T> value;
    co_await apart(std::move(executor), detail::keep(std::move(work), value));
    co_return std::move(*value);
}

} // namespace forager
