#include "io/http/server/outgoing.hpp"

#include "ports/within.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;

namespace {

// As much as the kernel takes now. Negative: nothing can be sent any more.
ssize_t send_now(Socket& socket, std::string_view bytes)
{
    const ssize_t sent = ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

asio::awaitable<void> writable(Socket& socket)
{
    co_await socket.async_wait(Socket::wait_write, asio::use_awaitable);
}

} // namespace

asio::awaitable<bool> Outgoing::send(std::string bytes)
{
    std::string_view rest{bytes};
    while (!rest.empty()) {
        const ssize_t sent = send_now(socket_, rest);
        if (sent < 0)
            co_return false;
        rest.remove_prefix(static_cast<std::size_t>(sent));
        if (sent > 0)
            continue;
        const bool in_time = co_await within(clock_, clock_.now() + limit_, writable(socket_));
        if (!in_time)
            co_return false;
    }
    co_return true;
}

} // namespace forager::http
