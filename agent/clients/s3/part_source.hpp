// Content that comes part by part, from wherever it is. Used by puts; what they are made of must outlive them.
#pragma once

#include "core/failure.hpp"
#include "io/http/body_file.hpp"
#include "io/pool.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace forager::s3 {

/// The parts in their order.
class PartSource {
public:
    virtual ~PartSource() = default;

    /// So many bytes, fewer at the end alone.
    virtual boost::asio::awaitable<Result<std::string>> read(std::uint64_t size) = 0;
};

/// Of what a stream gives in pieces of any size.
class StreamParts final : public PartSource {
public:
    explicit StreamParts(ByteSource& source) : source_{source} {}

    boost::asio::awaitable<Result<std::string>> read(std::uint64_t size) override
    {
        std::string bytes;
        bytes.reserve(size);
        while (bytes.size() < size) {
            auto piece = co_await source_.read(size - bytes.size());
            if (piece.has_error())
                co_return piece.error();
            if (piece->empty())
                break;
            bytes += *piece;
        }
        co_return bytes;
    }

private:
    ByteSource& source_;
};

class FileParts final : public PartSource {
public:
    FileParts(BlockingPool& pool, http::UploadFile file) : pool_{pool}, file_{std::move(file)} {}

    boost::asio::awaitable<Result<std::string>> read(std::uint64_t size) override
    {
        auto bytes = co_await file_.read(pool_, offset_, size);
        offset_ += size;
        co_return bytes;
    }

private:
    BlockingPool& pool_;
    http::UploadFile file_;
    std::uint64_t offset_ = 0;
};

class TextParts final : public PartSource {
public:
    explicit TextParts(std::string text) : text_{std::move(text)} {}

    boost::asio::awaitable<Result<std::string>> read(std::uint64_t size) override
    {
        std::string bytes = text_.substr(std::min<std::uint64_t>(offset_, text_.size()), size);
        offset_ += size;
        co_return bytes;
    }

private:
    std::string text_;
    std::uint64_t offset_ = 0;
};

} // namespace forager::s3
