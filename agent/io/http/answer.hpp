// The answer of a server as it is parsed, without I/O: bytes go in, the head and pieces of the body come out. Used by
// the exchange. Beast's parser does the work.
#pragma once

#include "io/http/headers.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace forager::http {

inline constexpr std::size_t head_limit = 64 * 1024;
inline constexpr std::size_t header_count_limit = 256;

class Answer {
public:
    /// `bodiless`: the answer to a HEAD, which announces a body and has none.
    explicit Answer(bool bodiless);
    Answer(Answer&&) noexcept;
    Answer& operator=(Answer&&) noexcept;
    ~Answer();

    /// Parses what it can and returns how much that was; the rest is to be offered again with more.
    std::size_t feed(std::string_view bytes, boost::system::error_code& error);

    /// The connection has ended: an error unless the answer is complete with that.
    void feed_end(boost::system::error_code& error);

    bool has_head() const;
    bool is_complete() const;
    /// Only the end of the connection tells the end of the body.
    bool ends_with_connection() const;
    bool keeps_connection() const;
    std::optional<std::uint64_t> content_length() const;

    int status() const;
    const std::string& reason() const;
    const Headers& headers() const; ///< names in lower case

    /// What has come of the body since the last call.
    std::string take_body();
    bool has_body_piece() const;

private:
    class Parser;
    bool must_wait(std::size_t available) const;

    std::unique_ptr<Parser> parser_;
};

/// What is wrong with an answer, as the end of a sentence about the server.
std::string describe_parse_error(boost::system::error_code error);

} // namespace forager::http
