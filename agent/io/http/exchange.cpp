#include "io/http/exchange.hpp"

#include "io/http/tls.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <algorithm>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t piece = 16 * 1024;
constexpr std::size_t file_piece = 256 * 1024;
constexpr std::size_t one_write = 64 * 1024;

bool is_end(const error_code& error)
{
    return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

bool is_closed(const error_code& error)
{
    return is_end(error) || error == asio::error::connection_reset || error == asio::error::broken_pipe ||
           error == asio::error::connection_aborted;
}

bool is_interim(int status)
{
    return status >= 100 && status < 200 && status != 101;
}

} // namespace

Exchange::Exchange(Lease lease, std::string peer, bool head_only)
    : lease_{std::move(lease)}, peer_{std::move(peer)}, head_only_{head_only}, answer_{head_only}
{
}

asio::awaitable<Result<void>> Exchange::ask(BlockingPool& pool, std::string head, const Body* body, Progress& progress)
{
    progress.now("sending the request to", peer_);
    auto sent = co_await send(pool, std::move(head), body);
    // A server may answer ("too large") and close before it has read everything: its answer says more.
    if (sent.has_error() && !write_failed_)
        co_return sent;
    progress.now("waiting for the answer of", peer_);
    auto read = co_await read_head();
    if (sent.has_error() && read.has_error())
        co_return sent;
    progress.now("reading the answer of", peer_);
    co_return read;
}

asio::awaitable<Result<void>> Exchange::send(BlockingPool& pool, std::string head, const Body* body)
{
    const bool joined = body && !body->file && body->bytes().size() <= one_write;
    if (joined)
        head += body->bytes();
    auto sent = co_await write(head);
    if (sent.has_error() || !body || joined)
        co_return sent;
    if (body->file)
        sent = co_await send_file(pool, *body->file);
    else
        sent = co_await write(body->bytes());
    co_return sent;
}

asio::awaitable<Result<void>> Exchange::send_file(BlockingPool& pool, const UploadFile& file)
{
    for (std::uint64_t offset = 0; offset < file.size();) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(file_piece, file.size() - offset));
        auto bytes = co_await file.read(pool, offset, most);
        if (bytes.has_error())
            co_return bytes.error();
        if (bytes->size() < most)
            co_return Failure{Errc::refused, "the file that was being sent to " + peer_ + " became shorter meanwhile"};
        offset += most;
        auto sent = co_await write(*bytes);
        if (sent.has_error())
            co_return sent;
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Exchange::write(std::string_view bytes)
{
    const auto moved = co_await lease_.transport->write(bytes);
    sent_ += moved.bytes;
    write_failed_ = static_cast<bool>(moved.error);
    if (moved.error)
        co_return lost(moved.error);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Exchange::read_head()
{
    for (;;) {
        auto step = co_await advance();
        if (step.has_error())
            co_return step;
        if (!answer_.has_head())
            continue;
        if (!is_interim(answer_.status()))
            break;
        answer_ = Answer{head_only_};
    }
    if (answer_.is_complete())
        finish();
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> Exchange::read_some()
{
    if (busy_)
        co_return Failure{Errc::cancelled, "the answer of " + peer_ + " was given up in the middle"};
    busy_ = true;
    while (!answer_.has_body_piece() && !answer_.is_complete()) {
        auto step = co_await advance();
        if (step.has_error())
            co_return step.error();
    }
    busy_ = false;
    if (answer_.is_complete())
        finish();
    co_return answer_.take_body();
}

asio::awaitable<Result<void>> Exchange::send_more(std::string bytes)
{
    if (finished_)
        co_return Failure{Errc::unreachable, peer_ + " has ended its answer"};
    if (!answer_.ends_with_connection())
        co_return Failure{Errc::bad_arguments, peer_ + " reads nothing behind the request"};
    auto sent = co_await write(bytes);
    co_return sent;
}

// One step: parse what has been received, or else receive more.
asio::awaitable<Result<void>> Exchange::advance()
{
    const std::size_t before = input_.size();
    auto parsed = parse();
    if (parsed.has_error() || input_.size() < before || answer_.is_complete())
        co_return parsed;
    auto received = co_await receive();
    co_return received;
}

Result<void> Exchange::parse()
{
    error_code error;
    if (!input_.empty())
        input_.erase(0, answer_.feed(input_, error));
    if (error)
        return Failure{Errc::refused, peer_ + " " + describe_parse_error(error)};
    return {};
}

asio::awaitable<Result<void>> Exchange::receive()
{
    const std::size_t held = input_.size();
    if (held > head_limit + piece) // only a head or the line before a chunk is held back
        co_return Failure{Errc::refused, peer_ + " sends a line without end"};
    input_.resize(held + piece);
    const auto moved = co_await lease_.transport->read_some(std::span{input_.data() + held, piece});
    input_.resize(held + moved.bytes);
    received_ += moved.bytes;
    if (!moved.error)
        co_return Result<void>{};
    error_code incomplete = moved.error;
    // Without its own farewell the end of an encrypted connection may be an attacker's.
    if (moved.error == asio::error::eof && received_ > 0 && held == 0)
        answer_.feed_end(incomplete);
    if (incomplete)
        co_return lost(moved.error);
    co_return Result<void>{};
}

Failure Exchange::lost(error_code error)
{
    found_closed_ = is_closed(error);
    if (!is_closed(error)) {
        Failure failure{Errc::unreachable, "the connection to " + peer_ + " broke: " + error.message()};
        failure.retry = !is_lasting_alert(error);
        return failure;
    }
    if (received_ == 0)
        return {Errc::unreachable, peer_ + " closed the connection without an answer"};
    return {Errc::unreachable, peer_ + " closed the connection in the middle of its answer"};
}

void Exchange::finish()
{
    if (std::exchange(finished_, true))
        return;
    if (answer_.keeps_connection() && input_.empty() && !write_failed_)
        lease_.give_back();
    else
        lease_ = Lease{};
}

} // namespace forager::http
