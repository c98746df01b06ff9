#include "sources/colony/delivery_loop.hpp"

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

struct Delivering : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    ProcessLog process_log{desk};
    DeliveryLoop loop{desk, process_log};

    Delivering() { start(loop.run()); }
    ~Delivering() { end(); }

    void has_ended(const std::string& id, Outcome outcome)
    {
        Held held;
        held.outcome = std::move(outcome);
        desk.holdings.add(id, std::move(held));
        desk.finished.set();
        pass(1s);
    }

    /// From now on the server refuses this.
    void refuse(const std::string& call, int status, const std::string& message)
    {
        colony.on[call] = [status, message](const Heard&) { return refusal_of_server(status, message); };
    }
};

const Failure broke{Errc::script, "it broke"};

} // namespace

TEST_CASE("what the server has heard before is settled without a word")
{
    Delivering world;
    world.refuse("closefailedmsg", 400, "Tried to set failed process as failed");
    world.has_ended("p", broke);
    CHECK(world.story == Story{"closefailedmsg p", "told p"});
    CHECK(world.outbox.notes.at("p").empty());
    CHECK(world.log.empty());
}

TEST_CASE("what the server has otherwise is settled with a note")
{
    struct Case {
        const char* call;
        int status;
        const char* message;
        const char* note;
    };
    for (const Case& one : std::initializer_list<Case>{
             {"closefailedmsg", 400, "Tried to set successful process as failed", "the colony has it as successful"},
             {"closesuccessfulmsg", 400, "Tried to set cancelled process as successful",
              "the colony has it as cancelled"},
             {"closesuccessfulmsg", 400, "Tried to set failed process as successful", "the colony has it as failed"},
             {"closesuccessfulmsg", 403, "Failed to close process as successful, process is not assigned",
              "the colony had taken it back before it heard the outcome"},
             {"closefailedmsg", 403, "Failed to close, not allowed to close process as failed",
              "the colony had taken it back before it heard the outcome"},
         }) {
        CAPTURE(one.message);
        Delivering world;
        world.refuse(one.call, one.status, one.message);
        world.has_ended("p", std::string{one.call} == "closefailedmsg" ? Outcome{broke} : Outcome{Outputs{}});
        CHECK(world.story == Story{std::string{one.call} + " p", "told p"});
        CHECK(world.outbox.notes.at("p") == one.note);
        CHECK(world.log.size() == 1);
    }
}

TEST_CASE("one that the server does not know is settled with its word")
{
    Delivering world;
    world.refuse("closefailedmsg", 500, "Failed to close process as failed, process is nil");
    world.has_ended("p", broke);
    CHECK(world.outbox.notes.at("p").starts_with("the colony did not take the outcome: "));
}

TEST_CASE("as long as the server is away, or does not know the executor, the outcome waits")
{
    for (const auto& [status, message] : std::initializer_list<std::pair<int, const char*>>{
             {503, "later"}, {403, "Access denied, not a member of Colony with name c"}, {200, ""}}) {
        CAPTURE(message);
        Delivering world;
        world.desk.enrolled = true;
        world.refuse("closesuccessfulmsg", status, message);
        if (status == 200) // nobody there
            world.colony.on["closesuccessfulmsg"] = [](const Heard&) { return Reply{"", Reply::Then::vanish}; };
        world.has_ended("p", Outputs{7});
        world.pass(10s);
        CHECK(world.colony.count("closesuccessfulmsg") > 3);
        CHECK(world.desk.holdings.untold() == 1);
        CHECK(world.desk.enrolled == (status != 403));
        world.colony.on.clear();
        world.pass(3s);
        CHECK(world.story.back() == "told p");
        CHECK(world.desk.holdings.empty());
    }
}

TEST_CASE("an outcome waits until the server has heard the lines before it")
{
    for (const auto& [status, message] : std::initializer_list<std::pair<int, const char*>>{
             {500, "pq: deadlock detected"}, {503, "later"}, {429, "x"}, {400, "x"}}) {
        CAPTURE(message);
        Delivering world;
        world.refuse("addlogmsg", status, message);
        world.process_log.add("p", "last words");
        world.has_ended("p", Outputs{7});
        CHECK(world.colony.count("addlogmsg") > 1);
        CHECK(world.colony.count("closesuccessfulmsg") == 0);
        world.colony.on.clear();
        world.pass(5s);
        REQUIRE(world.story.size() > 3);
        CHECK(Story{world.story.end() - 3, world.story.end()} ==
              Story{"addlogmsg p", "closesuccessfulmsg p", "told p"});
        CHECK(part<std::string>(world.colony.last("addlogmsg"), "message") == "last words");
    }
}

TEST_CASE("an outcome does not wait for ever for lines that the server does not take")
{
    Delivering world;
    world.colony.processes.insert_or_assign("p", process_record("p"));
    world.refuse("addlogmsg", 500, "pq: no such table");
    world.process_log.add("p", "last words");
    world.has_ended("p", Outputs{7});
    world.pass(1min);
    CHECK(world.story.back() == "told p");
    CHECK(world.colony.count("addlogmsg") == 21);
    CHECK(world.log.size() == 1);
}

