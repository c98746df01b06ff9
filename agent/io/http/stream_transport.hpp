// A transport over one kind of Asio stream. Included by the few sources that open connections.
#pragma once

#include "io/http/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <sys/socket.h>

#include <utility>

namespace forager::http {

inline void throw_if_aborted(boost::system::error_code error)
{
    if (error == boost::asio::error::operation_aborted)
        throw boost::system::system_error{error};
}

/// `encrypted`: bytes of the protection layer may wait on an idle connection without meaning anything.
template <class Stream> class StreamTransport final : public Transport {
public:
    StreamTransport(Stream stream, bool encrypted) : stream_{std::move(stream)}, encrypted_{encrypted} {}

    boost::asio::awaitable<Moved> read_some(std::span<char> space) override
    {
        const auto buffer = boost::asio::buffer(space.data(), space.size());
        const auto read = co_await stream_.async_read_some(buffer, boost::asio::as_tuple(boost::asio::use_awaitable));
        const auto& [error, bytes] = read;
        throw_if_aborted(error);
        co_return Moved{error, bytes};
    }

    boost::asio::awaitable<Moved> write(std::string_view bytes) override
    {
        Moved moved;
        while (moved.bytes < bytes.size() && !moved.error) {
            const auto buffer = boost::asio::buffer(bytes.substr(moved.bytes));
            const auto written =
                co_await stream_.async_write_some(buffer, boost::asio::as_tuple(boost::asio::use_awaitable));
            const auto& [error, count] = written;
            throw_if_aborted(error);
            moved = Moved{error, moved.bytes + count};
        }
        co_return moved;
    }

    bool is_stale() override
    {
        char byte = 0;
        const auto got = ::recv(stream_.lowest_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got > 0)
            return !encrypted_;
        return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }

private:
    Stream stream_;
    bool encrypted_;
};

} // namespace forager::http
