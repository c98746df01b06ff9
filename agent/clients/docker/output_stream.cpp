#include "clients/docker/output_stream.hpp"

#include <algorithm>
#include <cstdint>

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr std::size_t header_size = 8;

std::size_t length_in(std::string_view header)
{
    std::uint32_t length = 0;
    for (const char byte : header.substr(4, 4))
        length = (length << 8U) | static_cast<unsigned char>(byte);
    return length;
}

} // namespace

void OutputSplitter::feed(std::string bytes)
{
    if (held_.empty())
        held_ = std::move(bytes);
    else
        held_ += bytes;
}

Result<std::optional<OutputPiece>> OutputSplitter::next()
{
    if (raw_)
        return held_.empty() ? std::nullopt : std::optional{OutputPiece{Stream::out, std::exchange(held_, {})}};
    while (left_ == 0) {
        if (held_.size() < header_size)
            return std::nullopt;
        const auto kind = static_cast<unsigned char>(held_.front());
        if (kind > 2) // 0 is stdin, which nobody sends
            return Failure{Errc::refused, "the Docker engine sends output in a form that is not known"};
        stream_ = kind == 2 ? Stream::err : Stream::out;
        left_ = length_in(held_);
        held_.erase(0, header_size);
    }
    if (held_.empty())
        return std::nullopt;
    const std::size_t count = std::min(left_, held_.size());
    OutputPiece piece{stream_, held_.substr(0, count)};
    held_.erase(0, count);
    left_ -= count;
    return std::optional{std::move(piece)};
}

asio::awaitable<Result<std::optional<OutputPiece>>> OutputStream::read()
{
    for (;;) {
        auto piece = splitter_.next();
        if (piece.has_error() || *piece)
            co_return piece;
        auto bytes = co_await stream_.read_some();
        if (bytes.has_error())
            co_return bytes.error();
        if (bytes->empty() && splitter_.is_inside())
            co_return Failure{Errc::unreachable, "the Docker engine ended an output in the middle"};
        if (bytes->empty())
            co_return std::optional<OutputPiece>{};
        splitter_.feed(std::move(*bytes));
    }
}

} // namespace forager::docker
