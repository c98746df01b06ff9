#include "sources/colony/arrivals.hpp"

#include "executor_world.hpp"
#include "recording_observer.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

struct Arriving : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    RecordingReporter reporter;
    Arrivals arrivals{desk, reporter};

    void come(const Object& process, TimePoint answered)
    {
        const auto read = colonies::read<colonies::Process>(Value{process}).value();
        start(arrivals.take({}, read, {clock.now(), answered}));
        pass(100ms);
    }
};

} // namespace

TEST_CASE("the time of work counts from its assignment, by the server's clock")
{
    Arriving world;
    const TimePoint now = world.clock.now();
    (void)world.desk.server_clock.when(WallTime{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}}, now,
                                       now + 4ms);
    Object process = process_record("p", {{"maxexectime", 60}});
    process.set("starttime", "2020-01-01T00:00:02Z");
    world.come(process, now + 5s);
    CHECK(world.intake.running.at("p").deadline == now + 60500ms);
    CHECK(lease_in(world.outbox.begun.at("p").lease).begun > 0);
}

TEST_CASE("what comes is known as heard of, while that is noted, under its lease alone")
{
    Arriving world;
    world.desk.holdings.add("held", {});
    world.arrivals.note_what_comes();
    world.come(process_record("new", {}, 2), world.clock.now());
    const auto head = [](const char* id, std::int64_t retries) {
        colonies::ProcessHead head;
        head.id = id;
        head.retries = retries;
        return head;
    };
    CHECK(world.arrivals.has_heard(head("held", 0)));
    CHECK(world.arrivals.has_heard(head("new", 2)));
    CHECK_FALSE(world.arrivals.has_heard(head("new", 3)));
    CHECK_FALSE(world.arrivals.has_heard(head("other", 0)));
}
