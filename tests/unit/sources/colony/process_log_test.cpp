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
    co_await log.flush(std::move(id));
    co_return true;
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

TEST_CASE("lines that are lost are counted, over failed calls, too")
{
    Writing world;
    world.refuse(503, "later");
    const std::string kilobyte(1023, 'x');
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 1000; ++i)
            world.add(kilobyte);
        world.pass(1s);
    }
    world.add("the last");
    world.colony.on.clear();
    world.pass(1s);
    const std::string text = world.sent().back();
    CHECK(text.size() < 520 * 1024);
    CHECK(text.ends_with("\nthe last"));
    const auto present = static_cast<std::size_t>(std::ranges::count(text, '\n')) - 1; // the note and the last one
    CHECK(text.find("\n(" + std::to_string(4000 - present) + " lines are left out") != std::string::npos);
}

TEST_CASE("one line that is too long is cut")
{
    Writing world;
    world.add(std::string(3 * 1024 * 1024, 'x'));
    world.add("next");
    world.pass(1s);
    CHECK(joined(world.sent()).size() < 260 * 1024);
    CHECK(world.sent().back().ends_with("next"));
}

TEST_CASE("what waits of all processes together is bounded")
{
    Writing world;
    world.refuse(503, "later");
    const std::string chunk(100 * 1024, 'x');
    for (int process = 0; process < 100; ++process)
        for (int i = 0; i < 5; ++i) {
            world.desk.holdings.add(std::to_string(process), {});
            world.add(chunk, std::to_string(process));
        }
    world.colony.on.clear();
    world.pass(30s);
    std::size_t all = 0;
    for (int process = 0; process < 100; ++process)
        for (const std::string& text : world.sent(std::to_string(process)))
            all += text.size();
    CHECK(all < 18 * 1024 * 1024);
    CHECK(world.sent("99").back() == "(5 lines are left out: the server was too slow)");
    world.add("room again");
    world.pass(1s);
    CHECK(world.sent().back() == "room again");
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
    const TimePoint before = world.clock.now();
    CHECK(world.run(flushed(world.lines, "p")));
    CHECK(world.clock.now() - before >= 1s); // the first one never ends
    CHECK(world.clock.now() - before <= 2s);
    CHECK(world.sent() == Story{"first"});
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
