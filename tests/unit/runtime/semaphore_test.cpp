#include "runtime/semaphore.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

asio::awaitable<bool> noted(Semaphore& semaphore, std::vector<int>& order, int number, Permit& kept)
{
    Permit permit = co_await semaphore.permit();
    order.push_back(number);
    kept = std::move(permit);
    co_return true;
}

asio::awaitable<bool> taken_and_dropped(Semaphore& semaphore, int& taken)
{
    const Permit permit = co_await semaphore.permit();
    ++taken;
    co_return true;
}

} // namespace

TEST_CASE("those who wait for a permit get it in the order of their coming")
{
    World world;
    Semaphore semaphore{1};
    std::vector<int> order;
    Begun<bool> begun[3];
    Permit permits[3];
    for (int i = 0; i < 3; ++i)
        world.begin(begun[i], noted(semaphore, order, i, permits[i]));
    world.clock.run_for(world.io, {});
    CHECK(order == std::vector{0});
    CHECK(semaphore.waiting() == 2);
    for (Permit& permit : permits) {
        permit = Permit{};
        world.clock.run_for(world.io, {});
    }
    CHECK(order == std::vector{0, 1, 2});
    CHECK(semaphore.held() == 0);
}

TEST_CASE("who is cancelled while it waits leaves the queue")
{
    World world;
    Semaphore semaphore{1};
    std::vector<int> order;
    Begun<bool> begun[3];
    Permit permits[3];
    for (int i = 0; i < 3; ++i)
        world.begin(begun[i], noted(semaphore, order, i, permits[i]));
    world.clock.run_for(world.io, {});
    begun[1].cancel();
    world.clock.run_for(world.io, {});
    CHECK(is_cancellation(begun[1].thrown));
    permits[0] = Permit{};
    world.clock.run_for(world.io, {});
    CHECK(order == std::vector{0, 2});
    permits[2] = Permit{};
    CHECK(semaphore.held() == 0);
}

TEST_CASE("a permit granted at the moment of the cancellation is not lost")
{
    World world;
    Semaphore semaphore{1};
    std::vector<int> order;
    Begun<bool> first;
    Begun<bool> second;
    Permit permit;
    int taken = 0;
    world.begin(first, noted(semaphore, order, 0, permit));
    world.begin(second, taken_and_dropped(semaphore, taken));
    world.clock.run_for(world.io, {});
    permit = Permit{};
    second.cancel();
    world.clock.run_for(world.io, {});
    CHECK(second.ended());
    CHECK(semaphore.held() == 0);
    CHECK(semaphore.has_room());
}

TEST_CASE("a larger limit wakes those who wait, a smaller one takes nothing away")
{
    World world;
    Semaphore semaphore{1};
    std::vector<int> order;
    Begun<bool> begun[3];
    Permit permits[3];
    for (int i = 0; i < 3; ++i)
        world.begin(begun[i], noted(semaphore, order, i, permits[i]));
    world.clock.run_for(world.io, {});
    semaphore.resize(3);
    world.clock.run_for(world.io, {});
    CHECK(order == std::vector{0, 1, 2});
    semaphore.resize(1);
    CHECK(semaphore.held() == 3);
    permits[0] = Permit{};
    CHECK_FALSE(semaphore.has_room());
    permits[1] = Permit{};
    permits[2] = Permit{};
    CHECK(semaphore.has_room());
}
