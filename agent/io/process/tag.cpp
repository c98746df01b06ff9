#include "io/process/tag.hpp"

#include <sys/resource.h>

namespace forager {

namespace {

constexpr unsigned field_bits = 20;
constexpr std::uint32_t field_mask = (1U << field_bits) - 1;
constexpr std::uint64_t outermost_bit = std::uint64_t{1} << 62;
constexpr std::uint64_t scope_mask = ~std::uint64_t{field_mask};
constexpr std::uint64_t agent_mask = scope_mask << field_bits;

bool marked_by_an_agent(std::uint64_t hard)
{
    return hard != RLIM_INFINITY && (hard & outermost_bit) != 0;
}

} // namespace

TagSource::TagSource(pid_t agent, std::uint64_t inherited_hard)
    : agent_bits_{static_cast<std::uint64_t>(agent) << 2 * field_bits}, inherited_hard_{inherited_hard}
{
    // An inner agent's tags must stay below the mark of the outermost one, which it cannot raise.
    if (!marked_by_an_agent(inherited_hard))
        agent_bits_ |= outermost_bit;
}

ScopeId TagSource::new_scope()
{
    do
        last_scope_ = (last_scope_ + 1) & field_mask;
    while (last_scope_ == 0 || !scopes_.insert(last_scope_).second);
    return ScopeId{last_scope_};
}

void TagSource::forget(ScopeId scope)
{
    scopes_.erase(static_cast<std::uint32_t>(scope));
}

TagPair TagSource::new_command(ScopeId scope)
{
    last_command_ = (last_command_ + 1) & field_mask;
    const std::uint64_t tag = scope_bits(scope) | last_command_;
    return {tag, marked_by_an_agent(inherited_hard_) ? inherited_hard_ : tag};
}

TagPair TagSource::new_keeper()
{
    return {new_command({}).soft, inherited_hard_};
}

TagPattern TagSource::command(TagPair tags)
{
    return {tags.soft, ~std::uint64_t{0}};
}

TagPattern TagSource::scope(ScopeId scope) const
{
    return {scope_bits(scope), scope_mask};
}

TagPattern TagSource::agent() const
{
    return {agent_bits_, agent_mask};
}

TagPattern TagSource::of_agent(pid_t agent)
{
    return {static_cast<std::uint64_t>(agent) << 2 * field_bits, agent_mask & ~outermost_bit};
}

std::uint64_t TagSource::scope_bits(ScopeId scope) const
{
    return agent_bits_ | std::uint64_t{static_cast<std::uint32_t>(scope) & field_mask} << field_bits;
}

std::optional<TagPair> tags_of(pid_t process)
{
    rlimit64 limit{};
    if (prlimit64(process, RLIMIT_LOCKS, nullptr, &limit) != 0)
        return {};
    return TagPair{limit.rlim_cur, limit.rlim_max};
}

} // namespace forager
