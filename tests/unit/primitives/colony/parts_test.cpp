// Workflows, channels, crons and generators of a colony.
#include "asked_colony.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "primitives/colony/channels.hpp"
#include "primitives/colony/schedules.hpp"
#include "primitives/colony/workflows.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

ColonyCall task(std::string name, std::vector<std::string> after = {})
{
    ColonyCall call;
    call.node = std::move(name);
    call.function = "demo.work";
    call.after = std::move(after);
    return call;
}

std::string refused(std::vector<ColonyCall> tasks)
{
    const auto workflow = workflow_of(std::move(tasks), "c");
    return workflow ? "taken" : workflow.error().message;
}

colony_work::NewCron cron(std::string expression)
{
    colony_work::NewCron cron;
    cron.name = "nightly";
    cron.expression = std::move(expression);
    cron.tasks = {task("a")};
    return cron;
}

std::string expression_of(AskedColony& colony, std::string given)
{
    const auto added = colony.run(colony_work::add_cron(colony.member, cron(std::move(given))));
    return added ? part<std::string>(part<Object>(colony.last("addcronmsg"), "cron"), "cronexpression")
                 : added.error().message;
}

} // namespace

TEST_CASE("a workflow that could never end is refused, naming the task")
{
    CHECK(refused({task("a"), task("b", {"a"})}) == "taken");
    CHECK(refused({}) == "a workflow needs at least one task");
    CHECK(refused({task("")}) == "a task of a workflow needs a name");
    CHECK(refused({task("a"), task("a")}).find("'a'") != std::string::npos);
    CHECK(refused({task("a", {"b"})}).find("'b'") != std::string::npos);
    CHECK(refused({task("a", {"b"}), task("b", {"a"})}) != "taken");
    ColonyCall wrong = task("a");
    wrong.priority = 100'000;
    CHECK(refused({wrong}).starts_with("task 'a': 'priority'"));
}

TEST_CASE("a workflow gives what its tasks gave, or the failure of the one that failed by itself")
{
    AskedColony colony;
    std::string second = R"("state":2,"out":[1,2])";
    colony.on["getprocessgraphmsg"] = [&](const Heard&) {
        return reply_of(second.find("errors") == second.npos ? R"({"state":2,"processids":["a","b"]})"
                                                             : R"({"state":3,"processids":["a","b"]})");
    };
    colony.on["getprocessmsg"] = [&](const Heard& call) {
        if (part<std::string>(call.payload, "processid") == "b")
            return reply_of(R"({"processid":"b","spec":{"nodename":"second","funcname":"demo.work"},)" + second + "}");
        const bool failed = second.find("errors") != second.npos;
        return reply_of(R"({"processid":"a","spec":{"nodename":"first","funcname":"demo.work"},)" +
                        std::string{failed ? R"("state":3})" : R"("state":2,"out":["x"]})"});
    };
    const auto outputs = colony.run(colony_work::wait_for_workflow(colony.member, "g")).value();
    CHECK(outputs.front() == Value{Object{{"first", "x"}, {"second", Array{1, 2}}}});

    second = R"("state":3,"errors":["disk full"])";
    const Failure failure = colony.run(colony_work::wait_for_workflow(colony.member, "g")).error();
    CHECK(failure.message == "task 'second': demo.work in the colony failed: disk full");
    CHECK(part<std::string>(failure.details, "task") == "second");
    CHECK(failure.code_word() == "failed");
}

TEST_CASE("sequences of a channel grow, and what is too long is not sent")
{
    AskedColony colony;
    const auto append = [&](std::string text) {
        return colony.run(colony_work::append(colony.member, {"p1", "ctl"}, {{"text", std::move(text)}}));
    };
    const auto first = append("a").value();
    CHECK(append("b").value() > first);
    CHECK(append(std::string(11 * 1024 * 1024, 'x')).error().code == Errc::limit);
    CHECK(colony.count("channelappendmsg") == 2);
}

TEST_CASE("a channel is at its end when the process is, and not found where it was not declared")
{
    AskedColony colony;
    colony.on["channelreadmsg"] = [](const Heard&) { return refusal_of_server(404, "Channel not found"); };
    colony.always("getprocessmsg", R"({"processid":"p1","state":2})");
    CHECK(colony.run(colony_work::next_entries(colony.member, {"p1", "ctl"}, 0))->empty());
    colony.always("getprocessmsg", R"({"processid":"p1","state":1})");
    CHECK(colony.run(colony_work::next_entries(colony.member, {"p1", "ctl"}, 0)).error().code == Errc::not_found);
    // After a cancellation the server makes it anew, and empty.
    colony.always("channelreadmsg", "[]");
    colony.always("getprocessmsg", R"({"processid":"p1","state":4})");
    CHECK(colony.run(colony_work::next_entries(colony.member, {"p1", "ctl"}, 3))->empty());
}

TEST_CASE("a cron has six fields, of which the first may be left out")
{
    AskedColony colony;
    CHECK(expression_of(colony, "0 3 * * *") == "0 0 3 * * *");
    CHECK(expression_of(colony, "30 0 3 * * *") == "30 0 3 * * *");
    CHECK(expression_of(colony, "* *").starts_with("'cron' must have five fields"));
    CHECK(expression_of(colony, "").starts_with("a cron takes one of"));
    colony_work::NewCron often = cron("");
    often.every = std::chrono::milliseconds{1500};
    CHECK(colony.run(colony_work::add_cron(colony.member, often)).has_value());
    CHECK(part<std::int64_t>(part<Object>(colony.last("addcronmsg"), "cron"), "interval") == 2);
}

TEST_CASE("crons and generators are found by their names")
{
    AskedColony colony;
    colony.always("getcronsmsg", R"([{"cronid":"1","name":"nightly"}])");
    CHECK(colony.run(colony_work::remove_cron(colony.member, "nightly")).has_value());
    CHECK(part<std::string>(colony.last("removecronmsg"), "cronid") == "1");
    CHECK(colony.run(colony_work::get_cron(colony.member, "other")).error().code == Errc::not_found);
    const std::string id(64, 'a');
    CHECK(colony.run(colony_work::run_cron(colony.member, id)).has_value());
    CHECK(part<std::string>(colony.last("runcronmsg"), "cronid") == id);
    colony.always("resolvegeneratormsg", R"({"generatorid":"2"})");
    CHECK(colony.run(colony_work::pack(colony.member, "batch", "x")).has_value());
    CHECK(part<std::string>(colony.last("packgeneratormsg"), "generatorid") == "2");
}
