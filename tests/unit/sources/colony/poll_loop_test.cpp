#include "sources/colony/poll_loop.hpp"

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

struct Polling : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    RecordingReporter reporter;
    Enrolment enrolment{desk};
    Arrivals arrivals{desk, reporter};
    Recovery recovery{desk, arrivals};
    PollLoop poll{desk, enrolment, arrivals, recovery};

    ~Polling() { end(); }

    void begin()
    {
        start(poll.run());
        pass(1s);
    }
    void give(const std::string& id, Object spec = {})
    {
        colony.waiting.push_back(process_record(id, std::move(spec)));
    }
    std::size_t asked() const { return colony.asked(); }
    /// Calls of helpers.
    std::ptrdiff_t helped() const
    {
        return std::ranges::count_if(colony.calls, [](const Heard& call) {
            return call.call == "assignprocessmsg" && part<std::int64_t>(call.payload, "timeout") < 0 &&
                   !FakeColony::is_heartbeat(call);
        });
    }
    const Object& last() const { return colony.last("assignprocessmsg"); }
    void refuse(const std::string& call, int status, const std::string& message)
    {
        colony.on[call] = [status, message](const Heard&) { return refusal_of_server(status, message); };
    }
};

constexpr const char* not_member = "Access denied, not a member of Colony with name c";

} // namespace

TEST_CASE("it enrols, looks for what was lent without a word, and asks")
{
    Polling world;
    world.begin();
    CHECK(world.desk.enrolled);
    CHECK(world.colony.count("getprocessesmsg") == 1);
    CHECK(world.asked() > 1);
    CHECK(part<std::int64_t>(world.last(), "timeout") == 20);
    CHECK(world.asked() < 10); // a server that does not wait is not asked without end
}

TEST_CASE("the first answer after a start may be late, and moves no time limit by that")
{
    Polling world;
    Object process = process_record("p", {{"maxexectime", 60}});
    process.set("starttime", "2020-01-01T00:00:10Z");
    world.colony.waiting.push_back(process);
    std::optional<TimePoint> lent;
    world.colony.on["assignprocessmsg"] = [&](const Heard& call) {
        world.colony.last_heard = "2020-01-01T00:00:10Z";
        if (!lent && !FakeColony::is_heartbeat(call)) {
            lent = world.clock.now();
            world.clock.spend(3s);
        }
        return world.colony.usual(call, "");
    };
    world.begin();
    REQUIRE(world.intake.running.contains("p"));
    CHECK(*world.intake.running.at("p").deadline <= *lent + 60s);
}

TEST_CASE("no permit, no assign")
{
    Polling world;
    world.intake.places.resize(1);
    world.give("p");
    world.give("q");
    world.begin();
    CHECK(world.intake.begun == Story{"p"});
    const std::size_t before = world.asked();
    world.pass(1min);
    CHECK(world.asked() == before);
    world.intake.end("p", Outputs{});
    world.pass(10s);
    CHECK(world.intake.begun == Story{"p", "q"});
}

TEST_CASE("no more is taken while a crowd waits for places of functions, and what is taken has its priority")
{
    Polling world;
    world.intake.crowded = 64;
    world.give("p", Object{{"priority", 7}});
    world.begin();
    world.pass(1min);
    CHECK(world.asked() == 0);
    world.intake.crowded = 63;
    world.pass(10s);
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.intake.priorities == std::vector<int>{7});
}

TEST_CASE("the last free place is not kept for long")
{
    Polling world;
    world.intake.places.resize(1);
    world.begin();
    CHECK(part<std::int64_t>(world.last(), "timeout") == 1);
}

TEST_CASE("it says how much is left of the machine, by what runs has asked for")
{
    Polling world;
    world.desk.settings.machine.cpu = 1000;
    world.desk.settings.machine.memory = 1 << 20;
    world.give("p", {{"conditions", Object{{"cpu", "600m"}, {"mem", "1000Ki"}}}});
    world.begin();
    CHECK(part<std::string>(world.last(), "availablecpu") == "400m");
    CHECK(part<std::string>(world.last(), "availablemem") == "24Ki");
    world.give("q", {{"conditions", Object{{"cpu", "600m"}}}}); // whatever the server thinks
    world.pass(1s);
    CHECK(part<std::string>(world.last(), "availablecpu") == "0m");
}

