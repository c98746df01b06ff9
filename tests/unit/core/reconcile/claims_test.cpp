#include "core/reconcile/claims.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;
using reconcile::Claims;
using Whose = Claims::Whose;

namespace {

TimePoint at(Duration since)
{
    return TimePoint{} + since;
}

} // namespace

TEST_CASE("what nobody has is taken by who is asked, and by others after a while only")
{
    Claims claims{"a"};
    CHECK(claims.look("web", "", "", false, at(0s)) == Whose::fresh);
    CHECK(claims.look("web", "", "", false, at(20s)) == Whose::fresh);
    CHECK(claims.look("web", "", "", false, at(30s)) == Whose::free);
    CHECK(claims.look("web", "", "", true, at(31s)) == Whose::ours);
}

TEST_CASE("what its status says is ours is ours, also after a restart")
{
    Claims claims{"a"};
    CHECK(claims.look("web", "a", "1", false, at(0s)) == Whose::ours);
}

TEST_CASE("what another one sees to is left to it as long as it gives signs of life")
{
    Claims claims{"a"};
    CHECK(claims.look("web", "b", "1", false, at(0s)) == Whose::others);
    CHECK(claims.look("web", "b", "2", false, at(170s)) == Whose::others);
    CHECK(claims.look("web", "b", "2", false, at(340s)) == Whose::others);
    CHECK(claims.whose("web") == "b");
    CHECK(claims.look("web", "b", "2", false, at(351s)) == Whose::free);
}

TEST_CASE("an update that wipes the status takes nothing away from who sees to it")
{
    Claims claims{"a"};
    CHECK(claims.look("web", "b", "1", false, at(0s)) == Whose::others);
    CHECK(claims.look("web", "", "", false, at(30s)) == Whose::others);
    Claims owner{"b"};
    CHECK(owner.look("web", "b", "1", true, at(0s)) == Whose::ours);
    CHECK(owner.look("web", "", "", true, at(30s)) == Whose::ours);
}

TEST_CASE("who was silent for too long has lost it when another one says so")
{
    Claims claims{"a"};
    CHECK(claims.look("web", "a", "1", true, at(0s)) == Whose::ours);
    CHECK(claims.look("web", "b", "2", true, at(300s)) == Whose::others);
}

TEST_CASE("what is no more is forgotten")
{
    Claims claims{"a"};
    CHECK(claims.look("web", "b", "1", false, at(0s)) == Whose::others);
    claims.forget_all_but({});
    CHECK(claims.look("web", "", "", false, at(1s)) == Whose::fresh);
}
