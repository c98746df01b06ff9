#include "io/process/kept/kept_folder.hpp"
#include "io/process/local_process_runner.hpp"

#include "processes.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

class Recorder final : public LineSink {
public:
    std::map<Stream, std::vector<std::string>> heard;
    std::function<void(const std::string& text)> on_line = [](const std::string&) {};

    boost::asio::awaitable<void> line(Stream stream, std::string text) override
    {
        heard[stream].push_back(text);
        on_line(text);
        co_return;
    }
};

// One folder, and one agent after another that keeps its commands in it.
struct World {
    TempFolder folder;
    Strand strand;
    std::unique_ptr<LocalProcessRunner> runner;
    std::vector<std::string> adoptions;

    World()
    {
        ::mkfifo(folder.at("gate").c_str(), S_IRUSR | S_IWUSR);
        next_agent();
    }

    void next_agent()
    {
        runner = std::make_unique<LocalProcessRunner>(strand.executor(), strand.pool, strand.clock);
        strand.run(runner->keep_in(folder.at("kept")));
    }

    Command shell(const std::string& script, const std::string& place = "place")
    {
        Command command;
        command.argv = {"/bin/sh", "-c", script};
        command.cwd = folder.path();
        command.keep =
            Keep{"root", "invocation", "step", place, [this](std::string_view how) { adoptions.emplace_back(how); }};
        return command;
    }

    Result<Completed> run(Command command) { return strand.run(runner->run(std::move(command))); }

    Completed completed(Command command)
    {
        const auto done = run(std::move(command));
        REQUIRE(done.has_value());
        return *done;
    }

    // Starts the command, and has the agent stop at the line.
    void leave_at(const std::string& line, Command command)
    {
        Started<Result<Completed>> started;
        Recorder lines;
        lines.on_line = [&](const std::string& text) {
            if (text != line)
                return;
            runner->leave_kept();
            started.cancel();
        };
        command.lines = &lines;
        strand.start(started, runner->run(std::move(command)));
        REQUIRE(strand.turn_until([&started] { return started.ended(); }));
        REQUIRE(started.thrown);
        next_agent();
    }

    void end_kept(KeptOf whose) { strand.run(runner->end_kept(std::move(whose))); }

    // Lets go a command that reads from the gate.
    void open_gate() const { (void)Descriptor{::open(folder.at("gate").c_str(), O_WRONLY | O_CLOEXEC)}; }

    std::vector<std::string> folders() const
    {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator{folder.at("kept")})
            all.push_back(entry.path());
        return all;
    }

    pid_t keeper() const
    {
        REQUIRE(folders().size() == 1);
        const auto keeper = KeptFolder{folders().front()}.keeper();
        REQUIRE(keeper);
        return keeper->process;
    }

    // A child of this process, whichever agent started it.
    void await_keeper() const { waitpid(keeper(), nullptr, 0); }
};

const std::string wait_at_gate = "echo before; echo aside >&2; cat gate; echo after; exit 7";

} // namespace

TEST_CASE("a kept command gives what others give")
{
    World world;
    const Completed done = world.completed(world.shell("printf 'a\\0b'; printf 'no newline' >&2; pwd >&2; exit 3"));
    CHECK(done.code == 3);
    CHECK(done.signal == 0);
    CHECK(done.out == std::string("a\0b", 3));
    CHECK(done.err == "no newline" + world.folder.path() + "\n");
    CHECK(done.elapsed > 0s);
    CHECK(world.adoptions.empty());
}

