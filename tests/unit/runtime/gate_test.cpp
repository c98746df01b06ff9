#include "runtime/gate.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

asio::awaitable<bool> passing(Gate& gate, bool& passed)
{
    co_await gate.opened();
    const Gate::Inside inside = gate.pass();
    passed = true;
    co_return gate.inside() == 1;
}

} // namespace

TEST_CASE("who comes to a gate that is shut waits until it is open, or leaves when cancelled")
{
    World world;
    Gate gate;
    CHECK_FALSE(gate.is_shut());
    gate.shut();
    bool first = false;
    bool second = false;
    Begun<bool> waits;
    Begun<bool> leaves;
    world.begin(waits, passing(gate, first));
    world.begin(leaves, passing(gate, second));
    world.clock.run_for(world.io, std::chrono::hours{1});
    leaves.cancel();
    world.clock.run_for(world.io, {});
    CHECK(leaves.thrown);
    CHECK_FALSE(first);
    gate.open();
    world.finish(waits);
    CHECK(*waits.value);
    CHECK_FALSE(second);
    CHECK(gate.inside() == 0);
}
