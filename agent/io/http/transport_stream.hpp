// A transport for code that wants one of Asio's streams: Beast's WebSocket. Included by the one source that needs it.
#pragma once

#include "io/http/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace forager::http {

class TransportStream {
public:
    using executor_type = boost::asio::any_io_executor;

    TransportStream(std::shared_ptr<Transport> transport, executor_type executor)
        : transport_{std::move(transport)}, executor_{std::move(executor)}
    {
    }

    executor_type get_executor() const { return executor_; }

    template <class Buffers, class Token> auto async_read_some(const Buffers& buffers, Token&& token)
    {
        const auto space = first_of<boost::asio::mutable_buffer>(buffers);
        return begin(read(transport_, {static_cast<char*>(space.data()), space.size()}), std::forward<Token>(token));
    }

    template <class Buffers, class Token> auto async_write_some(const Buffers& buffers, Token&& token)
    {
        const auto bytes = first_of<boost::asio::const_buffer>(buffers);
        return begin(write(transport_, {static_cast<const char*>(bytes.data()), bytes.size()}),
                     std::forward<Token>(token));
    }

    /// Beast's word for giving up after its own time limits, of which none is set.
    friend void beast_close_socket(TransportStream& stream) { stream.transport_.reset(); }

private:
    template <class Buffer, class Buffers> static Buffer first_of(const Buffers& buffers)
    {
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers);
             ++at)
            if (Buffer{*at}.size() > 0)
                return Buffer{*at};
        return {};
    }

    // They keep the transport while it is used, and nothing happens for no bytes.
    static boost::asio::awaitable<Moved> read(std::shared_ptr<Transport> transport, std::span<char> space)
    {
        if (space.empty())
            co_return Moved{};
        const auto moved = co_await transport->read_some(space);
        co_return moved;
    }

    static boost::asio::awaitable<Moved> write(std::shared_ptr<Transport> transport, std::string_view bytes)
    {
        const auto moved = co_await transport->write(bytes);
        co_return moved;
    }

    template <class Token> auto begin(boost::asio::awaitable<Moved> work, Token&& token)
    {
        namespace asio = boost::asio;
        auto start = [executor = executor_](auto handler, asio::awaitable<Moved> moving) {
            const auto slot = asio::get_associated_cancellation_slot(handler);
            const auto where = asio::get_associated_executor(handler, executor);
            auto done = [handler = std::move(handler)](std::exception_ptr thrown, Moved moved) mutable {
                // The only thing that a transport throws is that it was cancelled.
                if (thrown)
                    moved = Moved{asio::error::operation_aborted, 0};
                std::move(handler)(moved.error, moved.bytes);
            };
            asio::co_spawn(executor, std::move(moving),
                           asio::bind_cancellation_slot(slot, asio::bind_executor(where, std::move(done))));
        };
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(std::move(start), token,
                                                                                         std::move(work));
    }

    std::shared_ptr<Transport> transport_;
    executor_type executor_;
};

/// The end of a WebSocket asks for nothing: destroying the transport closes the connection.
inline void teardown(boost::beast::role_type, TransportStream&, boost::system::error_code& error)
{
    error = {};
}

template <class Handler> void async_teardown(boost::beast::role_type, TransportStream& stream, Handler&& handler)
{
    boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
        std::move(handler)(boost::system::error_code{});
    });
}

} // namespace forager::http
