// What bindings of peers are made of: arguments that Lua has checked, and answers. Included by their sources only.
#pragma once

#include "ports/process_runner.hpp"
#include "primitives/unix.hpp"
#include "scripting/binding.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace forager::scripting {

// What Lua has checked already: a text, a table (empty ones have no kind), a whole number.
inline std::string text(const Request& request, std::size_t index)
{
    const auto* content = request.arg(index).get<std::string>();
    return content == nullptr ? std::string{} : *content;
}

inline Object table(const Request& request, std::size_t index)
{
    const auto* content = request.arg(index).get<Object>();
    return content == nullptr ? Object{} : *content;
}

inline std::int64_t whole(const Request& request, std::size_t index)
{
    const auto* content = request.arg(index).get<std::int64_t>();
    return content == nullptr ? 0 : *content;
}

inline bool flag(const Request& request, std::size_t index)
{
    const auto* content = request.arg(index).get<bool>();
    return content != nullptr && *content;
}

template <class T> boost::asio::awaitable<Outcome> one(boost::asio::awaitable<Result<T>> work)
{
    Result<T> result = co_await std::move(work);
    if (!result)
        co_return result.error();
    co_return Outputs{Value{std::move(*result)}};
}

inline boost::asio::awaitable<Outcome> none(boost::asio::awaitable<Result<void>> work)
{
    const Result<void> result = co_await std::move(work);
    if (!result)
        co_return result.error();
    co_return Outputs{};
}

inline boost::asio::awaitable<Outcome> completed(boost::asio::awaitable<Result<Completed>> work)
{
    auto done = co_await std::move(work);
    if (!done)
        co_return done.error();
    co_return Outputs{Value{record_of(std::move(*done))}};
}

} // namespace forager::scripting
