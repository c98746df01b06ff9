// Two pieces of work with a pipe between them: one fills it, the other empties it. Neither outlives the other, and
// whichever fails is the failure of both.
#pragma once

#include "io/beside.hpp"
#include "io/byte_pipe.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace forager {

namespace detail {

inline boost::asio::awaitable<void> fill(BytePipe& pipe, boost::asio::awaitable<Result<void>> writing)
{
    std::exception_ptr thrown;
    try {
        const Result<void> written = co_await std::move(writing);
        if (written)
            pipe.close();
        else
            pipe.fail(written.error());
    } catch (...) {
        thrown = std::current_exception();
    }
    if (!thrown)
        co_return;
    pipe.fail({Errc::cancelled, "who should write ended early"});
    std::rethrow_exception(thrown);
}

// A reader may be content before the end: whether that was right is known there.
template <class T> boost::asio::awaitable<Result<T>> empty(BytePipe& pipe, boost::asio::awaitable<Result<T>> reading)
{
    constexpr std::size_t piece = std::size_t{64} * 1024;
    Result<T> result = co_await std::move(reading);
    while (result) {
        const Result<std::string> rest = co_await pipe.read(piece);
        if (!rest)
            co_return rest.error();
        if (rest->empty())
            break;
    }
    co_return result;
}

} // namespace detail

/// What `reading` gives of all that `writing` has written into the pipe.
template <class T>
boost::asio::awaitable<Result<T>> piped(BytePipe& pipe, boost::asio::awaitable<Result<void>> writing,
                                        boost::asio::awaitable<Result<T>> reading)
{
    return beside(detail::fill(pipe, std::move(writing)), detail::empty(pipe, std::move(reading)));
}

} // namespace forager
