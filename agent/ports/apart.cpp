#include "ports/apart.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> apart(asio::any_io_executor executor, asio::awaitable<void> work)
{
    co_await asio::co_spawn(executor, std::move(work), asio::use_awaitable);
}

asio::awaitable<void> apart(asio::any_io_executor executor, asio::awaitable<void> work, asio::cancellation_slot slot)
{
    co_await asio::co_spawn(executor, std::move(work), asio::bind_cancellation_slot(slot, asio::use_awaitable));
}

} // namespace forager
