#include "primitives/docker/slots.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::docker_work;

namespace {

Value container(const Slot& slot, const char* state)
{
    return Object{{"State", state}, {"Labels", docker::object_of(slot.labels())}};
}

} // namespace

TEST_CASE("containers that are being made count for those that are begun later")
{
    Slots slots{"me"};
    const Slot first = slots.begin("a");
    const Slot second = slots.begin("a");
    const Slot other = slots.begin("b");
    CHECK(slots.others(first, {}) == 0);
    CHECK(slots.others(second, {}) == 1);
    CHECK(slots.others(other, {}) == 0);
}

TEST_CASE("one that is listed already while it is made counts once, and one that has ended never")
{
    Slots slots{"me"};
    Array listed;
    {
        const Slot made = slots.begin("a");
        listed = Array{container(made, "running")};
        CHECK(slots.others(slots.begin("a"), listed) == 1);
    }
    CHECK(slots.others(slots.begin("a"), listed) == 1);
    Slots others{"another run"};
    CHECK(slots.others(slots.begin("a"), Array{container(others.begin("a"), "created")}) == 1);
    CHECK(slots.others(slots.begin("a"), Array{container(others.begin("a"), "exited")}) == 0);
}

TEST_CASE("who does not count has no labels")
{
    CHECK(Slot{}.labels().empty());
    Slots slots{"me"};
    CHECK(slots.begin("a").labels().front() == std::pair<std::string, std::string>{"forager.policy", "a"});
}
