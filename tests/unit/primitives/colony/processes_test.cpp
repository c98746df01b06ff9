#include "primitives/colony/processes.hpp"

#include "asked_colony.hpp"
#include "http_world.hpp"
#include "ports/within.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

ColonyCall some_call()
{
    ColonyCall call;
    call.function = "demo.work";
    return call;
}

asio::awaitable<bool> runs_within(AskedColony& colony, Duration limit, bool go_on)
{
    auto running = colony_work::run(colony.member, some_call(), go_on);
    const TimePoint deadline = colony.world.clock.now() + limit;
    const auto ended = co_await within(colony.world.clock, deadline, std::move(running));
    co_return ended.has_value();
}

std::string refused(AskedColony& colony, const Object& query)
{
    const auto list = colony.run(colony_work::list(colony.member, query));
    return list ? "taken" : list.error().message;
}

} // namespace

TEST_CASE("what is run is submitted, waited for, and gives one value or a list of several")
{
    AskedColony colony;
    colony.always("submitfuncspecmsg", R"({"processid":"p1"})");
    colony.always("getprocessmsg", R"({"processid":"p1","state":2,"out":["x"]})");
    CHECK(colony.run(colony_work::run(colony.member, some_call(), false)).value() == Value{"x"});
    colony.always("getprocessmsg", R"({"processid":"p1","state":2,"out":[1,2]})");
    CHECK(colony.run(colony_work::run(colony.member, some_call(), false)).value() == Value{Array{1, 2}});
    colony.always("getprocessmsg", R"({"processid":"p1","state":2,"out":null})");
    CHECK(colony.run(colony_work::run(colony.member, some_call(), false))->is_null());
    CHECK(colony.count("cancelprocessmsg") == 0);
}

TEST_CASE("who is cancelled while he waits takes the process back, unless it is to go on")
{
    for (const bool go_on : {false, true}) {
        AskedColony colony;
        colony.always("submitfuncspecmsg", R"({"processid":"p1"})");
        colony.always("getprocessmsg", R"({"processid":"p1","state":1})");
        CHECK_FALSE(colony.run(runs_within(colony, 100ms, go_on)));
        CHECK(colony.count("cancelprocessmsg") == (go_on ? 0 : 1));
    }
}

TEST_CASE("who is cancelled before the answer to his submission takes back what was submitted")
{
    AskedColony colony;
    colony.always("submitfuncspecmsg", R"({"processid":"p1"})");
    const auto submitted = [&] { return colony.count("submitfuncspecmsg") == 1; }; // its answer is still on its way
    auto running = colony_work::run(colony.member, some_call(), false);
    CHECK(is_cancelled_after(colony.world.context, std::move(running), submitted));
    CHECK(part<std::string>(colony.last("cancelprocessmsg"), "processid") == "p1");
}

TEST_CASE("a wait begins with the truth: a server that is not there now is told at once")
{
    AskedColony colony;
    colony.on["getprocessmsg"] = [](const Heard&) {
        return refusal_of_server(500, "dial tcp 127.0.0.1:5432: connect: connection refused");
    };
    CHECK_FALSE(colony.run(colony_work::wait(colony.member, "p1")));
    CHECK(colony.count("getprocessmsg") == 1);
}

TEST_CASE("a list asks for the states that are open, or for one, with one filter")
{
    AskedColony colony;
    colony.on["getprocessesmsg"] = [](const Heard& call) {
        return reply_of(R"([{"processid":"p)" + std::to_string(part<std::int64_t>(call.payload, "state")) + R"("}])");
    };
    CHECK(colony.run(colony_work::list(colony.member, {}))->size() == 2);
    CHECK(colony.run(colony_work::list(colony.member, {{"state", "failed"}, {"label", "x"}, {"count", 5}}))->size() ==
          1);
    CHECK(part<std::string>(colony.last("getprocessesmsg"), "label") == "x");
    CHECK(part<std::int64_t>(colony.last("getprocessesmsg"), "count") == 5);
    CHECK(refused(colony, {{"state", "done"}}).starts_with("there is no state 'done'"));
    CHECK(refused(colony, {{"label", "x"}, {"executor", "y"}}).starts_with("one of"));
    CHECK(refused(colony, {{"count", 0}}) == "'count' must be from 1 to 100");
}

TEST_CASE("lines are given as they come, and the end when the process has ended and all were read")
{
    AskedColony colony;
    std::size_t asked = 0;
    colony.on["getlogsmsg"] = [&](const Heard& call) {
        ++asked;
        if (part<std::int64_t>(call.payload, "since") == 0)
            return reply_of(asked < 3 ? "null" : R"([{"colonyname":"c","message":"a\nb\n","timestamp":1500000000}])");
        return reply_of("[]");
    };
    colony.on["getprocessmsg"] = [&](const Heard&) {
        return reply_of(R"({"processid":"p1","state":)" + std::to_string(asked < 3 ? 1 : 2) + "}");
    };
    const auto first = colony.run(colony_work::next_lines(colony.member, "p1", 0)).value();
    REQUIRE(first.lines.size() == 2);
    CHECK(part<std::string>(*first.lines[1].get<Object>(), "text") == "b");
    CHECK(part<double>(*first.lines[0].get<Object>(), "at") == 1.5);
    CHECK(first.since == 1'500'000'000);
    CHECK(colony.run(colony_work::next_lines(colony.member, "p1", first.since))->lines.empty());
}
