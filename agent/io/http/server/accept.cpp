#include "io/http/server/listening.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <sstream>

namespace forager::http {

namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

std::optional<uid_t> user_behind(int socket)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return credentials.uid;
}

std::string text_of(const Endpoint& endpoint)
{
    std::ostringstream text;
    text << endpoint;
    return text.str();
}

void describe(Accepted& accepted, const Endpoint& endpoint)
{
    accepted.family = endpoint.data()->sa_family;
    if (accepted.family == AF_UNIX) {
        accepted.peer = "local socket";
        accepted.uid = user_behind(accepted.socket.number());
        return;
    }
    accepted.peer = text_of(endpoint);
    const int on = 1;
    (void)::setsockopt(accepted.socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

} // namespace

Accepted accept_one(int listening)
{
    Endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    Accepted accepted;
    accepted.socket = Descriptor{::accept4(listening, endpoint.data(), &size, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (accepted.socket)
        describe(accepted, endpoint);
    else
        accepted.error = errno;
    return accepted;
}

} // namespace forager::http
