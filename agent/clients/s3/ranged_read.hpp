// The bytes of one object from one place to another, whatever happens to connections meanwhile. Used by gets, on their
// strand; the client must outlive it.
#pragma once

#include "clients/s3/client.hpp"
#include "core/failure.hpp"
#include "core/retry.hpp"
#include "io/http/client.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace forager::s3 {

class RangedRead {
public:
    /// Of the object as it was when it had this entity tag: another one is refused.
    RangedRead(Client& client, std::string bucket, std::string key, std::string etag);

    /// Bytes from `begin` to before `end`, to the sink in pieces of some hundred kilobytes. `opened` gives them from
    /// `begin` on where it was asked for them already. Failures: the sink's, and those of the client; refused when the
    /// object changed.
    boost::asio::awaitable<Result<void>> run(std::optional<http::AnswerStream> opened, std::uint64_t begin,
                                             std::uint64_t end, ByteSink& sink);

private:
    boost::asio::awaitable<Result<http::AnswerStream>> open();
    boost::asio::awaitable<Result<std::string>> piece(http::AnswerStream& stream);
    boost::asio::awaitable<bool> may_go_on(const Failure& failure);
    Result<void> check(const http::Response& head) const;

    Client& client_;
    std::string bucket_;
    std::string key_;
    std::string etag_;
    std::uint64_t at_ = 0;
    std::uint64_t end_ = 0;
    std::size_t tries_ = 0; // without any progress
    Backoff backoff_;
    std::optional<Failure> broken_; // what ended the stream behind the piece before
};

/// "bytes=FIRST-LAST"
std::string range_text(std::uint64_t first, std::uint64_t last);

/// Of "bytes FIRST-LAST/WHOLE".
struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t whole = 0;
};
std::optional<ContentRange> parse_content_range(const std::string* text);

} // namespace forager::s3
