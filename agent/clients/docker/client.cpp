#include "clients/docker/client.hpp"

#include "io/url.hpp"

#include "base/text.hpp"
#include "clients/docker/refusal.hpp"
#include "io/formats/json.hpp"
#include "io/http/absence.hpp"

#include <charconv>

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr std::string_view newest_known = "1.43";
constexpr std::string_view oldest_known = "1.30"; // engines since 2017

// "1.41" as a number that can be compared.
int rank(std::string_view version)
{
    int major = 0;
    int minor = 0;
    const char* const end = version.data() + version.size();
    const auto dot = std::from_chars(version.data(), end, major).ptr;
    if (dot != end)
        std::from_chars(dot + 1, end, minor);
    return major * 1000 + minor;
}

http::Client::Config http_config(const Client::Config& config)
{
    http::Client::Config result;
    result.connections_per_peer = config.connections;
    result.idle_connections = 16;
    return result;
}

// tcp:// is the word of DOCKER_HOST, for what is http or, with certificates, https.
std::string base_url(const Client::Config& config)
{
    constexpr std::string_view local = "unix://";
    constexpr std::string_view tcp = "tcp://";
    if (config.host.starts_with(local))
        return "unix:" + config.host.substr(local.size()) + ":";
    if (!config.host.starts_with(tcp))
        return config.host;
    const bool is_tls = config.is_tls || !config.tls.cert_file.empty() || !config.tls.ca_file.empty();
    return (is_tls ? "https://" : "http://") + config.host.substr(tcp.size());
}

std::string query_text(const std::vector<std::pair<std::string, std::string>>& query)
{
    std::string text;
    for (const auto& [name, value] : query)
        if (!value.empty())
            text += (text.empty() ? "?" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
    return text;
}

} // namespace

Client::Client(BlockingPool& pool, Clock& clock, Config config)
    : config_{std::move(config)}, base_{base_url(config_)}, http_{pool, clock, http_config(config_)}
{
}

http::Request Client::request(const Ask& ask) const
{
    http::Request request;
    request.method = ask.method;
    request.url = base_ + (version_.empty() ? "" : "/v" + version_) + ask.path + query_text(ask.query);
    request.headers = ask.headers;
    request.from_file = ask.from_file;
    request.redirects = 0;
    request.tls = config_.tls;
    if (ask.body) {
        request.body = to_json(*ask.body);
        request.headers.set("Content-Type", "application/json");
    }
    return request;
}

Failure Client::not_asked(Failure failure) const
{
    failure = http::as_absence(std::move(failure));
    failure.message = "the Docker engine at " + peer() + " could not be asked: " + failure.message;
    return failure;
}

// Peers that want another certificate say so, or only close the connection.
Failure Client::not_greeted(Failure failure) const
{
    failure = not_asked(std::move(failure));
    if (base_.starts_with("https://") && failure.message.find("the connection") != std::string::npos)
        failure.message += " (does it trust the agent? [docker] cert_path is the folder of its cert.pem and key.pem)";
    return failure;
}

Failure Client::no_engine(std::string_view said) const
{
    if (said.find("HTTPS") != std::string_view::npos) // as Go's servers say it
        return {Errc::refused, "the Docker engine at " + peer() +
                                   " speaks TLS only: set [docker] tls = true and cert_path, or DOCKER_TLS_VERIFY and "
                                   "DOCKER_CERT_PATH"};
    return {Errc::refused, "what answers at " + peer() + " is no Docker engine"};
}

// Once for each engine.
asio::awaitable<Result<void>> Client::agree()
{
    auto asked = request(Ask{"GET", "/_ping"});
    asked.timeout = config_.timeout;
    auto pong = co_await http_.send(std::move(asked));
    if (pong.has_error())
        co_return not_greeted(std::move(pong).error());
    const std::string* version = pong->headers.find("api-version");
    if (version == nullptr)
        co_return no_engine(pong->body);
    if (rank(*version) < rank(oldest_known))
        co_return Failure{Errc::refused, "the Docker engine at " + peer() + " speaks version " + printable(*version) +
                                             " of its API, and at least " + std::string{oldest_known} + " is needed"};
    version_ = rank(*version) < rank(newest_known) ? *version : std::string{newest_known};
    co_return Result<void>{};
}

asio::awaitable<Result<Answer>> Client::call(Ask ask)
{
    auto answer = co_await call_once(ask);
    if (answer.has_value() || !is_about_version(answer.error()))
        co_return answer;
    version_.clear();
    auto again = co_await call_once(ask);
    co_return again;
}

asio::awaitable<Result<Answer>> Client::call_once(const Ask& ask)
{
    if (version_.empty())
        if (auto agreed = co_await agree(); agreed.has_error())
            co_return agreed.error();
    auto asked = request(ask);
    asked.timeout = ask.timeout ? ask.timeout : config_.timeout;
    asked.to_file = ask.to_file;
    asked.body_limit = config_.reply_limit;
    auto response = co_await http_.send(std::move(asked));
    if (response.has_error())
        co_return not_asked(std::move(response).error());
    if (response->status >= 400)
        co_return refusal(ask.method + " " + ask.path, response->status, response->body);
    if (response->body.empty())
        co_return Answer{response->status, {}};
    auto value = parse_json(response->body);
    if (value.has_error())
        co_return Failure{Errc::refused, "the Docker engine's answer to " + ask.method + " " + ask.path +
                                             " is no JSON: " + value.error().message};
    co_return Answer{response->status, std::move(*value)};
}

asio::awaitable<Result<http::AnswerStream>> Client::open(Ask ask)
{
    auto stream = co_await open_once(ask);
    if (stream.has_value() || !is_about_version(stream.error()))
        co_return stream;
    version_.clear();
    auto again = co_await open_once(ask);
    co_return again;
}

asio::awaitable<Result<http::AnswerStream>> Client::open_once(const Ask& ask)
{
    if (version_.empty())
        if (auto agreed = co_await agree(); agreed.has_error())
            co_return agreed.error();
    auto asked = request(ask);
    asked.timeout = ask.timeout;
    auto stream = co_await http_.open(std::move(asked));
    if (stream.has_error())
        co_return not_asked(std::move(stream).error());
    if (stream->head().status < 400)
        co_return stream;
    constexpr std::size_t longest_refusal = std::size_t{64} * 1024;
    std::string body;
    while (body.size() < longest_refusal) {
        auto piece = co_await stream->read_some();
        if (piece.has_error() || piece->empty())
            break;
        body += *piece;
    }
    co_return refusal(ask.method + " " + ask.path, stream->head().status, body);
}

} // namespace forager::docker
