// What the bindings of a colony are made of: each asks as the member that the invocation is run for. Included by their
// sources only.
#pragma once

#include "primitives/colony/member.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/script.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager::scripting {

inline Result<ColonyMember*> member_of(const Request& request)
{
    auto member = request.script.world().colony();
    if (!member)
        return member.error();
    return &(*member)->who_runs(request.context.invocation);
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
