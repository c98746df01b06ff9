#include "app/agent/invocation_counts.hpp"

#include "base/duration.hpp"

namespace forager {

void InvocationCounts::state(const Invocation& invocation, State state)
{
    switch (state) {
    case State::waiting:
    case State::sleeping: return;
    case State::running: begun_.try_emplace(invocation.id, clock_.now()); return;
    case State::succeeded: return ended(invocation, &OfFunction::succeeded);
    case State::failed: return ended(invocation, &OfFunction::failed);
    case State::cancelled: return ended(invocation, &OfFunction::cancelled);
    }
}

void InvocationCounts::ended(const Invocation& invocation, std::uint64_t OfFunction::* how)
{
    OfFunction& counts = of(invocation.function);
    ++(counts.*how);
    const auto begun = begun_.find(invocation.id);
    if (begun == begun_.end())
        return; // it never began: refused arguments, an unknown function
    counts.seconds.add(to_seconds(clock_.now() - begun->second));
    begun_.erase(begun);
}

InvocationCounts::OfFunction& InvocationCounts::of(const std::string& function)
{
    const auto known = functions_.find(function);
    if (known != functions_.end())
        return known->second;
    return functions_[functions_.size() < most_functions ? function : others];
}

} // namespace forager
