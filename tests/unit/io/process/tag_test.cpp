#include "io/process/tag.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace forager;

namespace {

constexpr pid_t outer_agent = 4'194'303;
constexpr pid_t inner_agent = 7;

} // namespace

TEST_CASE("a command is matched by its own tag alone, and by its scope and its agent")
{
    TagSource tags{outer_agent, RLIM_INFINITY};
    const ScopeId scope = tags.new_scope();
    const ScopeId other_scope = tags.new_scope();
    const TagPair one = tags.new_command(scope);
    const TagPair two = tags.new_command(scope);
    const TagPair three = tags.new_command(other_scope);
    CHECK(TagSource::command(one).matches(one));
    CHECK_FALSE(TagSource::command(one).matches(two));
    CHECK(tags.scope(scope).matches(one));
    CHECK(tags.scope(scope).matches(two));
    CHECK_FALSE(tags.scope(scope).matches(three));
    CHECK(tags.agent().matches(three));
    CHECK_FALSE(tags.agent().matches({RLIM_INFINITY, RLIM_INFINITY}));
    CHECK_FALSE(TagSource(inner_agent, RLIM_INFINITY).agent().matches(one));
}

TEST_CASE("an outer command's pattern catches what an agent inside it starts, not the other way round")
{
    TagSource outer{outer_agent, RLIM_INFINITY};
    const TagPair command = outer.new_command(outer.new_scope());
    TagSource inner{inner_agent, command.hard};
    const TagPair inner_command = inner.new_command(inner.new_scope());
    CHECK(inner_command.soft <= inner_command.hard);
    CHECK(inner_command.hard == command.hard);
    CHECK(TagSource::command(command).matches(inner_command));
    CHECK(outer.agent().matches(inner_command));
    CHECK_FALSE(TagSource::command(inner_command).matches(command));
    CHECK_FALSE(inner.agent().matches(command));
}

TEST_CASE("the number of a living scope does not come again")
{
    TagSource tags{outer_agent, RLIM_INFINITY};
    const ScopeId lasting = tags.new_scope();
    for (int i = 0; i < (1 << 20) + 10; ++i) {
        const ScopeId scope = tags.new_scope();
        REQUIRE(scope != lasting);
        REQUIRE(scope != ScopeId{});
        tags.forget(scope);
    }
}
