#include "sources/colony/watch_loop.hpp"

#include "executor_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Story = std::vector<std::string>;

struct Watching : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    WatchLoop watch{desk};

    Watching()
    {
        desk.enrolled = true;
        desk.polled = clock.now();
        start(watch.run());
    }
    ~Watching() { end(); }

    void runs(const std::string& id, const std::string& graph = {})
    {
        Held held;
        held.lease.graph = graph;
        held.begun = held.verified = clock.now();
        desk.holdings.add(id, std::move(held));
        desk.changed.set();
        colony.processes.insert_or_assign(id, process_record(id));
    }
    void ended(std::int64_t state, int first, int count)
    {
        for (int i = first; i < first + count; ++i)
            colony.lists[state].insert(colony.lists[state].begin(), "other" + std::to_string(i));
    }
    std::size_t looks(std::int64_t count) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(colony.calls, [count](const Heard& call) {
            return call.call == "getprocessesmsg" && part<std::int64_t>(call.payload, "count") == count;
        }));
    }
    std::size_t heartbeats() const { return colony.count("assignprocessmsg"); }
};

} // namespace

TEST_CASE("nothing is looked at while nothing runs, but the executor shows that it lives")
{
    Watching world;
    world.pass(10min);
    CHECK(world.colony.count("getprocessesmsg") == 0);
    CHECK(world.heartbeats() >= 8);
    CHECK(world.heartbeats() <= 11);
    CHECK(part<std::string>(world.colony.last("assignprocessmsg"), "availablecpu") == "-1m");
}

TEST_CASE("a busy executor that asks for no work shows that it lives, one that asks need not")
{
    Watching world;
    world.runs("p");
    world.pass(5min);
    CHECK(world.heartbeats() >= 4);
    CHECK(world.heartbeats() <= 5);
    const std::size_t before = world.heartbeats();
    for (int i = 0; i < 5; ++i) {
        world.desk.polled = world.clock.now();
        world.pass(30s);
    }
    CHECK(world.heartbeats() == before);
}

TEST_CASE("a cancellation is noticed within a second")
{
    Watching world;
    world.runs("p");
    world.pass(5s);
    world.colony.lists[4] = {"p"};
    world.pass(1s);
    CHECK(world.cancelled == Story{"p"});
    world.pass(5s);
    CHECK(world.cancelled == Story{"p"});
    CHECK(world.desk.holdings.find("p")->dismissed == "it was cancelled in the colony");
}

TEST_CASE("the failure of its workflow ends what runs of it; others' failures are not asked for")
{
    Watching world;
    world.runs("p");
    world.pass(3s);
    const std::size_t alone = world.looks(10);
    world.runs("q", "graph");
    world.colony.lists[3] = {"q"};
    world.pass(3s);
    CHECK(world.cancelled == Story{"q"});
    CHECK(world.looks(10) > alone + 8);
}

TEST_CASE("more are asked for when all of the newest are new, and no more when they are known")
{
    Watching world;
    world.runs("p", "graph");
    world.ended(4, 0, 200);
    world.ended(3, 0, 200);
    world.pass(2s);
    const std::size_t first = world.looks(100);
    CHECK(first == 2); // once for each state
    world.pass(10s);
    CHECK(world.looks(100) == first);
    world.colony.lists[4].insert(world.colony.lists[4].begin(), "p");
    world.ended(4, 200, 50); // p is the 51st now
    world.pass(2s);
    CHECK(world.looks(100) == first + 1);
    CHECK(world.cancelled == Story{"p"});
}

TEST_CASE("what no list shows is found by asking for it")
{
    Object other = process_record("p");
    other.set("assignedexecutorid", "somebody else");
    Object waits = process_record("p");
    waits.set("state", 0);
    for (const Object& found : {other, waits, process_record("p", {}, 1)}) {
        Watching world;
        world.runs("p");
        world.runs("fine");
        world.colony.processes["p"] = found;
        world.pass(9s);
        CHECK(world.cancelled.empty());
        world.pass(4s);
        CHECK(world.cancelled == Story{"p"});
    }
    Watching world;
    world.runs("removed");
    world.colony.processes.clear();
    world.pass(13s);
    CHECK(world.cancelled == Story{"removed"});
}

TEST_CASE("nothing is ended for the word of a server that is away, or does not know the executor")
{
    for (const auto& [status, message] : std::initializer_list<std::pair<int, const char*>>{
             {503, "later"}, {403, "Access denied, not a member of Colony with name c"}, {500, "pq: whatever"}}) {
        CAPTURE(message);
        Watching world;
        world.runs("p");
        world.colony.on["getprocessmsg"] = [status, message](const Heard&) {
            return refusal_of_server(status, message);
        };
        world.pass(15s);
        CHECK(world.cancelled.empty());
        CHECK(world.server.away() == (status == 503));
        CHECK(world.desk.enrolled == (status != 403)); // it is asked again
    }
}

TEST_CASE("a server that is away is left in peace, and looked at when it is back")
{
    Watching world;
    world.runs("p");
    world.pass(2s);
    world.server.heard({Errc::unreachable, "nobody there"});
    const std::size_t before = world.colony.calls.size();
    world.colony.lists[4] = {"p"};
    world.pass(5min);
    CHECK(world.colony.calls.size() == before);
    world.server.answered();
    world.pass(2s);
    CHECK(world.cancelled == Story{"p"});
}
