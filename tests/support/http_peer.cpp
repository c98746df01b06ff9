#include "http_peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace forager::test {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using local = asio::local::stream_protocol;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

struct HttpPeer::State {
    State(asio::io_context& loop, Handler reply, Options wishes)
        : handler{std::move(reply)},
          options{std::move(wishes)},
          acceptor{loop},
          local_acceptor{loop},
          tls{ssl::context::tls_server}
    {
    }

    Handler handler;
    Options options;
    tcp::acceptor acceptor;
    local::acceptor local_acceptor;
    ssl::context tls;
    int connections = 0;
    std::vector<std::string> requests;
    std::vector<int> idle; // descriptors of connections that wait for a request
};

namespace {

std::size_t body_length(const std::string& head)
{
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

template <class Stream> asio::awaitable<bool> read_until(Stream& stream, std::string& text, std::size_t size)
{
    while (text.size() < size) {
        char space[4096];
        const auto read = co_await stream.async_read_some(asio::buffer(space), quietly);
        const auto& [error, bytes] = read;
        if (error)
            co_return false;
        text.append(space, bytes);
    }
    co_return true;
}

template <class Stream> asio::awaitable<std::string> read_request(Stream& stream)
{
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
        const bool more = co_await read_until(stream, text, text.size() + 1);
        if (!more)
            co_return std::string{};
    }
    const std::size_t size = text.find("\r\n\r\n") + 4 + body_length(text);
    const bool complete = co_await read_until(stream, text, size);
    (void)complete;
    co_return text;
}

template <class Stream> asio::awaitable<bool> write(Stream& stream, std::string bytes)
{
    const auto written = co_await asio::async_write(stream, asio::buffer(bytes), quietly);
    co_return !std::get<0>(written);
}

asio::awaitable<void> wait_for_ever()
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer never{executor, asio::steady_timer::time_point::max()};
    co_await never.async_wait(quietly);
}

asio::awaitable<void> say_farewell(tcp::socket&)
{
    co_return;
}

asio::awaitable<void> say_farewell(local::socket&)
{
    co_return;
}

asio::awaitable<void> say_farewell(ssl::stream<tcp::socket>& stream)
{
    co_await stream.async_shutdown(quietly);
}

template <class Stream> asio::awaitable<void> end(Stream& stream, Reply reply)
{
    if (reply.then == Reply::Then::close)
        co_await say_farewell(stream);
    if (reply.then == Reply::Then::hang)
        co_await wait_for_ever();
    const std::size_t kilobyte = std::min<std::size_t>(1024, reply.bytes.size());
    const std::string more = reply.bytes.substr(reply.bytes.size() - kilobyte);
    for (bool open = reply.then == Reply::Then::repeat; open;)
        open = co_await write(stream, more);
}

template <class Stream, class State> asio::awaitable<void> serve(Stream stream, std::shared_ptr<State> state)
{
    const int descriptor = stream.lowest_layer().native_handle();
    if (!state->options.banner.empty()) {
        co_await write(stream, state->options.banner);
        co_return;
    }
    for (;;) {
        state->idle.push_back(descriptor);
        std::string request = co_await read_request(stream);
        std::erase(state->idle, descriptor);
        if (request.empty())
            co_return;
        state->requests.push_back(request);
        Reply reply = state->handler(request);
        const bool open = co_await write(stream, reply.bytes);
        if (!open || reply.then != Reply::Then::wait_for_next) {
            co_await end(stream, std::move(reply));
            co_return;
        }
    }
}

template <class State> asio::awaitable<void> serve_secured(tcp::socket socket, std::shared_ptr<State> state)
{
    if (state->options.hang_before_handshake)
        co_await wait_for_ever();
    ssl::stream<tcp::socket> stream{std::move(socket), state->tls};
    const auto shaken = co_await stream.async_handshake(ssl::stream_base::server, quietly);
    if (!std::get<0>(shaken))
        co_await serve(std::move(stream), state);
}

template <class Acceptor, class State> asio::awaitable<void> accept(Acceptor& acceptor, std::shared_ptr<State> state)
{
    const auto executor = co_await asio::this_coro::executor;
    for (;;) {
        auto accepted = co_await acceptor.async_accept(quietly);
        auto& [error, socket] = accepted;
        if (error)
            co_return;
        ++state->connections;
        if constexpr (std::is_same_v<Acceptor, tcp::acceptor>) {
            if (state->options.identity) {
                asio::co_spawn(executor, serve_secured(std::move(socket), state), asio::detached);
                continue;
            }
        }
        asio::co_spawn(executor, serve(std::move(socket), state), asio::detached);
    }
}

void prepare(ssl::context& context, const HttpPeer::Options& options)
{
    context.use_certificate_chain(asio::buffer(options.identity->certificate));
    context.use_private_key(asio::buffer(options.identity->key), ssl::context::pem);
    if (options.client_authority.empty())
        return;
    context.add_certificate_authority(asio::buffer(options.client_authority));
    context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
}

} // namespace

Reply answer(int status, const std::string& body, const std::string& more_headers)
{
    return {"HTTP/1.1 " + std::to_string(status) + " Fine\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
            more_headers + "\r\n" + body};
}

HttpPeer::HttpPeer(asio::io_context& context, Handler handler) : HttpPeer{context, std::move(handler), Options{}} {}

HttpPeer::HttpPeer(asio::io_context& context, Handler handler, Options options)
    : state_{std::make_shared<State>(context, std::move(handler), std::move(options))}
{
    if (state_->options.identity)
        prepare(state_->tls, state_->options);
    if (state_->options.socket_path.empty()) {
        state_->acceptor = tcp::acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        asio::co_spawn(context, accept(state_->acceptor, state_), asio::detached);
    } else {
        state_->local_acceptor = local::acceptor{context, local::endpoint{state_->options.socket_path}};
        asio::co_spawn(context, accept(state_->local_acceptor, state_), asio::detached);
    }
}

HttpPeer::~HttpPeer()
{
    state_->acceptor.close();
    state_->local_acceptor.close();
}

std::uint16_t HttpPeer::port() const
{
    return state_->acceptor.local_endpoint().port();
}

int HttpPeer::connections() const
{
    return state_->connections;
}

const std::vector<std::string>& HttpPeer::requests() const
{
    return state_->requests;
}

void HttpPeer::close_idle()
{
    for (const int descriptor : state_->idle)
        ::shutdown(descriptor, SHUT_RDWR);
}

} // namespace forager::test
