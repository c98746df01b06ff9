#include "web_socket_peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <utility>

namespace forager::test {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

struct WebSocketPeer::State {
    State(asio::io_context& loop, Handler talk)
        : handler{std::move(talk)}, acceptor{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}
    {
    }

    Handler handler;
    tcp::acceptor acceptor;
    std::vector<std::string> heard;
    std::string asked;
    int pongs = 0;
};

namespace {

using Stream = websocket::stream<tcp::socket>;

template <class State> asio::awaitable<bool> shake_hands(Stream& stream, State& state)
{
    boost::beast::flat_buffer buffer;
    boost::beast::http::request<boost::beast::http::string_body> request;
    const auto read = co_await boost::beast::http::async_read(stream.next_layer(), buffer, request, quietly);
    if (std::get<0>(read))
        co_return false;
    state.asked = std::string{request.target()} + " " + std::string{request[boost::beast::http::field::host]};
    const auto accepted = co_await stream.async_accept(request, quietly);
    co_return !std::get<0>(accepted);
}

// The end of the connection without one of the WebSocket. What still comes is read, or the end would overtake what was
// said.
asio::awaitable<void> vanish(tcp::socket& socket)
{
    boost::system::error_code ended;
    socket.shutdown(tcp::socket::shutdown_send, ended);
    while (!ended) {
        char space[256];
        const auto read = co_await socket.async_read_some(asio::buffer(space), quietly);
        ended = std::get<0>(read);
    }
}

asio::awaitable<std::string> read_message(Stream& stream)
{
    std::string message;
    auto buffer = asio::dynamic_buffer(message);
    const auto read = co_await stream.async_read(buffer, quietly);
    (void)read; // an empty message says as much
    co_return message;
}

template <class State> asio::awaitable<void> serve(tcp::socket socket, std::shared_ptr<State> state)
{
    Stream stream{std::move(socket)};
    stream.control_callback([&state](websocket::frame_type type, boost::beast::string_view) {
        state->pongs += type == websocket::frame_type::pong ? 1 : 0;
    });
    const bool accepted = co_await shake_hands(stream, *state);
    if (!accepted)
        co_return;
    const std::string first = co_await read_message(stream);
    state->heard.push_back(first);
    const Talk talk = state->handler(first);
    for (const std::string& message : talk.messages) {
        co_await stream.async_ping({}, quietly);
        const auto buffer = asio::buffer(message);
        co_await stream.async_write(buffer, quietly);
    }
    if (talk.then == Talk::Then::close)
        co_await stream.async_close(websocket::close_code::normal, quietly);
    if (talk.then == Talk::Then::vanish)
        co_await vanish(stream.next_layer());
    if (talk.then == Talk::Then::hang)
        co_await read_message(stream);
}

template <class State> asio::awaitable<void> accept(std::shared_ptr<State> state)
{
    const auto executor = co_await asio::this_coro::executor;
    for (;;) {
        auto accepted = co_await state->acceptor.async_accept(quietly);
        auto& [error, socket] = accepted;
        if (error)
            co_return;
        asio::co_spawn(executor, serve(std::move(socket), state), asio::detached);
    }
}

} // namespace

WebSocketPeer::WebSocketPeer(asio::io_context& context, Handler handler)
    : state_{std::make_shared<State>(context, std::move(handler))}
{
    asio::co_spawn(context, accept(state_), asio::detached);
}

WebSocketPeer::~WebSocketPeer()
{
    state_->acceptor.close();
}

std::uint16_t WebSocketPeer::port() const
{
    return state_->acceptor.local_endpoint().port();
}

const std::vector<std::string>& WebSocketPeer::heard() const
{
    return state_->heard;
}

const std::string& WebSocketPeer::asked() const
{
    return state_->asked;
}

int WebSocketPeer::pongs() const
{
    return state_->pongs;
}

} // namespace forager::test
