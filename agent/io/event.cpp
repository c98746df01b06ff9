#include "io/event.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace forager {

namespace asio = boost::asio;

Event::Event(const asio::any_io_executor& executor) : waiters_{executor, asio::steady_timer::time_point::max()} {}

Event::Event(Event&& other) noexcept = default;

Event::~Event() = default;

void Event::set()
{
    happened_ = true;
    waiters_.cancel();
}

asio::awaitable<void> Event::wait()
{
    boost::system::error_code ignored;
    if (!happened_)
        co_await waiters_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

} // namespace forager
