// The tag that every child carries and hands down to whatever it starts, so that all of it can be found again: a value
// of the limit RLIMIT_LOCKS, which Linux keeps but has not looked at since 2.4. See docs/decisions/0002-children.md.
#pragma once

#include "ports/process_runner.hpp"

#include <sys/types.h>

#include <cstdint>
#include <set>

namespace forager {

/// Both values of RLIMIT_LOCKS as a process has them.
struct TagPair {
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

/// Some of the processes: those whose tag says `value` where `mask` has ones.
struct TagPattern {
    std::uint64_t value = 0;
    std::uint64_t mask = 0;
    std::uint64_t born_before = 0; ///< only those that were started before (as `birth_of` counts); 0: all

    /// The soft value is a command's own tag, the hard value that of the outermost agent's command.
    bool matches(const TagPair& tags) const { return (tags.soft & mask) == value || (tags.hard & mask) == value; }
};

/// Gives out tags: no two commands of one user's agents that run at the same time have the same one. From the top:
/// 0, 1 for the outermost agent, the agent's process id (22 bits), the scope (20), the command (20).
class TagSource {
public:
    /// `inherited_hard`: the hard value of this process, which says whether an agent stands above this one.
    TagSource(pid_t agent, std::uint64_t inherited_hard);

    ScopeId new_scope();
    void forget(ScopeId scope);

    TagPair new_command(ScopeId scope);

    /// For a process that will take tags of its own: its hard value stays high enough for them.
    TagPair new_keeper();

    /// Whether there was any command.
    bool used() const { return last_command_ > 0; }

    static TagPattern command(TagPair tags);
    TagPattern scope(ScopeId scope) const;
    TagPattern agent() const;

    /// What the agent with this process id started, whether it was the outermost one or not.
    static TagPattern of_agent(pid_t agent);

private:
    std::uint64_t scope_bits(ScopeId scope) const;

    std::uint64_t agent_bits_;
    std::uint64_t inherited_hard_;
    std::set<std::uint32_t> scopes_; // living ones: their numbers must not come again after 2^20 others
    std::uint32_t last_scope_ = 0;
    std::uint32_t last_command_ = 0;
};

/// The tags of a process, or nothing when it is gone or belongs to somebody else. 0 is this process.
std::optional<TagPair> tags_of(pid_t process);

} // namespace forager
