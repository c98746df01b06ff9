// What the bindings of a colony are made of: each asks as the member that the invocation is run for. Included by their
// sources only.
#pragma once

#include "primitives/colony/member.hpp"
#include "runtime/away.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/script.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <utility>

namespace forager::scripting {

inline Result<ColonyMember*> member_of(const Request& request)
{
    auto member = request.script.world().colony();
    if (!member)
        return member.error();
    return &(*member)->who_runs(request.context.invocation);
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
