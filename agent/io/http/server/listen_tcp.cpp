#include "io/http/server/listening.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace forager::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Failure cannot_listen(const std::string& place, int error)
{
    const std::string attempt = "cannot listen on " + place;
    if (error == EADDRINUSE)
        return {Errc::refused, attempt + ": another program does; stop it, or choose another port"};
    if (error == EADDRNOTAVAIL)
        return {Errc::refused, attempt + ": this machine does not have the address"};
    if (error == EACCES)
        return {Errc::refused, attempt + ": this user may not; choose a port from 1024 on"};
    return system_failure(attempt, error);
}

std::string text_of(const asio::ip::address& address, std::uint16_t port)
{
    const std::string host = address.to_string();
    return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool set(int socket, int level, int option)
{
    const int on = 1;
    return ::setsockopt(socket, level, option, &on, sizeof on) == 0;
}

bool bind_and_listen(int socket, const tcp::endpoint& endpoint)
{
    // A port that clients of the agent before us still linger on is free.
    return set(socket, SOL_SOCKET, SO_REUSEADDR) &&
           (endpoint.address().is_v4() || set(socket, IPPROTO_IPV6, IPV6_V6ONLY)) &&
           ::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0 &&
           ::listen(socket, SOMAXCONN) == 0;
}

std::uint16_t port_of(int socket)
{
    tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getsockname(socket, endpoint.data(), &size) != 0)
        return 0;
    endpoint.resize(size);
    return endpoint.port();
}

} // namespace

Result<Listening> listen_at_address(const std::string& address, std::uint16_t port)
{
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        return Failure{Errc::bad_arguments, "'" + address + "' is not an IP address to listen on, such as 127.0.0.1"};
    const tcp::endpoint endpoint{ip, port};
    Listening result;
    result.socket =
        Descriptor{::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};
    if (!result.socket || !bind_and_listen(result.socket.number(), endpoint)) {
        const int reason = errno; // forgotten by Asio's way to write an address
        return cannot_listen(text_of(ip, port), reason);
    }
    result.port = port_of(result.socket.number());
    return result;
}

} // namespace forager::http
