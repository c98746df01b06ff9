#include "io/http/server/outgoing.hpp"

#include "ports/within.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <string_view>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> writable(Socket& socket)
{
    co_await socket.async_wait(Socket::wait_write, asio::use_awaitable);
}

} // namespace

asio::awaitable<bool> Outgoing::send(std::string bytes)
{
    std::string_view rest{bytes};
    while (!rest.empty()) {
        const ssize_t sent = wire_.write(rest);
        if (sent == broken)
            co_return false;
        if (sent != not_now) {
            rest.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        const bool in_time = co_await within(clock_, clock_.now() + limit_, writable(socket_));
        if (!in_time)
            co_return false;
    }
    co_return true;
}

} // namespace forager::http
