#include "clients/kubernetes/client.hpp"

#include "io/url.hpp"

#include "base/text.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "io/formats/json.hpp"
#include "io/http/absence.hpp"

#include <algorithm>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

constexpr int error_status = 400;
enum Status { unauthorized = 401, too_many = 429, unavailable = 503 };

http::Client::Config http_config(const Client::Config& config)
{
    http::Client::Config result;
    result.connections_per_peer = config.connections;
    result.idle_connections = 16;
    return result;
}

std::string target_of(const Ask& ask)
{
    std::string target = ask.path;
    for (const auto& [name, value] : ask.query)
        if (value)
            target += (target.find('?') == std::string::npos ? "?" : "&") + percent_encoded(name) + "=" +
                      percent_encoded(*value);
    return target;
}

std::string shown(const Ask& ask)
{
    return ask.method + " " + ask.path;
}

// A name that is none would make a path of all objects, or of a namespace: whoever deletes one of them loses all.
Result<void> names_in(const std::string& path)
{
    for (const std::string_view name : split(std::string_view{path}.substr(1), '/')) {
        if (name.empty())
            return Failure{Errc::bad_arguments, "the name of an object must not be empty"};
        if (name == "." || name == "..")
            return Failure{Errc::bad_arguments, "'" + std::string{name} + "' is no name of an object"};
    }
    return {};
}

asio::awaitable<std::string> rest_of(http::AnswerStream& stream)
{
    constexpr std::size_t most = std::size_t{64} * 1024;
    std::string body;
    while (body.size() < most) {
        auto piece = co_await stream.read_some();
        if (piece.has_error() || piece->empty())
            break;
        body += *piece;
    }
    co_return body;
}

} // namespace

std::optional<std::string> unless_empty(std::string text)
{
    return text.empty() ? std::nullopt : std::optional{std::move(text)};
}

Client::Client(BlockingPool& pool, Clock& clock, ProcessRunner& runner, Config config)
    : clock_{clock},
      config_{std::move(config)},
      http_{pool, clock, http_config(config_)},
      connector_{pool, clock},
      credentials_{pool, clock, runner, config_.access}
{
}

asio::awaitable<Result<http::Request>> Client::request(const Ask& ask)
{
    if (auto fit = names_in(ask.path); fit.has_error())
        co_return fit.error();
    auto proof = co_await credentials_.proof();
    if (proof.has_error())
        co_return proof.error();
    http::Request request;
    request.method = ask.method;
    request.url = config_.access.server + target_of(ask);
    request.headers = std::move(proof->headers);
    request.tls = std::move(proof->tls);
    request.redirects = 0;
    for (const http::Header& header : ask.headers)
        request.headers.set(header.name, header.value);
    if (ask.headers.find("Accept") == nullptr)
        request.headers.set("Accept", "application/json");
    if (ask.body) {
        request.body = to_json(*ask.body);
        request.headers.set("Content-Type", ask.content_type);
    }
    co_return request;
}

Failure Client::not_asked(Failure failure) const
{
    constexpr std::string_view key = "as ca_file"; // a kubeconfig calls it otherwise
    failure = http::as_absence(std::move(failure));
    if (const auto at = failure.message.find(key); at != std::string::npos)
        failure.message.replace(at, key.size(), "as the cluster's certificate-authority");
    failure.message = "the Kubernetes API at " + config_.access.server + " could not be asked: " + failure.message;
    return failure;
}

// A proof that is refused may have been replaced meanwhile; the server may want to be left alone for a while.
asio::awaitable<bool> Client::may_ask_again(const Failure& failure, TimePoint deadline, bool& doubted)
{
    const int status = status_of(failure);
    if (status == unauthorized && !std::exchange(doubted, true)) {
        credentials_.doubt();
        co_return true;
    }
    const auto pause = pause_of(failure);
    if ((status != too_many && status != unavailable) || (!pause && status != too_many))
        co_return false;
    const Duration wait = std::max(pause.value_or(std::chrono::seconds{1}), Duration{std::chrono::milliseconds{100}});
    if (clock_.now() + wait >= deadline)
        co_return false;
    co_await sleep_for(clock_, wait);
    co_return true;
}

