// How a caller that is cancelled takes back what was begun for it in the colony. Part of the colony primitive.
#pragma once

#include "core/failure.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace forager {

/// What a submission may still take when its caller is cancelled: what nobody knows of could not be taken back.
inline constexpr Duration grace_for_submission = std::chrono::seconds{2};

/// Tells the server, which may take some seconds and no more. Only for a coroutine that ends after it: from here on
/// nothing cancels it.
boost::asio::awaitable<void> take_back(Clock& clock, boost::asio::awaitable<Result<void>> cancelling);

} // namespace forager
