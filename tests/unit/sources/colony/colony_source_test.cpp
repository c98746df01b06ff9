#include "sources/colony/colony_source.hpp"

#include "executor_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Story = std::vector<std::string>;

struct Running : ExecutorWorld {
    ColonySource& serve()
    {
        source.emplace(desk());
        REQUIRE(run(source->open()));
        for (auto& [name, loop] : source->loops())
            start(loop());
        pass(1s);
        return *source;
    }
    void give(const std::string& id, Object spec = {}, std::int64_t retries = 0)
    {
        colony.waiting.push_back(process_record(id, std::move(spec), retries));
        pass(1s);
    }
    ~Running() { end(); }

    std::optional<ColonySource> source;
};

std::size_t times(const Story& story, const std::string& line)
{
    return static_cast<std::size_t>(std::ranges::count(story, line));
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an outcome is written before it is told, and told before it is forgotten")
{
    Running world;
    world.serve();
    world.give("p");
    REQUIRE(world.intake.running.contains("p"));
    world.intake.end("p", Outputs{7});
    world.pass(1s);
    CHECK(world.story == Story{"begin p", "finish p", "closesuccessfulmsg p", "told p"});
    CHECK(*world.colony.last("closesuccessfulmsg").find("out") == Value{Array{7}});
    CHECK(world.source->status().untold == 0);
    CHECK(world.source->status().running == 0);
}

TEST_CASE("what cannot be written is not told: the next agent asks the server whose it is")
{
    Running world;
    world.serve();
    world.records.refuses = true;
    world.give("p");
    world.give("unknown", {{"funcname", "x"}});
    world.intake.end("p", Outputs{7});
    world.pass(5s);
    CHECK(world.story == Story{"begin p", "begin unknown"});
}

TEST_CASE("what the colony has taken back and cannot be written does not count as told, and holds up nothing")
{
    Running world;
    world.serve();
    world.give("p");
    world.colony.lists[4] = {"p"};
    world.pass(3s);
    world.records.refuses = true;
    world.intake.end("p", Failure{Errc::cancelled, "was cancelled"});
    world.pass(1s);
    CHECK(world.story == Story{"begin p"});
    CHECK(world.source->status().running == 0);
    world.records.refuses = false;
    world.colony.lists[4].clear();
    world.give("p", {}, 1);
    CHECK(world.intake.begun == Story{"p", "p"});
}

TEST_CASE("a process that cannot run here fails with what the executor has")
{
    Running world;
    world.serve();
    world.give("p", {{"funcname", "x"}});
    CHECK(world.story == Story{"begin p", "finish p", "closefailedmsg p", "told p"});
    CHECK(holds(to_json(*world.colony.last("closefailedmsg").find("errors")), "has demo.work"));
    CHECK(world.intake.begun.empty());
}

TEST_CASE("one whose record cannot be read fails, and the server counts as there")
{
    Running world;
    world.serve();
    Object broken = process_record("p");
    broken.set("starttime", "yesterday");
    world.colony.waiting.push_back(broken);
    world.pass(1s);
    CHECK(world.colony.count("closefailedmsg") == 1);
    CHECK_FALSE(world.server.away());
    CHECK(world.log.empty());
}

TEST_CASE("the key is in the environment of the work where its entry says so, and never kept")
{
    Running world;
    world.who.pass_key = true;
    world.serve();
    world.give("p");
    CHECK(*world.intake.running.at("p").env.find("COLONIES_PRVKEY") == Value{world.who.key.reveal()});
    CHECK_FALSE(holds(to_json(Value{world.outbox.begun.at("p").invocation.env}), world.who.key.reveal()));
    CHECK_FALSE(holds(to_json(Value{world.outbox.begun.at("p").lease}), world.who.key.reveal()));
}

TEST_CASE("what the colony does not want any more is ended, settled and never told")
{
    Running world;
    world.serve();
    world.give("p");
    world.colony.lists[4] = {"p"};
    world.pass(3s);
    CHECK(world.cancelled == Story{"p"});
    world.intake.end("p", Failure{Errc::cancelled, "was cancelled"});
    world.pass(1s);
    CHECK(world.story == Story{"begin p", "finish p", "told p"});
    CHECK(world.records.ended.at("p").error().message == "it was cancelled in the colony");
}

TEST_CASE("a process that comes again while its outcome waits is told and not run")
{
    Running world;
    world.colony.on["closesuccessfulmsg"] = [](const Heard&) { return Reply{"", Reply::Then::vanish}; };
    world.serve();
    world.give("p");
    world.intake.end("p", Outputs{7});
    world.pass(1s);
    CHECK(world.source->status().untold == 1);
    world.give("p", {}, 1);
    world.pass(5s);
    CHECK(world.intake.begun == Story{"p"});
    world.colony.on.clear();
    world.pass(10s);
    CHECK(world.intake.begun == Story{"p"});
    CHECK(times(world.story, "told p") == 1);
}

TEST_CASE("a process that comes again while it runs begins anew when the first run is gone")
{
    Running world;
    world.serve();
    world.give("p");
    world.give("p", {}, 1);
    CHECK(world.cancelled == Story{"p"});
    CHECK(world.intake.begun == Story{"p"});
    world.intake.end("p", Failure{Errc::cancelled, "was cancelled"});
    world.pass(1s);
    CHECK(world.intake.begun == Story{"p", "p"});
    world.intake.end("p", Outputs{});
    world.pass(1s);
    CHECK(world.story ==
          Story{"begin p", "finish p", "told p", "begin p", "finish p", "closesuccessfulmsg p", "told p"});
}

TEST_CASE("a process that comes again while its outcome is being written is told and not run")
{
    Running world;
    Event safe{world.io.get_executor()};
    world.serve();
    world.give("p");
    world.records.holds_up = &safe;
    world.intake.end("p", Outputs{7});
    world.give("p", {}, 1);
    safe.set();
    world.pass(2s);
    CHECK(world.intake.begun == Story{"p"});
    CHECK(world.story == Story{"begin p", "finish p", "closesuccessfulmsg p", "told p"});
}

TEST_CASE("what fails when its time is over is left to the colony; what succeeds is told")
{
    Running world;
    world.serve();
    world.give("late", {{"maxexectime", 10}});
    world.give("good", {{"maxexectime", 10}});
    world.give("huge", {{"maxexectime", std::numeric_limits<std::int64_t>::max()}});
    world.pass(9s);
    world.intake.end("late", Failure{Errc::timed_out, "too late"});
    world.intake.end("good", Outputs{});
    world.pass(1s);
    CHECK(world.story == Story{"begin late", "begin good", "begin huge", "finish late", "told late", "finish good",
                               "closesuccessfulmsg good", "told good"});
    CHECK(holds(world.outbox.notes.at("late"), "its time was over"));
}

TEST_CASE("what the agent's end cuts off fails, is left to the colony, or goes on after the next start")
{
    Running world;
    Function durable;
    durable.name = "demo.durable";
    world.functions.push_back(durable);
    ColonySource& source = world.serve();
    world.give("once", {{"maxexectime", 100}});
    world.give("again", {{"maxexectime", 100}, {"maxretries", 3}});
    world.give("durable", {{"funcname", "demo.durable"}});
    world.give("broken");
    source.stop();
    world.story.clear();
    for (const char* id : {"once", "again", "durable"})
        world.intake.end(id, Failure{Errc::cancelled, "was cancelled"});
    world.intake.end("broken", Failure{Errc::script, "broke"});
    world.pass(1s);
    CHECK(*world.colony.last("closefailedmsg").find("errors") == Value{Array{"broke"}});
    CHECK(times(world.story, "closefailedmsg once") == 1);
    CHECK(world.records.ended.at("once").error().message == "agent stopped");
    CHECK(times(world.story, "closefailedmsg again") == 0);
    CHECK(times(world.story, "told again") == 1);
    CHECK(times(world.story, "told durable") == 0);
    CHECK(times(world.story, "finish durable") == 0);
    CHECK(world.source->status().running == 1);
}

TEST_CASE("at the end all that is left is told, and an executor that put itself on the list goes off it")
{
    Running world;
    world.who.owner = colonies::PrivateKey::generate();
    world.colony.on["closesuccessfulmsg"] = [](const Heard&) { return refusal_of_server(503, "later"); };
    ColonySource& source = world.serve();
    world.give("p");
    world.intake.end("p", Outputs{});
    world.pass(1s);
    world.end();
    world.colony.on.clear();
    world.start(source.drain());
    world.pass(3s);
    CHECK(world.all_ended());
    CHECK(world.story.back() == "told p");
    CHECK(world.colony.last("removeexecutormsg").find("executorname")->get<std::string>() != nullptr);
}
