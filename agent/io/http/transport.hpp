// A connected byte stream, whatever carries it: TCP, TLS or a local socket. Used by the HTTP exchange, which so exists
// once and not three times.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace forager::http {

/// How far a read or a write came. The end of the stream is `asio::error::eof`.
struct Moved {
    boost::system::error_code error;
    std::size_t bytes = 0;

    Moved() = default;
    Moved(boost::system::error_code error, std::size_t bytes) : error{error}, bytes{bytes} {}
};

class Transport {
public:
    /// Closes the connection.
    virtual ~Transport() = default;

    /// At least one byte, or an error. Throws `operation_aborted` when cancelled; the stream is then of no more use.
    virtual boost::asio::awaitable<Moved> read_some(std::span<char> space) = 0;

    /// All of `bytes`, or an error. As `read_some` when cancelled.
    virtual boost::asio::awaitable<Moved> write(std::string_view bytes) = 0;

    /// Whether an unused connection was closed, or spoken to, by its other end.
    virtual bool is_stale() = 0;
};

} // namespace forager::http
