#include "sources/colony/server_time.hpp"

#include "clients/colonies/types/time.hpp"
#include "executor_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

constexpr WallTime ten = WallTime{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}} + 10s;

struct Learning : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    ServerTime time{desk};
    Duration delay{}; ///< of each of the server's answers
    TimePoint begun = clock.now();

    Learning()
    {
        colony.on["assignprocessmsg"] = [this](const Heard& call) {
            colony.last_heard = colonies::time_text(ten + (clock.now() - begun));
            clock.spend(delay);
            return colony.usual(call, "");
        };
    }

    Result<void> learn() { return run(learned()); }
    std::size_t calls() const { return colony.calls.size(); }

private:
    boost::asio::awaitable<Result<void>> learned() { return time.learn(); }
};

} // namespace

TEST_CASE("the server's clock is known before its first late answer")
{
    Learning world;
    CHECK(world.time.is_due());
    const TimePoint asked = world.clock.now();
    REQUIRE(world.learn());
    CHECK_FALSE(world.time.is_due());
    CHECK(world.calls() == 2);
    CHECK(FakeColony::is_heartbeat(world.colony.calls[0])); // it takes no work
    CHECK(world.desk.server_clock.when(ten + 60s, asked + 50s, asked + 90s) - asked - 60s < PeerClock::enough);
}

TEST_CASE("a slow server is asked three times, and not again for a while")
{
    Learning world;
    world.delay = 2s;
    REQUIRE(world.learn());
    CHECK(world.calls() == 6);
    CHECK_FALSE(world.time.is_due());
    world.pass(6min);
    CHECK(world.time.is_due());
}

TEST_CASE("one that does not say when it heard the executor is asked once")
{
    Learning world;
    world.colony.on.clear();
    REQUIRE(world.learn());
    CHECK(world.calls() == 2);
    CHECK_FALSE(world.time.is_due());
}

TEST_CASE("what is known of the clock is renewed, and what could not be learnt is due")
{
    Learning world;
    REQUIRE(world.learn());
    world.pass(16min);
    CHECK(world.time.is_due());
    world.colony.on["assignprocessmsg"] = [](const Heard&) { return refusal_of_server(503, "later"); };
    CHECK_FALSE(world.learn());
    CHECK(world.time.is_due());
}
