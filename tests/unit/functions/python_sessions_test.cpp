#include "functions/python_sessions.hpp"

#include "io/process/local_process_runner.hpp"
#include "strand.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

class Recorder final : public LineSink {
public:
    std::vector<std::string> lines;
    boost::asio::awaitable<void> line(Stream, std::string text) override
    {
        lines.push_back(std::move(text));
        co_return;
    }
};

// An interpreter is started for each call.
struct Cold {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};
    std::shared_ptr<PythonSessions> sessions = std::make_shared<PythonSessions>(runner, strand.clock);
    Recorder recorder;

    ~Cold() { strand.run(runner.end_all()); }

    boost::asio::awaitable<Outcome> work(const std::string& owner, const std::string& code)
    {
        PythonCall call;
        call.code = code;
        call.call = "*";
        call.lines = &recorder;
        return sessions->run(owner, std::move(call));
    }
    std::string run(const std::string& owner, const std::string& code)
    {
        const auto outcome = strand.run(work(owner, code));
        return outcome ? std::to_string(*outcome->at(0).get<std::int64_t>()) : outcome.error().message;
    }
};

// A child of a nursery is its interpreter, from the first call on.
struct Warm : Cold {
    Warm() { runner.fork_from(1); }
};

} // namespace

TEST_CASE_TEMPLATE("each owner has a session of his own", World, Cold, Warm)
{
    World world;
    CHECK(world.run("a", "n = 1\nresult = n") == "1");
    CHECK(world.run("b", "n = 5\nresult = n") == "5");
    CHECK(world.run("a", "n += 1\nresult = n") == "2");
    CHECK(world.sessions->live() == 2);
    CHECK(world.recorder.lines.empty());
}

TEST_CASE_TEMPLATE("calls of one session take turns, in their order", World, Cold, Warm)
{
    World world;
    Started<Outcome> first;
    Started<Outcome> second;
    Started<Outcome> third;
    world.strand.start(first, world.work("a", "import time\nn = 1\ntime.sleep(.2)\nn += 1\nresult = n"));
    world.strand.start(second, world.work("a", "n += 1\nresult = n"));
    world.strand.start(third, world.work("a", "n += 1\nresult = n"));
    world.strand.turn_until([&] { return first.ended() && second.ended() && third.ended(); });
    CHECK(first.value->value() == Outputs{Value{2}});
    CHECK(second.value->value() == Outputs{Value{3}});
    CHECK(third.value->value() == Outputs{Value{4}});
}

TEST_CASE_TEMPLATE("after a cancelled call the next one hears that what was defined is gone", World, Cold, Warm)
{
    World world;
    CHECK(world.run("a", "n = 1\nresult = n") == "1");
    Started<Outcome> started;
    world.strand.start(started, world.work("a", "import time\nprint('on')\ntime.sleep(60)"));
    world.strand.turn_until([&] { return !world.recorder.lines.empty(); });
    started.cancel();
    world.strand.turn_until([&] { return started.ended(); });
    CHECK(started.thrown);
    world.recorder.lines.clear();
    CHECK(world.run("a", "result = n") == "NameError: name 'n' is not defined");
    CHECK(world.recorder.lines == std::vector<std::string>{"a new Python session begins, without what was defined "
                                                           "before: an earlier call was cancelled or reached its "
                                                           "deadline"});
}

TEST_CASE_TEMPLATE("there are only so many interpreters: the one that is idle for longest goes", World, Cold, Warm)
{
    World world;
    for (std::size_t number = 0; number <= PythonSessions::most_live; ++number)
        CHECK(world.run(std::to_string(number), "n = 7\nresult = n") == "7");
    CHECK(world.sessions->live() == PythonSessions::most_live);
    CHECK(world.run("1", "result = n") == "7");
    CHECK(world.recorder.lines.empty());
    CHECK(world.run("0", "result = n") == "NameError: name 'n' is not defined");
    CHECK(world.recorder.lines.size() == 1);
    CHECK(world.sessions->live() == PythonSessions::most_live);
}

TEST_CASE_TEMPLATE("a session that is not used for ten minutes is ended", World, Cold, Warm)
{
    World world;
    VirtualClock clock;
    const auto sessions = std::make_shared<PythonSessions>(world.runner, clock);
    const auto run = [&](std::string code) {
        PythonCall call;
        call.code = std::move(code);
        call.call = "*";
        call.lines = &world.recorder;
        return world.strand.run(sessions->run("a", std::move(call))).has_value();
    };
    CHECK(run("n = 1"));
    clock.run_for(world.strand.io, 9min);
    CHECK(run("n += 1"));
    clock.run_for(world.strand.io, 9min);
    CHECK(sessions->live() == 1);
    clock.run_for(world.strand.io, 2min);
    world.strand.turn_until([&] { return sessions->live() == 0; });
    CHECK_FALSE(run("n += 1"));
    CHECK(world.recorder.lines == std::vector<std::string>{"a new Python session begins, without what was defined "
                                                           "before: it was not used for ten minutes"});
}
