#include "sources/colony/process_log.hpp"

#include "executor_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Story = std::vector<std::string>;

struct Writing : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    ProcessLog lines{desk};

    Writing()
    {
        desk.holdings.add("p", {});
        start(lines.run());
    }
    ~Writing() { end(); }

    void add(const std::string& text, const std::string& id = "p") { lines.add(id, text); }

    /// The messages that the server was sent, refused ones too.
    Story sent(const std::string& id = "p") const
    {
        Story all;
        for (const Heard& call : colony.calls)
            if (call.call == "addlogmsg" && part<std::string>(call.payload, "processid") == id)
                all.push_back(part<std::string>(call.payload, "message"));
        return all;
    }
    void refuse(int status, const std::string& message)
    {
        colony.on["addlogmsg"] = [status, message](const Heard&) { return refusal_of_server(status, message); };
    }
};

std::string joined(const Story& messages)
{
    std::string all;
    for (const std::string& message : messages)
        all += message + "\n";
    return all;
}

boost::asio::awaitable<bool> flushed(ProcessLog& log, std::string id)
{
    const auto sent = co_await log.flush(std::move(id));
    co_return sent.has_value();
}

} // namespace

TEST_CASE("lines of a short time go together, in their order, soon")
{
    Writing world;
    world.add("first");
    world.pass(10ms);
    world.add("second");
    world.add("third");
    world.pass(1s);
    CHECK(world.sent() == Story{"first", "second\nthird"});
}

TEST_CASE("what could not be sent stays before what has come since")
{
    Writing world;
    world.refuse(503, "later");
    world.add("first");
    world.pass(1s);
    world.add("second");
    world.pass(1s);
    world.colony.on.clear();
    world.pass(1s);
    CHECK(world.sent().back() == "first\nsecond");
}

TEST_CASE("a line that is larger than a message goes in several, one after the other")
{
    Writing world;
    world.add(std::string(3 * 1024 * 1024, 'x'));
    world.add("next");
    world.pass(1s);
    CHECK(world.sent().size() == 13);
    CHECK(joined(world.sent()).size() == 3 * 1024 * 1024 + 13 + 5);
    CHECK(world.sent().back().ends_with("\nnext"));
}

TEST_CASE("the end waits for what is on its way, and for what is left")
{
    Writing world;
    std::size_t heard = 0;
    world.colony.on["addlogmsg"] = [&](const Heard&) {
        return ++heard == 1 ? Reply{"", Reply::Then::hang} : reply_of("{}");
    };
    world.add("first");
    world.pass(10ms);
    REQUIRE(heard == 1);
    world.add("second");
    CHECK_FALSE(world.run(flushed(world.lines, "p"))); // the first one never ends
    CHECK(world.sent() == Story{"first"});
    world.pass(1min);
    CHECK(world.run(flushed(world.lines, "p")));
    CHECK(world.sent() == Story{"first", "first", "second"});
}

TEST_CASE("lines of what has ended stay until the server has heard them, whatever its trouble")
{
    for (const auto& [status, message] : std::initializer_list<std::pair<int, const char*>>{
             {500, "pq: deadlock detected"},
             {502, "x"},
             {503, "later"},
             {429, "x"},
             {404, "x"},
             {400, "x"},
             {403, "Access denied, not a member of Colony with name c"}}) {
        CAPTURE(message);
        Writing world;
        world.end(); // only the end sends
        world.refuse(status, message);
        world.add("last words");
        for (int i = 0; i < 100; ++i) // the process cannot be asked for either
            REQUIRE_FALSE(world.run(flushed(world.lines, "p")));
        world.colony.on.clear();
        CHECK(world.run(flushed(world.lines, "p")));
        CHECK(world.sent().back() == "last words");
    }
}

TEST_CASE("a server that answers, but takes a line at no time, is told that it is missing")
{
    Writing world;
    world.end();
    world.colony.processes.insert_or_assign("p", process_record("p"));
    world.refuse(500, "pq: no such table");
    world.add("last words");
    for (int i = 0; i < 20; ++i)
        REQUIRE_FALSE(world.run(flushed(world.lines, "p")));
    REQUIRE(world.log.size() == 1);
    CHECK(world.log[0].starts_with("the log of process p in the colony lacks 1 line, which 'forager logs' has: "));
    SUBCASE("which it may take")
    {
        world.colony.on.clear();
        CHECK(world.run(flushed(world.lines, "p")));
        CHECK(world.sent().back() == "(1 line of 11 B is left out: the server did not take the log)");
    }
    SUBCASE("or not")
    {
        CHECK(world.run(flushed(world.lines, "p")));
        CHECK(world.run(flushed(world.lines, "p")));
        CHECK(world.colony.count("addlogmsg") == 21);
    }
}

TEST_CASE("lines of a process that takes none any more do not hold up its end")
{
    for (const char* message : {"Failed to set output, process is not running", "Failed to add log, process is nil"}) {
        Writing world;
        world.end();
        world.refuse(500, message);
        if (std::string{message}.ends_with("running"))
            world.refuse(403, message);
        world.add("last words");
        CHECK(world.run(flushed(world.lines, "p")));
        CHECK(world.run(flushed(world.lines, "p")));
        CHECK(world.sent().size() == 1);
    }
}

TEST_CASE("lines of what has ended are sent before its end is told")
{
    Writing world;
    world.end(); // only the end sends
    world.add("last words");
    CHECK(world.run(flushed(world.lines, "p")));
    CHECK(world.sent() == Story{"last words"});
    CHECK(world.run(flushed(world.lines, "p")));
    CHECK(world.sent().size() == 1);
}

TEST_CASE("what was being sent when the loop is cancelled is sent by the end")
{
    Writing world;
    world.colony.on["addlogmsg"] = [](const Heard&) { return Reply{"", Reply::Then::hang}; };
    world.add("first");
    world.pass(10ms);
    world.end();
    world.colony.on.clear();
    CHECK(world.run(flushed(world.lines, "p")));
    CHECK(world.sent() == Story{"first", "first"});
}

TEST_CASE("lines of what is not held any more are not kept for a server that is away")
{
    Writing world;
    world.refuse(503, "later");
    world.add("first");
    world.pass(1s);
    world.desk.holdings.remove("p");
    world.pass(1s);
    const std::size_t before = world.sent().size();
    world.pass(1s);
    CHECK(world.sent().size() == before);
}

TEST_CASE("a process that takes no lines any more was taken back")
{
    for (const char* message : {"Failed to set output, process is not running",
                                "Failed to add log, not allowed to add log, only the assigned Executor may att logs"}) {
        Writing world;
        world.refuse(403, message);
        world.add("x");
        world.pass(1s);
        CHECK(world.cancelled == Story{"p"});
        CHECK(world.sent().size() == 1);
    }
}

TEST_CASE("nothing is taken back for a word about an earlier lease, nor when the executor is unknown")
{
    Writing world;
    world.colony.on["addlogmsg"] = [&](const Heard&) {
        world.desk.holdings.find("p")->begun = world.clock.now() + 1s; // lent anew meanwhile
        return refusal_of_server(403, "Failed to set output, process is not running");
    };
    world.add("x");
    world.pass(1s);
    CHECK(world.cancelled.empty());
    world.refuse(403, "Access denied, not a member of Colony with name c");
    world.add("y");
    world.pass(1s);
    world.colony.on.clear();
    world.pass(1s);
    CHECK(world.cancelled.empty());
    CHECK(world.sent().back() == "y");
}