asio::awaitable<Result<Value>> Client::call(Ask ask)
{
    const TimePoint deadline = clock_.now() + ask.timeout.value_or(config_.timeout);
    bool doubted = false;
    for (;;) {
        auto answer = co_await call_once(ask, std::max(deadline - clock_.now(), Duration{1}));
        if (answer.has_value() || !co_await may_ask_again(answer.error(), deadline, doubted))
            co_return answer;
    }
}

asio::awaitable<Result<Value>> Client::call_once(const Ask& ask, Duration timeout)
{
    auto asked = co_await request(ask);
    if (asked.has_error())
        co_return asked.error();
    asked->timeout = timeout;
    asked->body_limit = config_.reply_limit;
    auto response = co_await http_.send(std::move(*asked));
    if (response.has_error())
        co_return not_asked(std::move(response).error());
    if (response->status >= error_status)
        co_return refusal(shown(ask), response->status, response->body, response->headers.find("retry-after"));
    if (response->body.empty())
        co_return Value{};
    auto value = parse_json(response->body);
    if (value.has_error())
        co_return Failure{Errc::refused, "what answers " + shown(ask) + " at " + config_.access.server +
                                             " is no Kubernetes API: " + value.error().message};
    co_return value;
}

asio::awaitable<Result<http::AnswerStream>> Client::open(Ask ask)
{
    const TimePoint deadline = clock_.now() + ask.timeout.value_or(config_.timeout);
    bool doubted = false;
    for (;;) {
        auto stream = co_await open_once(ask, std::max(deadline - clock_.now(), Duration{1}));
        if (stream.has_value() || !co_await may_ask_again(stream.error(), deadline, doubted))
            co_return stream;
    }
}

asio::awaitable<Result<http::AnswerStream>> Client::open_once(const Ask& ask, Duration timeout)
{
    auto asked = co_await request(ask);
    if (asked.has_error())
        co_return asked.error();
    asked->timeout = timeout;
    auto stream = co_await http_.open(std::move(*asked));
    if (stream.has_error())
        co_return not_asked(std::move(stream).error());
    if (stream->head().status < error_status)
        co_return stream;
    const std::string body = co_await rest_of(*stream);
    co_return refusal(shown(ask), stream->head().status, body, stream->head().headers.find("retry-after"));
}

asio::awaitable<Result<http::WebSocket>> Client::socket(Ask ask, std::string protocols)
{
    const TimePoint deadline = clock_.now() + ask.timeout.value_or(config_.timeout);
    bool doubted = false;
    for (;;) {
        auto socket = co_await socket_once(ask, protocols);
        if (socket.has_value() || !co_await may_ask_again(socket.error(), deadline, doubted))
            co_return socket;
    }
}

asio::awaitable<Result<http::WebSocket>> Client::socket_once(const Ask& ask, const std::string& protocols)
{
    auto asked = co_await request(ask);
    if (asked.has_error())
        co_return asked.error();
    http::WebSocket::Request handshake;
    handshake.url = std::move(asked->url);
    handshake.headers = std::move(asked->headers);
    handshake.headers.set("Sec-WebSocket-Protocol", protocols);
    handshake.tls = std::move(asked->tls);
    handshake.timeout = ask.timeout.value_or(config_.timeout);
    auto socket = co_await http::WebSocket::open(connector_, clock_, std::move(handshake));
    if (socket.has_error() && status_of(socket.error()) >= error_status)
        co_return refusal(shown(ask), status_of(socket.error()), part<std::string>(socket.error().details, "body"));
    if (socket.has_error())
        co_return not_asked(std::move(socket).error());
    co_return socket;
}

} // namespace forager::kubernetes
