#include "io/http/connect.hpp"

#include "io/http/resolve.hpp"
#include "io/http/stream_transport.hpp"
#include "io/system_failure.hpp"
#include "ports/within.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using local = asio::local::stream_protocol;

namespace {

Failure cannot_connect(const std::string& peer, const error_code& error)
{
    if (error == asio::error::connection_refused)
        return {Errc::refused, "nobody listens on " + peer + " (connection refused)"};
    return {Errc::unreachable, peer + " cannot be reached: " + error.message()};
}

Failure cannot_open(const std::string& path, const error_code& error)
{
    if (error == boost::system::errc::no_such_file_or_directory)
        return {Errc::not_found, "there is no local socket '" + path + "'"};
    if (error == boost::system::errc::permission_denied)
        return {Errc::refused, "this user may not use the local socket '" + path + "'"};
    return cannot_connect("the local socket '" + path + "'", error);
}

// Asio would open it without close-on-exec, and a child started meanwhile would inherit it.
template <class Protocol> int open_socket(typename Protocol::socket& socket, Protocol protocol)
{
    const int descriptor = ::socket(protocol.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol.protocol());
    error_code error;
    if (descriptor >= 0)
        socket.assign(protocol, descriptor, error);
    if (descriptor >= 0 && error)
        ::close(descriptor);
    return descriptor < 0 ? errno : error.value();
}

asio::awaitable<Result<tcp::socket>> connect_to(tcp::endpoint endpoint, std::string peer)
{
    const auto executor = co_await asio::this_coro::executor;
    tcp::socket socket{executor};
    if (const int error = open_socket(socket, endpoint.protocol()))
        co_return system_failure("cannot open a connection to " + peer, error);
    const auto connected = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    const auto& [error] = connected;
    throw_if_aborted(error);
    if (error)
        co_return cannot_connect(peer, error);
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    co_return socket;
}

asio::awaitable<Result<std::unique_ptr<Transport>>> connect_local(std::string path)
{
    const auto executor = co_await asio::this_coro::executor;
    local::socket socket{executor};
    if (const int error = open_socket(socket, local{}))
        co_return system_failure("cannot open a connection to " + path, error);
    const local::endpoint endpoint{path};
    const auto connected = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    const auto& [error] = connected;
    throw_if_aborted(error);
    if (error)
        co_return cannot_open(path, error);
    std::unique_ptr<Transport> transport = std::make_unique<StreamTransport<local::socket>>(std::move(socket), false);
    co_return transport;
}

// Each address gets its share of the time that is left, so that a dead first one does not use it up.
asio::awaitable<Result<tcp::socket>> connect_any(Clock& clock, Addresses addresses, std::string peer,
                                                 TimePoint deadline)
{
    Failure last;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto now = clock.now();
        const auto share = (deadline - now) / static_cast<long>(addresses.size() - i);
        auto socket = co_await within(clock, now + share, connect_to(addresses[i], peer), peer + " does not answer");
        if (socket.has_value())
            co_return socket;
        last = socket.error();
    }
    co_return last;
}

} // namespace

asio::awaitable<Result<std::unique_ptr<Transport>>> Connector::connect(Url url, TlsSettings tls, TimePoint deadline,
                                                                       Progress& progress)
{
    if (url.scheme == "unix") {
        progress.now("connecting to", url.peer());
        return within(clock_, deadline, connect_local(url.host), "the connection to " + url.host + " took too long");
    }
    auto work = connect_web(url, std::move(tls), deadline, progress);
    return within(clock_, deadline, std::move(work), "");
}

asio::awaitable<Result<std::unique_ptr<Transport>>> Connector::connect_web(Url url, TlsSettings tls, TimePoint deadline,
                                                                           Progress& progress)
{
    progress.now("looking up the name of", url.host);
    auto addresses = co_await look_up(pool_, url.host, url.port);
    if (addresses.has_error())
        co_return addresses.error();
    progress.now("connecting to", url.peer());
    auto socket = co_await connect_any(clock_, std::move(*addresses), url.peer(), deadline);
    if (socket.has_error())
        co_return socket.error();
    if (url.scheme == "http") {
        std::unique_ptr<Transport> plain = std::make_unique<StreamTransport<tcp::socket>>(std::move(*socket), false);
        co_return plain;
    }
    progress.now("in the TLS handshake with", url.peer());
    const std::string name = tls.server_name.empty() ? url.host : tls.server_name;
    auto context = co_await contexts_.get(pool_, std::move(tls));
    if (context.has_error())
        co_return context.error();
    auto secured = co_await secure(std::move(*socket), std::move(*context), name, url.peer());
    co_return secured;
}

} // namespace forager::http
