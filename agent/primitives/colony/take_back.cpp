#include "primitives/colony/take_back.hpp"

#include "ports/within.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> take_back(Clock& clock, asio::awaitable<Result<void>> cancelling)
{
    constexpr Duration longest = std::chrono::seconds{5};
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const TimePoint deadline = clock.now() + longest;
    const auto done = co_await within(clock, deadline, std::move(cancelling));
    (void)done; // what has ended meanwhile is refused, and is no loss
}

} // namespace forager
