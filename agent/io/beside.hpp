// Work that has company: another coroutine runs beside it and ends with it. Used by whoever listens while he looks, on
// the caller's strand.
#pragma once

#include "ports/apart.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <utility>

namespace forager {

/// Ends with the work, and throws what it throws. `company` is cancelled when the work has ended, however that was, and
/// is gone before this returns or throws; what it throws itself is nobody's business.
boost::asio::awaitable<void> beside(boost::asio::awaitable<void> company, boost::asio::awaitable<void> work);

/// The work's value.
template <class T>
boost::asio::awaitable<T> beside(boost::asio::awaitable<void> company, boost::asio::awaitable<T> work)
{
    std::optional<T> value;
    co_await beside(std::move(company), detail::keep(std::move(work), value));
    co_return std::move(*value);
}

} // namespace forager