TEST_CASE("its environment, its descriptors and its signals are those of all commands")
{
    World world;
    ::setenv("KEPT_TEST_OF_THE_AGENT", "inherited", 1);
    world.next_agent();
    Command command = world.shell("echo $KEPT_TEST $KEPT_TEST_OF_THE_AGENT; ls /proc/self/fd; "
                                  "grep -E 'Sig(Blk|Ign)' /proc/self/status");
    command.env = {{"KEPT_TEST", "own"}};
    const Completed done = world.completed(command);
    ::unsetenv("KEPT_TEST_OF_THE_AGENT");
    CHECK(done.out == "own inherited\n0\n1\n2\n3\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("ten megabytes go through a kept command both ways, and merged outputs keep their order")
{
    World world;
    Command command = world.shell("cat");
    command.input = std::string(std::size_t{10} << 20U, 'x');
    command.limit = command.input.size();
    CHECK(world.completed(command).out == command.input);
    Command merged = world.shell("echo 1; echo 2 >&2; echo 3", "other");
    merged.merge = true;
    CHECK(world.completed(merged).out == "1\n2\n3\n");
}

TEST_CASE("what cannot be started says what is missing, and nothing is kept of it")
{
    World world;
    Command command = world.shell("");
    command.argv = {"no-such-program-at-all"};
    const auto done = world.run(command);
    REQUIRE(done.has_error());
    CHECK(done.error().code == Errc::not_found);
    CHECK(done.error().message.find("no-such-program-at-all") != std::string::npos);
    CHECK(world.folders().empty());
}

TEST_CASE("a command that was left goes on, and its output is complete")
{
    World world;
    world.leave_at("before", world.shell(wait_at_gate));
    Recorder lines;
    lines.on_line = [&](const std::string& text) {
        if (text == "before")
            world.open_gate();
    };
    Command again = world.shell(wait_at_gate);
    again.lines = &lines;
    const Completed done = world.completed(again);
    CHECK(done.code == 7);
    CHECK(done.out == "before\nafter\n");
    CHECK(done.err == "aside\n");
    CHECK(lines.heard[Stream::out] == std::vector<std::string>{"before", "after"});
    CHECK(lines.heard[Stream::err] == std::vector<std::string>{"aside"});
    REQUIRE(world.adoptions.size() == 1);
    CHECK(world.adoptions.front().find("goes on") != std::string::npos);
}

TEST_CASE("it may be left again and again")
{
    World world;
    for (int times = 0; times < 3; ++times)
        world.leave_at("before", world.shell(wait_at_gate));
    CHECK(world.adoptions.size() == 2);
    world.open_gate();
    CHECK(world.completed(world.shell(wait_at_gate)).out == "before\nafter\n");
}

TEST_CASE("the result of one that ended meanwhile is there, until its step is over")
{
    World world;
    world.leave_at("before", world.shell(wait_at_gate));
    world.open_gate();
    world.await_keeper();
    for (int times = 0; times < 2; ++times) {
        const Completed done = world.completed(world.shell(wait_at_gate));
        CHECK(done.code == 7);
        CHECK(done.out == "before\nafter\n");
        CHECK(done.elapsed > 0s);
    }
    CHECK(world.adoptions.size() == 2);
    world.end_kept({"", "invocation", "another step"});
    CHECK(world.folders().size() == 1);
    world.end_kept({"", "invocation", "step"});
    CHECK(world.folders().empty());
}

TEST_CASE("outside of steps a result is given once")
{
    World world;
    Command command = world.shell("echo once");
    command.keep->part = "";
    CHECK(world.completed(command).out == "once\n");
    CHECK(world.folders().empty());
}

TEST_CASE("the cut of a long output is the same as if it had never been left")
{
    World world;
    const std::string script = "seq 20000; echo end; cat gate; seq 20000";
    Command command = world.shell(script);
    command.limit = 1000;
    world.leave_at("end", command);
    world.open_gate();
    Command plain = world.shell("seq 20000; echo end; seq 20000");
    plain.limit = 1000;
    plain.keep.reset();
    const std::string expected = world.completed(plain).out;
    CHECK(world.completed(command).out == expected);
    CHECK(expected.find("bytes cut") != std::string::npos);
}

TEST_CASE("another command at the same place ends the one before first")
{
    World world;
    const std::string hour = own_hour();
    world.leave_at("ready", world.shell("setsid sleep " + hour + " & echo ready; sleep " + hour));
    CHECK(processes_with(hour) > 0);
    CHECK(world.completed(world.shell("echo changed")).out == "changed\n");
    CHECK(processes_with(hour) == 0);
    CHECK(world.adoptions.empty());
}

TEST_CASE("a cancelled kept command is ended with all that it started, adopted or not")
{
    World world;
    const std::string hour = own_hour();
    const Command command =
        world.shell("setsid sleep " + hour + " & (setsid env -i /bin/sleep " + hour + " &); echo ready; sleep " + hour);
    SUBCASE("not adopted") {}
    SUBCASE("adopted")
    {
        world.leave_at("ready", command);
    }
    Started<Result<Completed>> started;
    Recorder lines;
    lines.on_line = [&started](const std::string&) { started.cancel(); };
    Command cancelled = command;
    cancelled.lines = &lines;
    world.strand.start(started, world.runner->run(std::move(cancelled)));
    REQUIRE(world.strand.turn_until([&started] { return started.ended(); }));
    CHECK_THROWS_AS(std::rethrow_exception(started.thrown), boost::system::system_error);
    CHECK(processes_with(hour) == 0);
    CHECK(world.folders().empty());
}

TEST_CASE("a kept command hears SIGTERM first, and may still speak")
{
    World world;
    Command command = world.shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    command.timeout = 200ms;
    const auto done = world.run(command);
    REQUIRE(done.has_error());
    CHECK(done.error().code == Errc::timed_out);
    CHECK(done.error().details.find("stdout")->get<std::string>()->find("bye") != std::string::npos);
    CHECK(world.folders().empty());
}

TEST_CASE("a timeout counts from the command's start, whoever started it")
{
    World world;
    const std::string hour = own_hour();
    Command command = world.shell("echo ready; exec sleep " + hour);
    world.leave_at("ready", command);
    command.timeout = 1ns;
    const auto done = world.run(command);
    REQUIRE(done.has_error());
    CHECK(done.error().code == Errc::timed_out);
    CHECK(*done.error().details.find("stdout")->get<std::string>() == "ready\n");
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a command whose keeper is killed is ended, and was killed")
{
    World world;
    const std::string hour = own_hour();
    Command command = world.shell("setsid sleep " + hour + " & echo ready; sleep " + hour);
    Recorder lines;
    lines.on_line = [&world](const std::string&) { kill(world.keeper(), SIGKILL); };
    command.lines = &lines;
    SUBCASE("while an agent waits")
    {
        const Completed done = world.completed(command);
        CHECK(done.code == 128 + SIGKILL);
        CHECK(done.out == "ready\n");
    }
    SUBCASE("while none does")
    {
        world.leave_at("ready", command);
        kill(world.keeper(), SIGKILL);
        world.await_keeper();
        world.next_agent();
        CHECK(world.adoptions.empty());
    }
    CHECK(processes_with(hour) == 0);
    CHECK(world.folders().empty());
}

TEST_CASE("one that was ended together with its keeper has no result")
{
    World world;
    const std::string script = "echo ready; exec sleep " + own_hour();
    world.leave_at("ready", world.shell(script));
    const pid_t keeper = world.keeper();
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/" + std::to_string(keeper) + "/task"}) {
        std::ifstream children{entry.path() / "children"};
        pid_t child = 0;
        kill(keeper, SIGTERM); // as a service manager does: all that there is
        while (children >> child)
            kill(child, SIGTERM);
    }
    world.await_keeper();
    CHECK(KeptFolder{world.folders().front()}.result().empty());
    world.next_agent();
    CHECK(world.folders().empty());
}

TEST_CASE("what an agent leaves is ended, but not what is kept")
{
    World world;
    const std::string hour = own_hour();
    const std::string kept = own_hour();
    world.leave_at("ready", world.shell("echo ready; sleep " + kept));
    Command other = world.shell("sleep " + hour + " >/dev/null 2>&1 &");
    other.keep.reset();
    CHECK(world.completed(other).code == 0);
    CHECK(processes_with(hour) > 0);
    world.strand.run(world.runner->end_all());
    CHECK(processes_with(hour) == 0);
    CHECK(processes_with(kept) > 0);
    CHECK(world.runner->kept_roots() == std::set<std::string>{"root"});
    world.end_kept({"another root"});
    CHECK(processes_with(kept) > 0);
    world.end_kept({"root"});
    CHECK(processes_with(kept) == 0);
    CHECK(world.folders().empty());
}

TEST_CASE("after another start of the machine nothing is left to adopt")
{
    World world;
    CHECK(world.completed(world.shell("echo one")).out == "one\n");
    const KeptFolder kept{world.folders().front()};
    ProcessIdentity keeper = *kept.keeper();
    keeper.boot = "another-start";
    REQUIRE(kept.write_keeper(keeper));
    world.next_agent();
    CHECK(world.folders().empty());
    CHECK(world.completed(world.shell("echo one")).out == "one\n");
    CHECK(world.adoptions.empty());
}

TEST_CASE("folders that nobody can read are removed")
{
    World world;
    world.folder.write("kept/strange/claim", "2\nof a later version\n");
    world.folder.write("kept/empty/nothing", "");
    world.next_agent();
    CHECK(world.folders().empty());
}

TEST_CASE("what a dead agent with this process's number has left is ended, not what this one has")
{
    World world;
    const std::string hour = own_hour();
    Command command = world.shell("sleep " + hour + " >/dev/null 2>&1 &");
    command.keep.reset();
    CHECK(world.completed(command).code == 0);
    ProcessIdentity dead = this_process(world.strand.clock.boot());
    dead.born -= 1;
    world.strand.run(world.runner->end_left_by(dead));
    CHECK(processes_with(hour) == 1);
    world.strand.run(world.runner->end_all());
}
