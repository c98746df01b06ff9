// Runs one coroutine to its end on a loop of its own, for tests.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace forager::test {

/// The value of `work`, run on `context` until it has one. What it throws is thrown.
template <class T> T run(boost::asio::io_context& context, boost::asio::awaitable<T> work)
{
    std::optional<T> value;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T result) {
        thrown = error;
        if (!error)
            value.emplace(std::move(result));
        context.stop();
    });
    context.restart();
    context.run();
    if (thrown)
        std::rethrow_exception(thrown);
    if (!value)
        throw std::runtime_error{"the coroutine was left waiting for nothing"};
    return std::move(*value);
}

inline void run(boost::asio::io_context& context, boost::asio::awaitable<void> work)
{
    std::exception_ptr thrown;
    bool ended = false;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error) {
        thrown = error;
        ended = true;
        context.stop();
    });
    context.restart();
    context.run();
    if (thrown)
        std::rethrow_exception(thrown);
    if (!ended)
        throw std::runtime_error{"the coroutine was left waiting for nothing"};
}

template <class T> T run(boost::asio::awaitable<T> work)
{
    boost::asio::io_context context{1};
    return run(context, std::move(work));
}

} // namespace forager::test