TEST_CASE("a machine that is not known gives as much as anybody asks for")
{
    Polling world;
    world.begin();
    CHECK(part<std::string>(world.last(), "availablecpu").empty());
    CHECK(part<std::string>(world.last(), "availablemem").empty());
}

TEST_CASE("while it is paused it asks for nothing, also when a place gets free")
{
    Polling world;
    world.intake.places.resize(1);
    world.give("p");
    world.begin();
    world.desk.paused = true;
    world.give("q");
    const std::size_t before = world.asked();
    world.intake.end("p", Outputs{});
    world.pass(1min);
    CHECK(world.asked() == before);
    world.desk.paused = false;
    world.desk.changed.set();
    world.pass(1s);
    CHECK(world.intake.begun == Story{"p", "q"});
}

TEST_CASE("with too many outcomes that are not told it takes no more")
{
    Polling world;
    world.desk.settings.untold_limit = 1;
    Held ended;
    ended.outcome = Outputs{};
    world.desk.holdings.add("p", ended);
    world.begin();
    CHECK(world.desk.enrolled);
    CHECK(world.asked() == 0);
    world.desk.settle("p", {});
    world.pass(1s);
    CHECK(world.asked() > 0);
}

TEST_CASE("one that the server does not know any more enrols again, also when it has no room to ask")
{
    Polling world;
    world.intake.places.resize(1);
    world.give("p");
    world.begin();
    const std::size_t before = world.colony.count("getexecutorbyidmsg");
    world.desk.doubt();
    world.pass(10s);
    CHECK(world.colony.count("getexecutorbyidmsg") == before + 1);
    CHECK(world.desk.enrolled);
    CHECK(world.cancelled.empty());
    world.desk.paused = true;
    world.desk.doubt();
    world.pass(10s);
    CHECK(world.desk.enrolled);
    CHECK(world.intake.begun == Story{"p"});
}

TEST_CASE("one that was removed ends what ran: the colony has given it to others")
{
    Polling world;
    world.desk.who.owner = colonies::PrivateKey::generate();
    world.give("p");
    world.begin();
    bool approved = false;
    world.colony.on["approveexecutormsg"] = [&](const Heard&) {
        approved = true;
        return reply_of("{}");
    };
    for (const char* call : {"assignprocessmsg", "getexecutorbyidmsg"})
        world.colony.on[call] = [&world, &approved](const Heard& heard) {
            return approved ? world.colony.usual(heard, "") : refusal_of_server(403, not_member);
        };
    world.pass(3s);
    CHECK(approved);
    CHECK(world.desk.enrolled);
    CHECK(world.cancelled == Story{"p"});
}

TEST_CASE("while it is paused it begins nothing of what it finds either, and does when it goes on")
{
    Polling world;
    world.intake.places.resize(1);
    std::optional<Permit> only = world.intake.permit_now();
    world.colony.processes["p"] = process_record("p");
    world.colony.lists[1] = {"p"};
    world.start(world.poll.run());
    world.pass(1s); // it waits for a place
    world.desk.paused = true;
    only.reset();
    world.pass(10s);
    CHECK(world.intake.begun.empty());
    CHECK(world.desk.unsure);
    CHECK(world.log.empty());
    world.desk.paused = false;
    world.desk.changed.set();
    world.pass(3s);
    CHECK(world.intake.begun == Story{"p"});
}

TEST_CASE("after a call whose answer was lost it looks what it was lent")
{
    Polling world;
    world.begin();
    const std::size_t before = world.colony.count("getprocessesmsg");
    world.colony.on["assignprocessmsg"] = [&](const Heard&) { return Reply{"", Reply::Then::vanish}; };
    world.pass(1s);
    world.colony.processes["p"] = process_record("p");
    world.colony.lists[1] = {"p"};
    world.colony.on.clear();
    world.pass(5s);
    CHECK(world.colony.count("getprocessesmsg") > before);
    CHECK(world.intake.begun == Story{"p"});
}

