#include "io/http/client.hpp"

#include "base/duration.hpp"
#include "io/http/connect.hpp"
#include "io/http/exchange.hpp"
#include "io/http/prepare.hpp"
#include "io/http/reading.hpp"
#include "ports/within.hpp"

#include <utility>

namespace forager::http {

namespace asio = boost::asio;

namespace {

// Connections are shared by those who mean the same peer and trust in the same way.
std::string connection_key(const Url& url, const TlsSettings& tls)
{
    std::string key = url.scheme + "\n" + url.peer();
    if (url.scheme == "https")
        for (const std::string* part :
             {&tls.ca_file, &tls.cert_file, &tls.key_file, &tls.ca_pem, &tls.cert_pem, &tls.key_pem, &tls.server_name})
            key += "\n" + *part;
    if (url.scheme == "https" && tls.verify)
        key += "\nverified";
    return key;
}

Response head_of(const Answer& answer, const Url& url)
{
    Response response;
    response.status = answer.status();
    response.reason = answer.reason();
    response.headers = answer.headers();
    response.url = url.text();
    return response;
}

std::optional<std::uint64_t> length_of(const Hop& hop, const Body& body)
{
    if (!hop.with_body)
        return std::nullopt;
    return body.file ? body.file->size() : body.bytes().size();
}

// The deadline knows nothing of what was being done: its failure comes without a sentence.
template <class T> void name_timeout(Result<T>& result, std::optional<Duration> limit, const Progress& progress)
{
    if (!result.has_error() || result.error().code != Errc::timed_out || !result.error().message.empty())
        return;
    const std::string after = limit ? " after " + to_text(*limit) : "";
    result = Failure{Errc::timed_out, "timed out" + after + " while " + progress.text()};
}

} // namespace

AnswerStream::AnswerStream(Response head, Exchange exchange)
    : head_{std::move(head)}, exchange_{std::make_unique<Exchange>(std::move(exchange))}
{
}

AnswerStream::AnswerStream() = default;
AnswerStream::AnswerStream(AnswerStream&&) noexcept = default;
AnswerStream& AnswerStream::operator=(AnswerStream&&) noexcept = default;
AnswerStream::~AnswerStream() = default;

asio::awaitable<Result<std::string>> AnswerStream::read_some()
{
    if (!exchange_)
        co_return std::string{};
    auto piece = co_await exchange_->read_some();
    co_return piece;
}

asio::awaitable<Result<void>> AnswerStream::send(std::string bytes)
{
    if (!exchange_)
        co_return Failure{Errc::unreachable, "this answer has ended"};
    auto sent = co_await exchange_->send_more(std::move(bytes));
    co_return sent;
}

class Client::Impl {
public:
    Impl(BlockingPool& pool, Clock& clock, Config config)
        : pool_{pool},
          clock_{clock},
          config_{std::move(config)},
          connector_{pool, clock},
          connections_{std::make_shared<Connections>(
              clock, Connections::Limits{config_.connections_per_peer, config_.idle_connections, config_.idle_time})}
    {
    }
    ~Impl() { connections_->close(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::awaitable<Result<Response>> send(Request request);
    asio::awaitable<Result<AnswerStream>> open(Request request);
    std::size_t idle_connections() const { return connections_->idle(); }

private:
    template <class T>
    asio::awaitable<Result<T>> in_time(Request request, asio::awaitable<Result<T>> (Impl::*way)(Request, Progress&));
    asio::awaitable<Result<Response>> fetch(Request request, Progress& progress);
    asio::awaitable<Result<AnswerStream>> follow_redirections(Request request, Progress& progress);
    asio::awaitable<Result<AnswerStream>> ask(const Hop& hop, const Body& body, const Request& request,
                                              Progress& progress);
    asio::awaitable<Result<Lease>> connect(const Hop& hop, const Request& request, bool fresh, Progress& progress);

    BlockingPool& pool_;
    Clock& clock_;
    Config config_;
    Connector connector_;
    std::shared_ptr<Connections> connections_;
};

template <class T>
asio::awaitable<Result<T>> Client::Impl::in_time(Request request,
                                                 asio::awaitable<Result<T>> (Impl::*way)(Request, Progress&))
{
    Progress progress;
    const auto limit = request.timeout;
    const auto deadline = limit ? std::optional{clock_.now() + *limit} : std::nullopt;
    auto work = (this->*way)(std::move(request), progress);
    auto result = co_await within(clock_, deadline, std::move(work), "");
    name_timeout(result, limit, progress);
    co_return result;
}

asio::awaitable<Result<Response>> Client::Impl::send(Request request)
{
    return in_time(std::move(request), &Impl::fetch);
}

asio::awaitable<Result<AnswerStream>> Client::Impl::open(Request request)
{
    return in_time(std::move(request), &Impl::follow_redirections);
}

asio::awaitable<Result<Response>> Client::Impl::fetch(Request request, Progress& progress)
{
    const std::string to_file = request.to_file;
    const std::size_t limit = request.body_limit;
    auto stream = co_await follow_redirections(std::move(request), progress);
    if (stream.has_error())
        co_return stream.error();
    Response response = stream->head();
    if (response.status / 100 == 2 && !to_file.empty()) {
        auto saved = co_await save(pool_, *stream->exchange_, to_file);
        if (saved.has_error())
            co_return saved.error();
        co_return response;
    }
    auto body = co_await collect(*stream->exchange_, limit, response.url.substr(0, response.url.find('?')));
    if (body.has_error())
        co_return body.error();
    response.body = std::move(*body);
    co_return response;
}

asio::awaitable<Result<AnswerStream>> Client::Impl::follow_redirections(Request request, Progress& progress)
{
    auto first = prepare(request);
    if (first.has_error())
        co_return first.error();
    if (request.tls.ca_file.empty() && request.tls.ca_pem.empty())
        request.tls.ca_file = config_.ca_file;
    Body body;
    body.text = std::move(request.body);
    body.kept = std::move(request.kept_body);
    if (!request.from_file.empty()) {
        auto file = co_await UploadFile::open(pool_, request.from_file);
        if (file.has_error())
            co_return file.error();
        body.file = std::move(*file);
    }
    Hop hop = std::move(*first);
    for (int redirections = 0;; ++redirections) {
        auto stream = co_await ask(hop, body, request, progress);
        if (stream.has_error() || request.redirects == 0)
            co_return stream;
        auto next = follow(hop, stream->head().status, stream->head().headers.find("location"));
        if (next.has_error())
            co_return next.error();
        if (!*next)
            co_return stream;
        if (redirections == request.redirects)
            co_return Failure{Errc::limit, "more than " + std::to_string(request.redirects) +
                                               " redirections, the last one from " + hop.url.shown()};
        hop = std::move(**next);
        co_await drain(*stream->exchange_);
    }
}

asio::awaitable<Result<AnswerStream>> Client::Impl::ask(const Hop& hop, const Body& body, const Request& request,
                                                        Progress& progress)
{
    const auto length = length_of(hop, body);
    const std::string head = head_text(hop, length, config_.user_agent);
    for (bool fresh = false;; fresh = true) {
        auto lease = co_await connect(hop, request, fresh, progress);
        if (lease.has_error())
            co_return lease.error();
        const bool kept = lease->reused;
        Exchange exchange{std::move(*lease), hop.url.peer(), hop.method == "HEAD"};
        auto asked = co_await exchange.ask(pool_, head, length ? &body : nullptr, progress);
        if (asked.has_value())
            co_return AnswerStream{head_of(exchange.answer(), hop.url), std::move(exchange)};
        const bool harmless = is_idempotent(hop.method) || exchange.sent() == 0;
        if (!kept || fresh || !harmless || !exchange.found_it_closed())
            co_return asked.error();
    }
}

asio::awaitable<Result<Lease>> Client::Impl::connect(const Hop& hop, const Request& request, bool fresh,
                                                     Progress& progress)
{
    progress.now("waiting for a free connection to", hop.url.peer());
    Lease lease = co_await connections_->lease(connection_key(hop.url, request.tls), fresh);
    if (lease.reused)
        co_return lease;
    const TimePoint deadline = clock_.now() + request.connect_timeout;
    auto transport = co_await connector_.connect(hop.url, request.tls, deadline, progress);
    name_timeout(transport, request.connect_timeout, progress);
    if (transport.has_error())
        co_return transport.error();
    lease.transport = std::move(*transport);
    co_return lease;
}

Client::Client(BlockingPool& pool, Clock& clock, Config config)
    : impl_{std::make_unique<Impl>(pool, clock, std::move(config))}
{
}

Client::~Client() = default;

asio::awaitable<Result<Response>> Client::send(Request request)
{
    return impl_->send(std::move(request));
}

asio::awaitable<Result<AnswerStream>> Client::open(Request request)
{
    return impl_->open(std::move(request));
}

std::size_t Client::idle_connections() const
{
    return impl_->idle_connections();
}

} // namespace forager::http
