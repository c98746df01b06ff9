#include "scripting/line_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

void throw_if_cancelled(const boost::system::error_code& error)
{
    if (error == asio::error::operation_aborted || error == asio::experimental::error::channel_cancelled)
        throw boost::system::system_error{asio::error::operation_aborted};
}

} // namespace

asio::awaitable<void> LineQueue::line(Stream stream, std::string text)
{
    Line line{stream, std::move(text)};
    auto sent = co_await channel_.async_send({}, std::move(line), asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(std::get<0>(sent)); // a closed queue takes what comes late and drops it
}

asio::awaitable<std::optional<LineQueue::Line>> LineQueue::next()
{
    auto received = co_await channel_.async_receive(asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(std::get<0>(received));
    if (std::get<0>(received))
        co_return std::nullopt;
    co_return std::move(std::get<1>(received));
}

} // namespace forager::scripting
