#include "core/invocation.hpp"

#include <utility>

namespace forager {

Invocation nested_in(const Invocation& parent, std::string function, bool recorded)
{
    Invocation invocation;
    invocation.function = std::move(function);
    invocation.env = parent.env;
    invocation.deadline = parent.deadline;
    invocation.fence = parent.fence;
    invocation.source = parent.source;
    invocation.chain = parent.chain;
    invocation.chain.push_back({parent.id, parent.function, recorded, parent.tries});
    return invocation;
}

const std::string& root_of(const Invocation& invocation)
{
    return invocation.chain.empty() ? invocation.id : invocation.chain.front().id;
}

const std::string& recorded_under(const Invocation& invocation)
{
    const std::string* id = &invocation.id;
    for (auto caller = invocation.chain.rbegin(); caller != invocation.chain.rend() && caller->records; ++caller)
        id = &caller->id;
    return *id;
}

std::uint64_t attempt_of(const Invocation& invocation)
{
    constexpr std::uint64_t spread = 0x9e3779b97f4a7c15; // odd: different callers' attempts stay different
    std::uint64_t attempt = 0;
    for (const Caller& caller : invocation.chain)
        attempt = (attempt + caller.tries) * spread;
    return attempt + invocation.tries;
}

} // namespace forager
