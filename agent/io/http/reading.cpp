#include "io/http/reading.hpp"

#include "base/text.hpp"
#include "io/http/body_file.hpp"

#include <utility>

namespace forager::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t short_body = 64 * 1024;
constexpr std::size_t file_piece = 256 * 1024;

Failure too_large(const std::string& url, std::size_t limit)
{
    return {Errc::limit, "the answer of " + url + " is larger than " + bytes_text(limit) +
                             ", the limit of a body in memory; to_file has none"};
}

} // namespace

asio::awaitable<Result<std::string>> collect(Exchange& exchange, std::size_t limit, std::string url)
{
    const bool has_body = !exchange.answer().is_complete() || exchange.answer().has_body_piece();
    if (has_body && exchange.answer().content_length().value_or(0) > limit)
        co_return too_large(url, limit);
    std::string body;
    for (;;) {
        auto piece = co_await exchange.read_some();
        if (piece.has_error() || piece->empty())
            co_return piece.has_error() ? std::move(piece) : Result<std::string>{std::move(body)};
        if (body.size() + piece->size() > limit)
            co_return too_large(url, limit);
        body += *piece;
    }
}

asio::awaitable<Result<void>> save(BlockingPool& pool, Exchange& exchange, std::string path)
{
    auto file = co_await DownloadFile::create(pool, std::move(path));
    if (file.has_error())
        co_return file.error();
    std::string gathered; // a visit to the pool for each piece would cost more than the writing
    for (bool ended = false; !ended;) {
        auto piece = co_await exchange.read_some();
        if (piece.has_error())
            co_return piece.error();
        ended = piece->empty();
        gathered += *piece;
        if (!ended && gathered.size() < file_piece)
            continue;
        auto written = co_await file->write(pool, std::exchange(gathered, {}));
        if (written.has_error())
            co_return written.error();
    }
    auto committed = co_await file->commit(pool);
    co_return committed;
}

asio::awaitable<void> drain(Exchange& exchange)
{
    if (exchange.answer().content_length().value_or(short_body + 1) > short_body)
        co_return;
    for (bool more = true; more;) {
        const auto piece = co_await exchange.read_some();
        more = piece.has_value() && !piece->empty();
    }
}

} // namespace forager::http
