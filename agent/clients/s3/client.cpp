#include "clients/s3/client.hpp"

#include "core/retry.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/http/absence.hpp"
#include "ports/within.hpp"

#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::string_view usual_region = "us-east-1";
constexpr std::size_t quickly_hashed = 64 * 1024;
constexpr std::size_t longest_refusal = 64 * 1024;
constexpr std::size_t longest_answer = std::size_t{16} * 1024 * 1024;
constexpr std::uint64_t slowest_rate = 64 * 1024; // bytes in a second
constexpr Duration shortest_pause = std::chrono::milliseconds{250};
constexpr Duration longest_pause = std::chrono::seconds{20};
constexpr Duration tolerated_skew = std::chrono::seconds{1};

http::Client::Config http_config()
{
    http::Client::Config config;
    config.connections_per_peer = 64;
    config.idle_connections = 64;
    return config;
}

std::string words_for(const Ask& ask)
{
    return ask.method + (ask.key.empty() ? "" : " '" + ask.key + "'");
}

bool is_success(int status)
{
    return status / 100 == 2;
}

Failure after(std::size_t tries, Failure failure)
{
    if (tries > 1)
        failure.message += " (after " + std::to_string(tries) + " tries)";
    return failure;
}

} // namespace

Client::Client(BlockingPool& pool, Clock& clock, Random& random, Config config)
    : pool_{pool},
      clock_{clock},
      random_{random},
      config_{std::move(config)},
      endpoint_{Endpoint::parse(config_.endpoint, config_.tls, config_.path_style)},
      known_{config_.region.empty() ? std::string{usual_region} : config_.region},
      http_{pool, clock, http_config()}
{
}

asio::awaitable<Result<http::Response>> Client::ask(Ask ask)
{
    return repeatedly(std::move(ask), &Client::ask_once);
}

asio::awaitable<Result<http::AnswerStream>> Client::open(Ask ask)
{
    return repeatedly(std::move(ask), &Client::open_once);
}

template <class Answer>
asio::awaitable<Result<Answer>> Client::repeatedly(Ask ask, asio::awaitable<Result<Answer>> (Client::*way)(const Ask&))
{
    if (endpoint_.has_error())
        co_return endpoint_.error();
    co_await hash(ask);
    const std::size_t most = ask.is_transfer ? config_.transfer_tries : config_.tries;
    Backoff backoff{shortest_pause, longest_pause};
    bool has_learnt = false;
    for (std::size_t tries = 1;; ++tries) {
        const Knowledge before = known_;
        auto answer = co_await (this->*way)(ask);
        if (answer.has_value())
            co_return answer;
        if (known_ != before && !std::exchange(has_learnt, true))
            continue;
        if (ask.only_once || tries >= most || !worth_retrying(answer.error()))
            co_return after(tries, std::move(answer).error());
        co_await sleep_for(clock_, backoff.next(random_.next()));
    }
}

asio::awaitable<Result<http::Response>> Client::ask_once(const Ask& ask)
{
    http::Request asked = request(ask);
    asked.body_limit = longest_answer;
    auto answer = co_await http_.send(std::move(asked));
    if (answer.has_error())
        co_return not_asked(ask, std::move(answer).error());
    const bool failed_late = ask.fails_late && !read_error(answer->body).code.empty();
    if (!is_success(answer->status) || failed_late)
        co_return refused(ask, *answer, answer->body);
    co_return answer;
}

asio::awaitable<Result<http::AnswerStream>> Client::open_once(const Ask& ask)
{
    auto stream = co_await http_.open(request(ask));
    if (stream.has_error())
        co_return not_asked(ask, std::move(stream).error());
    if (is_success(stream->head().status))
        co_return stream;
    const std::string words = co_await words_of(*stream);
    co_return refused(ask, stream->head(), words);
}

// As far as they come: without them the status says enough.
asio::awaitable<std::string> Client::words_of(http::AnswerStream& stream)
{
    std::string words;
    while (words.size() < longest_refusal) {
        auto piece = co_await within(clock_, clock_.now() + config_.patience, stream.read_some(), "");
        if (piece.has_error() || piece->empty())
            break;
        words += *piece;
    }
    co_return words;
}

asio::awaitable<void> Client::hash(Ask& ask)
{
    if (!ask.body) {
        ask.sha256 = sha256_of_nothing;
    } else if (ask.sha256.empty()) {
        auto work = [&ask] { return to_hex(digest(Digest::sha256, *ask.body)); };
        ask.sha256 = ask.body->size() <= quickly_hashed ? work() : co_await pool_.run(work);
    }
}

http::Request Client::request(const Ask& ask) const
{
    Signable signable;
    signable.method = ask.method;
    signable.host = endpoint_->host(ask.bucket);
    signable.path = endpoint_->path(ask.bucket, ask.key);
    signable.query = ask.query;
    signable.headers = ask.headers;
    http::Request request;
    request.method = ask.method;
    request.url = endpoint_->url(ask.bucket, ask.key);
    if (!ask.query.empty())
        request.url += "?" + canonical_query(ask.query);
    request.headers = signed_headers(std::move(signable), ask.sha256, config_.credentials, known_.region, now());
    request.kept_body = ask.body;
    request.redirects = 0;
    request.tls = config_.trust;
    request.timeout =
        ask.timeout.value_or(config_.patience + std::chrono::seconds{ask.body ? ask.body->size() / slowest_rate : 0});
    return request;
}

Failure Client::not_asked(const Ask& ask, Failure failure) const
{
    failure = http::as_absence(std::move(failure));
    failure.message = words_for(ask) + " at " + place(ask.bucket) + ": " + failure.message;
    if (failure.message.ends_with("speaks no TLS"))
        failure.message += "; [s3] tls = false is for such a store, or http:// in its endpoint";
    return failure;
}

Failure Client::refused(const Ask& ask, const http::Response& answer, std::string_view body)
{
    const ErrorWords words = read_error(body);
    learn(answer, words);
    return refusal(words_for(ask) + " at " + place(ask.bucket), answer.status, words);
}

// Of the store's clock, and of where the bucket is unless that is configured.
void Client::learn(const http::Response& answer, const ErrorWords& words)
{
    const auto* date = answer.headers.find("date");
    const auto theirs = date == nullptr ? std::nullopt : parse_http_time(*date);
    const Duration skew = theirs ? *theirs - clock_.wall() : known_.skew;
    const bool differs = skew - known_.skew > tolerated_skew || known_.skew - skew > tolerated_skew;
    if (words.code == "RequestTimeTooSkewed" && differs)
        known_.skew = skew;
    const auto* region = answer.headers.find("x-amz-bucket-region");
    const std::string& other = region == nullptr || !words.region.empty() ? words.region : *region;
    if (config_.region.empty() && !other.empty())
        known_.region = other;
}

Result<std::string> Client::presign(std::string_view method, std::string_view bucket, std::string_view key,
                                    Duration lifetime)
{
    if (endpoint_.has_error())
        return endpoint_.error();
    Signable signable;
    signable.method = method;
    signable.host = endpoint_->host(bucket);
    signable.path = endpoint_->path(bucket, key);
    return endpoint_->url(bucket, key) + "?" +
           presigned_query(std::move(signable), config_.credentials, known_.region, now(), lifetime);
}

std::string Client::place(std::string_view bucket) const
{
    const std::string endpoint = endpoint_.has_value() ? endpoint_->shown() : config_.endpoint;
    return bucket.empty() ? endpoint : endpoint + "/" + std::string{bucket};
}

} // namespace forager::s3
