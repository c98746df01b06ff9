#include "io/http/web_socket.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "io/http/progress.hpp"
#include "io/http/transport_stream.hpp"
#include "io/url.hpp"
#include "ports/within.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/system/system_error.hpp>

#include <optional>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

void throw_if_aborted(error_code error)
{
    if (error == asio::error::operation_aborted)
        throw boost::system::system_error{error};
}

Failure never_opened()
{
    return {Errc::unreachable, "this WebSocket was never opened"};
}

// The connector leaves the sentence about the time to whoever set it.
asio::awaitable<Result<std::unique_ptr<Transport>>> connect(Connector& connector, Url url, TlsSettings tls,
                                                            TimePoint deadline, std::string late)
{
    Progress progress;
    auto transport = co_await connector.connect(std::move(url), std::move(tls), deadline, progress);
    if (transport.has_error() && transport.error().code == Errc::timed_out)
        co_return Failure{Errc::timed_out, std::move(late)};
    co_return transport;
}

} // namespace

class WebSocket::Impl {
public:
    Impl(std::shared_ptr<Transport> transport, asio::any_io_executor executor, std::string peer, std::size_t limit)
        : stream_{TransportStream{std::move(transport), std::move(executor)}}, peer_{std::move(peer)}, limit_{limit}
    {
        stream_.read_message_max(limit_);
        stream_.auto_fragment(false); // some servers take each frame for a message
    }

    asio::awaitable<Result<void>> shake_hands(std::string host, std::string target, Headers headers);
    asio::awaitable<Result<void>> send(std::string message, bool is_text);
    asio::awaitable<Result<std::string>> receive();
    const std::string& protocol() const { return protocol_; }

private:
    Failure ended(error_code error) const;
    Failure declined(const websocket::response_type& response, const std::string& target) const;

    websocket::stream<TransportStream> stream_;
    std::string peer_;
    std::size_t limit_;
    std::string protocol_;
    std::optional<Failure> end_;
};

Failure WebSocket::Impl::declined(const websocket::response_type& response, const std::string& target) const
{
    constexpr std::size_t most = 4096;
    const std::string path = target.substr(0, target.find('?'));
    Failure failure{Errc::refused, peer_ + " wants no WebSocket at " + path + ": it answered with status " +
                                       std::to_string(response.result_int())};
    failure.details.append("status", response.result_int());
    failure.details.append("body", response.body().substr(0, most));
    return failure;
}

asio::awaitable<Result<void>> WebSocket::Impl::shake_hands(std::string host, std::string target, Headers headers)
{
    stream_.set_option(websocket::stream_base::decorator([headers = std::move(headers)](websocket::request_type& head) {
        for (const Header& header : headers)
            head.insert(header.name, header.value);
    }));
    websocket::response_type response;
    const auto shaken = co_await stream_.async_handshake(response, host, target, asio::as_tuple(asio::use_awaitable));
    const auto& [error] = shaken;
    throw_if_aborted(error);
    if (error == websocket::error::upgrade_declined)
        co_return declined(response, target);
    if (error)
        co_return ended(error);
    const auto chosen = response[boost::beast::http::field::sec_websocket_protocol];
    protocol_.assign(chosen.data(), chosen.size());
    co_return Result<void>{};
}

asio::awaitable<Result<void>> WebSocket::Impl::send(std::string message, bool is_text)
{
    if (end_)
        co_return *end_;
    stream_.text(is_text);
    const auto buffer = asio::buffer(message);
    const auto sent = co_await stream_.async_write(buffer, asio::as_tuple(asio::use_awaitable));
    const auto& [error, bytes] = sent;
    throw_if_aborted(error);
    if (error)
        co_return end_.emplace(ended(error));
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> WebSocket::Impl::receive()
{
    if (end_)
        co_return *end_;
    std::string message;
    auto buffer = asio::dynamic_buffer(message);
    const auto read = co_await stream_.async_read(buffer, asio::as_tuple(asio::use_awaitable));
    const auto& [error, bytes] = read;
    throw_if_aborted(error);
    if (error)
        co_return end_.emplace(ended(error));
    co_return message;
}

Failure WebSocket::Impl::ended(error_code error) const
{
    if (error == websocket::error::message_too_big)
        return {Errc::limit, peer_ + " sent a message larger than " + bytes_text(limit_) + ", the limit of one"};
    if (error == websocket::error::closed || error == asio::error::eof)
        return {Errc::unreachable, peer_ + " closed the WebSocket"};
    if (error == websocket::condition::protocol_violation || error == websocket::condition::handshake_failed)
        return {Errc::refused, peer_ + " does not speak WebSocket: " + error.message()};
    return {Errc::unreachable, "the WebSocket to " + peer_ + " broke: " + error.message()};
}

WebSocket::WebSocket() = default;
WebSocket::WebSocket(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&&) noexcept = default;
WebSocket::~WebSocket() = default;

asio::awaitable<Result<WebSocket>> WebSocket::open(Connector& connector, Clock& clock, Request request)
{
    const auto url = parse_url(request.url);
    if (url.has_error())
        co_return url.error();
    const TimePoint deadline = clock.now() + request.timeout;
    const std::string late =
        "timed out after " + to_text(request.timeout) + " while opening a WebSocket to " + url->peer();
    auto transport = co_await connect(connector, *url, std::move(request.tls), deadline, late);
    if (transport.has_error())
        co_return transport.error();
    const auto executor = co_await asio::this_coro::executor;
    auto impl = std::make_unique<Impl>(std::move(*transport), executor, url->peer(), request.message_limit);
    auto shaken = co_await within(clock, deadline,
                                  impl->shake_hands(url->authority(), url->target, std::move(request.headers)), late);
    if (shaken.has_error())
        co_return shaken.error();
    co_return WebSocket{std::move(impl)};
}

asio::awaitable<Result<void>> WebSocket::send(std::string text)
{
    if (!impl_)
        co_return never_opened();
    auto sent = co_await impl_->send(std::move(text), true);
    co_return sent;
}

asio::awaitable<Result<void>> WebSocket::send_bytes(std::string bytes)
{
    if (!impl_)
        co_return never_opened();
    auto sent = co_await impl_->send(std::move(bytes), false);
    co_return sent;
}

const std::string& WebSocket::protocol() const
{
    static const std::string none;
    return impl_ ? impl_->protocol() : none;
}

asio::awaitable<Result<std::string>> WebSocket::receive()
{
    if (!impl_)
        co_return never_opened();
    auto message = co_await impl_->receive();
    co_return message;
}

} // namespace forager::http