TEST_CASE("what was lent without a fault that shows is found within half a minute or so")
{
    Polling world;
    world.begin();
    world.colony.processes["p"] = process_record("p");
    world.colony.lists[1] = {"p"};
    world.pass(10s);
    CHECK(world.intake.begun.empty());
    world.pass(25s);
    CHECK(world.intake.begun == Story{"p"});
    const std::size_t looks = world.colony.count("getprocessesmsg");
    world.pass(2min);
    CHECK(world.colony.count("getprocessesmsg") <= looks + 4);
}

TEST_CASE("the same goes for a helper's call, and for one that was cancelled")
{
    for (const Reply::Then fate : {Reply::Then::vanish, Reply::Then::hang}) {
        Polling world;
        world.colony.on["assignprocessmsg"] = [&](const Heard& call) {
            const bool is_helpers = part<std::int64_t>(call.payload, "timeout") < 0 && !FakeColony::is_heartbeat(call);
            return is_helpers ? Reply{"", fate} : world.colony.usual(call, "");
        };
        world.give("p");
        world.start(world.poll.help());
        world.begin();
        if (fate == Reply::Then::hang) {
            CHECK_FALSE(world.desk.unsure);
            world.end();
            CHECK(world.desk.unsure);
        } else {
            CHECK(world.colony.count("getprocessesmsg") == 2);
        }
    }
}

TEST_CASE("helpers fetch what is left of a burst, and rest when there is nothing")
{
    Polling world;
    for (int i = 0; i < 5; ++i)
        world.give("p" + std::to_string(i));
    world.start(world.poll.help());
    world.begin();
    CHECK(world.intake.begun.size() == 5);
    CHECK(world.helped() >= 1);
    CHECK(world.helped() <= 5);
}

TEST_CASE("helpers ask after what had waited, and not after what came while it was waited for")
{
    for (const bool has_waited : {false, true}) {
        CAPTURE(has_waited);
        Polling world;
        Object process = process_record("p");
        process.set("submissiontime", has_waited ? "2020-01-01T00:00:00Z" : "2020-01-01T00:00:02Z");
        process.set("starttime", "2020-01-01T00:00:02Z");
        world.colony.waiting.push_back(process);
        world.start(world.poll.help());
        world.begin();
        CHECK(world.intake.begun == Story{"p"});
        CHECK(world.helped() == (has_waited ? 1 : 0));
    }
}

TEST_CASE("helpers ask for nothing without a permit, and do not turn in vain")
{
    Polling world;
    world.intake.places.resize(1);
    world.give("p");
    world.start(world.poll.help());
    world.begin();
    CHECK(world.asked() == 1);
}

TEST_CASE("a server that is away is tried again, and back within three seconds")
{
    Polling world;
    world.colony.on["getexecutorbyidmsg"] = [](const Heard&) { return Reply{"", Reply::Then::vanish}; };
    world.begin();
    world.pass(1min);
    CHECK(world.server.away());
    CHECK(world.log.size() == 1);
    CHECK(world.asked() == 0);
    world.colony.on.clear();
    world.pass(3s);
    CHECK(world.asked() > 0);
    CHECK_FALSE(world.server.away());
}

TEST_CASE("what only a person can put right is said once, and is no server that is away")
{
    Polling world;
    world.refuse("getexecutorbyidmsg", 403, not_member);
    world.begin();
    world.pass(1min);
    REQUIRE(world.log.size() == 1);
    CHECK(world.log[0].find("colonies executor add --executorid " + world.who.key.id()) != std::string::npos);
    CHECK_FALSE(world.server.away());
}

TEST_CASE("a colony that is paused is nobody's mistake")
{
    Polling world;
    world.refuse("assignprocessmsg", 503, "No processes available: colony assignments are paused");
    world.begin();
    world.pass(1min);
    CHECK(world.log.empty());
    CHECK(world.desk.enrolled);
    CHECK(world.asked() < 200);
}

TEST_CASE("functions that are others than those told are told before more work is asked for")
{
    Polling world;
    world.begin();
    Function fresh;
    fresh.name = "demo.fresh";
    world.functions.push_back(fresh);
    world.pass(1s);
    CHECK(part<std::string>(*world.colony.last("addfunctionmsg").find("fun")->get<Object>(), "funcname") ==
          "demo.fresh");
}
