// What the bindings of a colony are made of: each asks as the member that the invocation is run for. Included by their
// sources only.
#pragma once

#include "primitives/colony/member.hpp"
#include "runtime/away.hpp"
#include "scripting/binding.hpp"
#include "scripting/script.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace forager::scripting {

inline Result<ColonyMember*> member_of(const Request& request)
{
    auto member = request.script.world().colony();
    if (!member)
        return member.error();
    return &(*member)->who_runs(request.context.invocation);
}

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

// Whoever waits for the end of something in the colony leaves its place to others at once.
inline boost::asio::awaitable<Outcome> away_to_the_end(const Request& request, boost::asio::awaitable<Outcome> work)
{
    return away(request.script.world().scheduler, request.context.invocation,
                "until what it waits for in the colony ends", {}, std::move(work));
}

// Whoever follows something there keeps it as long as there is more within a second.
inline boost::asio::awaitable<Outcome> away_to_the_next(const Request& request, boost::asio::awaitable<Outcome> work)
{
    return away(request.script.world().scheduler, request.context.invocation,
                "until there is more to follow in the colony", std::chrono::seconds{1}, std::move(work));
}

// A binding of a function that takes the member and the request's arguments.
template <auto work> boost::asio::awaitable<Outcome> asked(Request request)
{
    const auto member = member_of(request);
    if (!member)
        return failed(member.error());
    return work(**member, request);
}

} // namespace forager::scripting
