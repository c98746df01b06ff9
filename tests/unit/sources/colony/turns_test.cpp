#include "sources/colony/turns.hpp"

#include "executor_world.hpp"
#include "recording_observer.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Story = std::vector<std::string>;

// Two executors of one agent.
struct Sharing : ExecutorWorld {
    ~Sharing() { end(); }

    struct One {
        explicit One(ExecutorWorld& world) : desk{world.desk()} { desk.settings.machine.cpu = 2000; }
        Desk desk;
        RecordingReporter reporter;
        Turns turns{desk, reporter};

        void lend(const std::string& id, std::int64_t cpu, std::optional<TimePoint> deadline = {})
        {
            Held held;
            held.lease.cpu = cpu;
            desk.holdings.add(id, held);
            Invocation invocation;
            invocation.id = id;
            invocation.deadline = deadline;
            turns.submit({}, std::move(invocation), 0);
        }
        void told(const std::string& id) { desk.holdings.finish(id, Outputs{}); }
    };

    void begin()
    {
        start(x().turns.run());
        start(y().turns.run());
        pass(1s);
    }
    One& x() { return x_; }
    One& y() { return y_; }

private:
    One x_{*this};
    One y_{*this};
};

} // namespace

TEST_CASE("what two executors are lent at once shares the machine: the second begins when the first has ended")
{
    Sharing world;
    world.begin();
    world.x().lend("p", 1500);
    world.y().lend("q", 1500);
    world.y().lend("free", 0);
    world.pass(1min);
    CHECK(world.intake.begun == Story{"p", "free"});
    CHECK_FALSE(world.y().turns.empty());
    CHECK(world.log == Story{"process q waits for cores or memory that other work of this agent has taken"});
    world.x().told("p");
    world.pass(1ms);
    CHECK(world.intake.begun == Story{"p", "free", "q"});
    CHECK(world.y().turns.empty());
}

TEST_CASE("what waits and is wanted no more, or has no time left, ends without having begun")
{
    Sharing world;
    world.begin();
    world.x().lend("p", 1500);
    world.y().lend("q", 1500);
    world.y().lend("late", 1500, world.clock.now() + 10s);
    world.pass(5s);
    CHECK(world.cancelled.empty());
    world.y().desk.dismiss("q", "it was cancelled");
    world.pass(1s);
    CHECK(world.cancelled == Story{"q", "q"}); // asked in vain, and when it could hear
    world.pass(10s);
    CHECK(world.cancelled == Story{"q", "q", "late"});
    CHECK(world.y().turns.empty());
}

TEST_CASE("when the agent stops nothing waits any more")
{
    Sharing world;
    world.begin();
    world.x().lend("p", 1500);
    world.y().lend("q", 1500);
    world.y().desk.stopping = true;
    world.y().turns.give_up();
    CHECK(world.cancelled == Story{"q"});
    CHECK(world.y().turns.empty());
    world.y().lend("r", 1500);
    CHECK(world.intake.begun == Story{"p", "q", "r"}); // the scheduler knows how to end it
}
