#include "clients/colonies/client.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "clients/colonies/envelope.hpp"
#include "clients/colonies/refusal.hpp"
#include "clients/colonies/text.hpp"
#include "io/http/absence.hpp"

#include <algorithm>
#include <utility>

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

constexpr int no_http_status = 0; // of what was not read
constexpr std::size_t longest_request = std::size_t{64} * 1024 * 1024;

http::Client::Config http_config(const Client::Config& config)
{
    http::Client::Config result;
    result.connections_per_peer = config.connections;
    result.idle_connections = config.connections;
    return result;
}

// Records begin with what they are called.
std::string name_in(const Value& record)
{
    constexpr std::size_t longest = 100;
    const auto* object = record.get<Object>();
    const auto* name = object == nullptr || object->empty() ? nullptr : object->begin()->value.get<std::string>();
    if (name == nullptr)
        return "a record without a name";
    return "the record with " + printable(object->begin()->name) + " '" + printable(as_utf8(name->substr(0, longest))) +
           "'";
}

Failure not_asked(const std::string& call, const std::string& peer, std::size_t reply_limit, Failure failure)
{
    failure = http::as_absence(std::move(failure));
    if (failure.code == Errc::limit) {
        failure = nonsense_from_server(call, no_http_status, "");
        failure.code = Errc::limit;
        failure.message = "the answer is larger than " + bytes_text(reply_limit) + ", the limit of a reply";
    }
    failure.message = "the colony server at " + peer + " could not be asked for " + call + ": " + failure.message;
    return failure;
}

} // namespace

Client::Client(BlockingPool& pool, Clock& clock, Config config)
    : config_{std::move(config)}, clock_{clock}, http_{pool, clock, http_config(config_)}, connector_{pool, clock}
{
}

// Watching asks for the same lists again and again.
void Client::left_out(std::string_view call, const Value& record, const Failure& why)
{
    constexpr std::size_t most_told = 100;
    if (!hear_left_out_ || left_out_.size() >= most_told)
        return;
    const std::string message =
        name_in(record) + " is left out of the answer to " + std::string{call} + ": " + why.message;
    if (left_out_.insert(message).second)
        hear_left_out_("the colony's list has what cannot be read: " + message);
}

std::string Client::peer() const
{
    const bool is_ipv6 = config_.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + config_.host + "]" : config_.host) + ":" + std::to_string(config_.port);
}

std::string Client::url(std::string_view target) const
{
    return (config_.tls ? "https://" : "http://") + peer() + std::string{target};
}

asio::awaitable<Result<Value>> Client::call(std::string name, Object payload, std::optional<PrivateKey> key,
                                            Duration wait)
{
    auto body = request_body(name, std::move(payload), key);
    if (body.has_error())
        co_return body.error();
    co_return co_await send(std::move(name), std::move(*body), wait);
}

asio::awaitable<Result<Value>> Client::call_again(std::string name, Object payload, PrivateKey key, Duration wait)
{
    auto text = request_text(name, std::move(payload));
    if (text.has_error())
        co_return text.error();
    std::string body = signed_body(name, std::move(*text), key);
    co_return co_await send(std::move(name), std::move(body), wait);
}

const std::string& Client::signed_body(std::string_view name, std::string text, const PrivateKey& key)
{
    constexpr std::size_t most = 16;
    const auto known =
        std::ranges::find_if(signed_, [&](const Signed& one) { return one.text == text && one.signer == key.id(); });
    if (known != signed_.end())
        return known->body;
    if (signed_.size() == most)
        signed_.pop_front();
    std::string body = body_around(name, text, key);
    return signed_.emplace_back(key.id(), std::move(text), std::move(body)).body;
}

asio::awaitable<Result<Value>> Client::send(std::string name, std::string body, Duration wait)
{
    if (body.size() > longest_request)
        co_return Failure{Errc::limit, "the request for " + name + " is larger than " + bytes_text(longest_request) +
                                           ", the limit of a request"};
    http::Request request;
    request.method = "POST";
    request.url = url("/api");
    request.body = std::move(body);
    request.timeout = config_.timeout + wait;
    request.redirects = 0;
    request.body_limit = config_.reply_limit;
    request.tls.ca_file = config_.ca_file;
    auto response = co_await http_.send(std::move(request));
    if (response.has_error())
        co_return not_asked(name, peer(), config_.reply_limit, std::move(response).error());
    co_return reply_payload(name, response->status, response->body);
}

asio::awaitable<Result<http::WebSocket>> Client::web_socket()
{
    http::WebSocket::Request request;
    request.url = url("/pubsub");
    request.tls.ca_file = config_.ca_file;
    request.message_limit = config_.reply_limit;
    request.timeout = config_.timeout;
    auto socket = co_await http::WebSocket::open(connector_, clock_, std::move(request));
    if (socket.has_error())
        co_return not_asked("a subscription", peer(), config_.reply_limit, std::move(socket).error());
    co_return std::move(*socket);
}

} // namespace forager::colonies