TEST_CASE("an answer that is none to this close is not believed")
{
    const auto said = [](std::string envelope) { return answer(200, envelope); };
    for (const Reply& strange : std::initializer_list<Reply>{
             {"HTTP/1.1 200 Fine\r\nContent-Length: 99999999999999\r\n\r\n", Reply::Then::hang},
             said(R"({"payloadtype":"x","payload":"bnVsbA==","error":false})"),
             said(R"({"payloadtype":"closefailedmsg","payload":"e30=","error":false})"),
             said(named(reply_around(R"({"status":"x","message":7})", true), "error")),
             refusal_of_server(408, "Request Timeout"),
             refusal_of_server(404, "x"),
             refusal_of_server(400, "x"),
             refusal_of_server(409, "x"),
             refusal_of_server(500, "x"),
             refusal_of_server(500, "Failed to close process as successful, process is nil")}) {
        CAPTURE(strange.bytes);
        Delivering world;
        world.colony.processes.insert_or_assign("p", process_record("p")); // still ours
        bool first = true;
        world.colony.on["closesuccessfulmsg"] = [&](const Heard&) {
            return std::exchange(first, false) ? strange : reply_of("{}");
        };
        world.has_ended("p", Outputs{7});
        world.pass(5s);
        CHECK(world.story == Story{"closesuccessfulmsg p", "closesuccessfulmsg p", "told p"});
        CHECK(world.outbox.notes.at("p").empty());
    }
}

TEST_CASE("what the server would lend anew is not forgotten, however often it refuses the outcome")
{
    Delivering world;
    world.colony.processes.insert_or_assign("p", process_record("p"));
    world.refuse("closesuccessfulmsg", 404, "x");
    world.has_ended("p", Outputs{7});
    world.pass(3min);
    CHECK(world.desk.holdings.untold() == 1);
    CHECK(world.colony.count("closefailedmsg") == 0);
    world.colony.on.clear();
    world.pass(5s);
    CHECK(world.story.back() == "told p");
    CHECK(world.outbox.notes.at("p").empty());
}

TEST_CASE("an output that JSON cannot carry is a failure, and the record says so")
{
    Delivering world;
    world.has_ended("p", Outputs{std::numeric_limits<double>::quiet_NaN()});
    CHECK(world.story == Story{"closefailedmsg p", "told p"});
    CHECK(world.outbox.notes.at("p").starts_with("its result cannot be told to the colony: "));
}

TEST_CASE("an output that the server cannot store is a failure, also when its first hearing was not answered")
{
    Delivering world;
    world.refuse("closesuccessfulmsg", 400, "Failed to close process as successful, invalid JSON");
    world.refuse("closefailedmsg", 400, "Tried to set failed process as failed");
    world.has_ended("p", Outputs{7});
    CHECK(world.story == Story{"closesuccessfulmsg p", "closefailedmsg p", "told p"});
    CHECK(world.outbox.notes.at("p").starts_with("its result cannot be told"));
}

TEST_CASE("trouble of the server's own makes no failure of a success, unless it stays")
{
    Delivering world;
    world.refuse("closesuccessfulmsg", 500, "pq: deadlock detected");
    world.has_ended("p", Outputs{7});
    CHECK(world.colony.count("closefailedmsg") == 0);
    world.colony.on.clear();
    world.pass(5s);
    CHECK(world.colony.count("closefailedmsg") == 0);
    CHECK(world.outbox.notes.at("p").empty());
    world.refuse("closesuccessfulmsg", 500, "pq: invalid something");
    world.has_ended("q", Outputs{7});
    world.pass(1min);
    CHECK(world.colony.count("closefailedmsg") == 1);
    CHECK(world.desk.holdings.empty());
}

TEST_CASE("a failure that the server cannot take is not told for ever")
{
    Delivering world;
    world.refuse("closefailedmsg", 500, "pq: invalid something");
    world.has_ended("p", broke);
    world.pass(1min);
    CHECK(world.desk.holdings.empty());
    CHECK(world.colony.count("closefailedmsg") < 30);
}

TEST_CASE("what is lent again while the server refuses its outcome is told once more")
{
    Delivering world;
    bool first = true;
    world.colony.on["closesuccessfulmsg"] = [&](const Heard&) {
        if (!std::exchange(first, false))
            return reply_of("{}");
        world.desk.holdings.find("p")->lease.retries = 1; // the assignment arrives before this answer
        return refusal_of_server(403, "Failed to close process as successful, process is not assigned");
    };
    world.has_ended("p", Outputs{7});
    world.pass(3s);
    CHECK(world.story == Story{"closesuccessfulmsg p", "closesuccessfulmsg p", "told p"});
    CHECK(world.outbox.notes.at("p").empty());
}

TEST_CASE("a delivery that is cancelled stays the first, and is made by whoever comes next")
{
    Delivering world;
    world.colony.on["closesuccessfulmsg"] = [](const Heard&) { return Reply{"", Reply::Then::hang}; };
    world.has_ended("p", Outputs{7});
    world.end();
    world.has_ended("q", Outputs{7});
    CHECK(world.desk.holdings.take_finished() == "p");
    world.desk.holdings.put_back("p");
    world.colony.on.clear();
    world.start(world.loop.run());
    world.pass(1s);
    CHECK(world.story ==
          Story{"closesuccessfulmsg p", "closesuccessfulmsg p", "told p", "closesuccessfulmsg q", "told q"});
}
