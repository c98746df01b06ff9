#include "io/process/local_process_runner.hpp"

#include "other_user.hpp"
#include "processes.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

struct World {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};

    Result<Completed> run(Command command) { return strand.run(runner.run(std::move(command))); }
    void end_scope(ScopeId scope) { strand.run(runner.end_scope(scope)); }
};

Command shell(const std::string& script)
{
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    return command;
}

Command program(std::vector<std::string> argv)
{
    Command command;
    command.argv = std::move(argv);
    return command;
}

class Recorder final : public LineSink {
public:
    std::vector<std::string> out;
    std::vector<std::string> err;
    std::function<void()> on_line = [] {};

    boost::asio::awaitable<void> line(Stream stream, std::string text) override
    {
        (stream == Stream::out ? out : err).push_back(std::move(text));
        on_line();
        co_return;
    }
};

// Commands that run side by side, each with its own output.
class Many {
public:
    Many(World& world, int count) : world_{world}
    {
        for (int i = 0; i < count; ++i) {
            all_.push_back(std::make_unique<Started<Result<Completed>>>());
            world_.strand.start(*all_.back(), world_.runner.run(program({"echo", std::to_string(i)})));
        }
    }

    void check_all()
    {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            REQUIRE(world_.strand.turn_until([&] { return all_[i]->ended(); }));
            REQUIRE(all_[i]->value.has_value());
            REQUIRE(all_[i]->value->has_value());
            CHECK((*all_[i]->value)->out == std::to_string(i) + "\n");
        }
    }

private:
    World& world_;
    std::vector<std::unique_ptr<Started<Result<Completed>>>> all_;
};

// Starts the command, cancels it at its first line, and gives its end.
void cancel_when_ready(World& world, Command command)
{
    Started<Result<Completed>> started;
    Recorder lines;
    lines.on_line = [&started] { started.cancel(); };
    command.lines = &lines;
    world.strand.start(started, world.runner.run(std::move(command)));
    REQUIRE(world.strand.turn_until([&started] { return started.ended(); }));
    REQUIRE(started.thrown);
    CHECK_THROWS_AS(std::rethrow_exception(started.thrown), boost::system::system_error);
}

// Four ways to get away from a parent, then a long wait.
std::string escape_artist(const std::string& hour)
{
    return "setsid sleep " + hour + " & env -i /bin/sleep " + hour + " & (setsid sh -c 'setsid sleep " + hour +
           " & exit' &) ; nohup sh -c 'trap \"\" TERM HUP; echo ready; sleep " + hour + "; sleep " + hour +
           "' & sleep " + hour;
}

// At its first line, the thread that sends signals becomes another user's.
class Disowner final : public LineSink {
public:
    explicit Disowner(BlockingPool& pool) : pool_{pool} {}

    pid_t process = 0;
    boost::asio::awaitable<void> line(Stream, std::string text) override
    {
        co_await pool_.run([] { return become_nobody_in_this_thread(); });
        process = static_cast<pid_t>(std::stoi(text));
    }

private:
    BlockingPool& pool_;
};

} // namespace

TEST_CASE("a command's outputs and status come back")
{
    World world;
    const auto done = world.run(shell("printf 'a\\0b'; printf 'no newline' >&2; exit 3"));
    REQUIRE(done.has_value());
    CHECK(done->code == 3);
    CHECK(done->signal == 0);
    CHECK(done->out == std::string("a\0b", 3));
    CHECK(done->err == "no newline");
    CHECK(done->elapsed > 0s);
}

TEST_CASE("a program is found in PATH, and gets its arguments untouched")
{
    World world;
    const auto done = world.run(program({"printf", "%s|", "a b", "$HOME", "*", ""}));
    REQUIRE(done.has_value());
    CHECK(done->out == "a b|$HOME|*||");
}

TEST_CASE("a signal's end is told as shells do")
{
    World world;
    const auto done = world.run(shell("kill -9 $$"));
    REQUIRE(done.has_value());
    CHECK(done->signal == SIGKILL);
    CHECK(done->code == 128 + SIGKILL);
}

TEST_CASE("both outputs come as one in the order written")
{
    World world;
    Command command = shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2");
    command.merge = true;
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->out == "1\n2\n3\n4\n");
    CHECK(done->err.empty());
}

TEST_CASE("ten megabytes go through a pipe both ways at once")
{
    World world;
    Command command = program({"cat"});
    command.input = std::string(10 << 20, 'x') + "end";
    command.limit = 11 << 20;
    const std::string input = command.input;
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK((done->out == input));
}

TEST_CASE("a child that does not read its input does no harm")
{
    World world;
    Command command = program({"true"});
    command.input = std::string(1 << 20, 'x');
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->code == 0);
}

TEST_CASE("without input stdin is empty")
{
    World world;
    const auto done = world.run(program({"cat"}));
    REQUIRE(done.has_value());
    CHECK(done->out.empty());
}

TEST_CASE("a hundred megabytes are read, and the middle is cut out visibly")
{
    World world;
    Command command = shell("echo first; head -c 100000000 /dev/zero; echo last");
    command.limit = 1 << 20;
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->out.size() < (1 << 20) + 100);
    CHECK(done->out.starts_with("first\n"));
    CHECK(done->out.ends_with("last\n"));
    CHECK(done->out.find("bytes cut …]") != std::string::npos);
}

TEST_CASE("the working folder and the environment are the command's")
{
    World world;
    const TempFolder folder;
    Command command = shell("pwd; echo $GREETING");
    command.cwd = folder.path();
    command.env = {{"GREETING", "hi"}, {"GREETING", "hello"}};
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->out == folder.path() + "\nhello\n");
}

TEST_CASE("a runner's environment is the one it was given")
{
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock, {"PATH=/usr/bin:/bin", "ONLY=this"}};
    Command command = program({"env"});
    command.env = {{"ADDED", "too"}};
    const auto done = strand.run(runner.run(command));
    REQUIRE(done.has_value());
    CHECK(done->out == "PATH=/usr/bin:/bin\nONLY=this\nADDED=too\n");
}

TEST_CASE("a program is looked up in the child's own PATH, from the child's folder")
{
    World world;
    const TempFolder folder;
    chmod(folder.write("tools/hello", "#!/bin/sh\necho hello\n").c_str(), 0755);
    Command command = program({"hello"});
    command.env = {{"PATH", folder.at("tools")}};
    CHECK(world.run(command)->out == "hello\n");
    command.cwd = folder.path();
    command.env = {{"PATH", "tools"}};
    CHECK(world.run(command)->out == "hello\n");
    command = program({"./tools/hello"});
    command.cwd = folder.path();
    CHECK(world.run(command)->out == "hello\n");
}

TEST_CASE("what cannot be started says what is missing")
{
    World world;
    const TempFolder folder;
    const auto failure = [&world](Command command) {
        const auto done = world.run(std::move(command));
        REQUIRE_FALSE(done.has_value());
        return done.error();
    };
    const Failure missing = failure(program({"no-such-program"}));
    CHECK(missing.code == Errc::not_found);
    CHECK(missing.message.find("there is no program 'no-such-program' in PATH") == 0);
    CHECK(failure(program({folder.at("none")})).code == Errc::not_found);

    Command elsewhere = program({"true"});
    elsewhere.cwd = folder.at("none");
    const Failure no_folder = failure(elsewhere);
    CHECK(no_folder.code == Errc::not_found);
    CHECK(no_folder.message.find("there is no folder") == 0);

    const std::string plain = folder.write("plain", "text");
    CHECK(failure(program({plain})).code == Errc::refused);
    CHECK(failure(program({folder.path()})).code == Errc::refused);
    chmod(plain.c_str(), 0755);
    CHECK(failure(program({plain})).message.find("not a program") != std::string::npos);

    const std::string orphan = folder.write("orphan", "#!/no/such/interpreter\n");
    chmod(orphan.c_str(), 0755);
    CHECK(failure(program({orphan})).message.find("interpreter") != std::string::npos);

    CHECK(failure(program({"true", std::string("a\0b", 3)})).code == Errc::bad_arguments);
    CHECK(failure(program({"true", std::string(8 << 20, 'x')})).code == Errc::bad_arguments);
    CHECK(failure(program({})).code == Errc::bad_arguments);
    Command odd = program({"true"});
    odd.env = {{"A=B", "c"}};
    CHECK(failure(odd).code == Errc::bad_arguments);
}

TEST_CASE("lines are heard while the command runs, the last one without newline too")
{
    World world;
    Recorder lines;
    Command command = shell("echo one; echo two >&2; printf 'three\\nfour'");
    command.lines = &lines;
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(lines.out == std::vector<std::string>{"one", "three", "four"});
    CHECK(lines.err == std::vector<std::string>{"two"});
    CHECK(done->out == "one\nthree\nfour");
}

TEST_CASE("an exception of the listener ends the command and reaches the caller")
{
    World world;
    const std::string hour = own_hour();
    Recorder lines;
    lines.on_line = [] { throw std::runtime_error{"enough"}; };
    Command command = shell("echo one; sleep " + hour);
    command.lines = &lines;
    CHECK_THROWS_WITH(world.run(command), "enough");
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a child may write a report to descriptor 3, up to its limit")
{
    World world;
    Command command = shell("printf '{\"a\":1}' >&3; echo out");
    command.report_limit = 7;
    auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->report == "{\"a\":1}");
    CHECK_FALSE(done->report_cut);
    CHECK(done->out == "out\n");

    command = shell("head -c 1000000 /dev/zero >&3; echo out");
    command.report_limit = 1000;
    done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->report.size() == 1000);
    CHECK(done->report_cut);
    CHECK(done->out == "out\n");
}

TEST_CASE("a child has its three descriptors and no other, whatever is open here")
{
    World world;
    const int leak = dup(2); // without CLOEXEC, as Asio's sockets are
    const auto done = world.run(shell("ls /proc/self/fd"));
    close(leak);
    REQUIRE(done.has_value());
    CHECK(done->out == "0\n1\n2\n3\n"); // 3 is the folder that ls itself reads
}

TEST_CASE("a child starts with default signals, and with the open files that this process was given")
{
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit low{256, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    {
        World world;
        const auto done = world.run(shell("ulimit -Sn; grep -E 'Sig(Blk|Ign)' /proc/self/status"));
        REQUIRE(done.has_value());
        CHECK(done->out == "256\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    }
    setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("limits hold for the child")
{
    World world;
    Command command = shell("ulimit -Sn; ulimit -Sv; ulimit -St; head -c 100000 /dev/zero >big; echo $?");
    const TempFolder folder;
    command.cwd = folder.path();
    command.limits.open_files = 64;
    command.limits.memory_bytes = std::uint64_t{1} << 30;
    command.limits.cpu_seconds = 7;
    command.limits.file_bytes = 4096;
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->out == "64\n1048576\n7\n153\n"); // 128 + SIGXFSZ
}

TEST_CASE("a command has the rights, the groups and the home of its user, and those alone")
{
    World world;
    const TempFolder folder;
    Command command = shell("id -un; id -gn; id -G; echo $HOME $USER $LOGNAME; cat secret 2>/dev/null || echo no");
    command.cwd = folder.path();
    command.user = "nobody";
    std::ofstream{folder.at("secret")} << "secret\n";
    std::filesystem::permissions(folder.at("secret"), std::filesystem::perms::owner_read);
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
    const auto done = world.run(command);
    if (geteuid() != 0) {
        REQUIRE_FALSE(done.has_value());
        CHECK(done.error().message ==
              "a command cannot run as the user 'nobody': only an agent that runs as root may choose");
        return;
    }
    REQUIRE(done.has_value());
    CHECK(done->out == "nobody\nnogroup\n65534\n/nonexistent nobody nobody\nno\n");
    command.env = {{"HOME", "/tmp"}};
    CHECK(world.run(command)->out.find("\n/tmp nobody nobody\n") != std::string::npos);
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0700});
    CHECK(world.run(command).error().message.find("cannot be entered") != std::string::npos);
    CHECK(geteuid() == 0);
}

TEST_CASE("a user is found by number, too, and one that there is not is named")
{
    World world;
    Command command = shell("id -u");
    command.user = std::to_string(geteuid());
    CHECK(world.run(command)->out == command.user + "\n");
    command.user = "nobody-of-this-name";
    const auto refused = world.run(command);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::not_found);
    CHECK(refused.error().message == "there is no user 'nobody-of-this-name' to run a command as");
}

TEST_CASE("the scratch folder is the user's")
{
    World world;
    const TempFolder folder;
    world.strand.run(world.runner.scratch_in(folder.path(), [](const std::string&) { return false; }));
    Command command = shell("echo it >kept && stat -c %u .");
    command.user = std::to_string(geteuid() == 0 ? nobody : geteuid());
    command.scope = world.runner.new_scope();
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->out == command.user + "\n");
    world.end_scope(command.scope);
}

TEST_CASE("a background process that holds the pipe holds up nothing, and goes with its scope")
{
    World world;
    const std::string hour = own_hour();
    Command command = shell("setsid sleep " + hour + " & sleep " + hour + " & echo done");
    command.scope = world.runner.new_scope();
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->out == "done\n");
    CHECK(processes_with(hour) > 0);
    world.end_scope(world.runner.new_scope());
    CHECK(processes_with(hour) > 0);
    world.end_scope(command.scope);
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a background process that never stops writing holds up nothing either")
{
    World world;
    Command command = shell("yes & echo $! >&2; exit 0");
    command.scope = world.runner.new_scope();
    const auto done = world.run(command);
    REQUIRE(done.has_value());
    CHECK(done->code == 0);
    CHECK(done->err != "");
    world.end_scope(command.scope);
}

TEST_CASE("a timeout ends everything before it is told, and keeps the output")
{
    World world;
    const std::string hour = own_hour();
    Command command = shell("echo so far; echo problem >&2; " + escape_artist(hour));
    command.timeout = 200ms;
    const auto done = world.run(command);
    REQUIRE_FALSE(done.has_value());
    CHECK(processes_with(hour) == 0);
    CHECK(done.error().code == Errc::timed_out);
    CHECK(done.error().message == "'/bin/sh' did not end within 200 ms");
    CHECK(done.error().details.find("stdout")->get<std::string>()->starts_with("so far\n"));
    CHECK(*done.error().details.find("stderr") == Value{"problem\n"});
}

TEST_CASE("a cancellation ends everything before it is told")
{
    World world;
    const std::string hour = own_hour();
    cancel_when_ready(world, shell(escape_artist(hour)));
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a process that changes its own tag is found by the outermost agent's mark")
{
    World world;
    const std::string hour = own_hour();
    Command command;
    command.argv = {"python3", "-c",
                    "import os, resource\n"
                    "resource.setrlimit(10, (5, resource.getrlimit(10)[1]))\n"
                    "print('ready', flush=True)\n"
                    "os.fork() or os.setsid()\n"
                    "os.execlp('sleep', 'sleep', '" +
                        hour + "')\n"};
    cancel_when_ready(world, command);
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a child that ignores SIGTERM, or is stopped, is killed")
{
    World world;
    const std::string hour = own_hour();
    cancel_when_ready(world, shell("trap '' TERM; echo ready; while :; do sleep " + hour + "; done"));
    cancel_when_ready(world, shell("echo ready; kill -STOP $$; sleep " + hour));
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a child hears SIGTERM first, once, and may still speak")
{
    World world;
    Recorder lines;
    Command command = shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    command.timeout = 100ms;
    command.lines = &lines;
    const auto done = world.run(command);
    REQUIRE_FALSE(done.has_value());
    CHECK(*done.error().details.find("stdout") == Value{"ready\nbye\n"});
}

TEST_CASE("a command that is cancelled before, during or right after its launch leaves nothing")
{
    World world;
    const std::ptrdiff_t descriptors = open_descriptors();
    for (int turns = 0; turns < 12; ++turns) {
        const std::string hour = own_hour();
        Started<Result<Completed>> started;
        world.strand.start(started, world.runner.run(program({"sleep", hour})));
        world.strand.io.restart();
        for (int turn = 0; turn < turns; ++turn)
            world.strand.io.run_one_for(20ms);
        started.cancel();
        REQUIRE(world.strand.turn_until([&started] { return started.ended(); }));
        CHECK(started.thrown);
        CHECK(processes_with(hour) == 0);
    }
    CHECK(open_descriptors() == descriptors);
}

TEST_CASE("a cancellation while the listener holds up the end leaves nothing")
{
    World world;
    const std::string hour = own_hour();
    class Slow final : public LineSink {
    public:
        explicit Slow(Clock& clock) : clock_{clock} {}
        bool heard = false;
        boost::asio::awaitable<void> line(Stream, std::string) override
        {
            heard = true;
            co_await sleep_for(clock_, 1h);
        }

    private:
        Clock& clock_;
    };
    Slow slow{world.strand.clock};
    Command command = shell("sleep " + hour + " & echo one; echo two");
    command.lines = &slow;
    Started<Result<Completed>> started;
    world.strand.start(started, world.runner.run(command));
    REQUIRE(world.strand.turn_until([&] { return slow.heard; }));
    world.strand.io.run_for(50ms);
    CHECK_FALSE(started.ended());
    started.cancel();
    REQUIRE(world.strand.turn_until([&started] { return started.ended(); }));
    CHECK(started.thrown);
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("descriptors and children are given back")
{
    World world;
    (void)world.run(program({"true"}));
    const std::ptrdiff_t descriptors = open_descriptors();
    for (int i = 0; i < 20; ++i) {
        Command command = program({"cat"});
        command.input = "x";
        command.report_limit = 10;
        (void)world.run(command);
        (void)world.run(program({"no-such-program"}));
        (void)world.run(program({"/"}));
    }
    CHECK(open_descriptors() == descriptors);
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("a thousand commands at once all end")
{
    World world;
    Many many{world, 1000};
    many.check_all();
}

TEST_CASE("commands wait where descriptors are few")
{
    World world;
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{static_cast<rlim_t>(open_descriptors()) + 30, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    {
        Many many{world, 60};
        many.check_all();
    }
    setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("a thousand commands are cancelled together, and are gone")
{
    World world;
    const std::string hour = own_hour();
    Recorder lines;
    std::vector<std::unique_ptr<Started<Result<Completed>>>> all;
    for (int i = 0; i < 1000; ++i) {
        all.push_back(std::make_unique<Started<Result<Completed>>>());
        Command command = shell("echo ready; exec sleep " + hour);
        command.lines = &lines;
        world.strand.start(*all.back(), world.runner.run(std::move(command)));
    }
    REQUIRE(world.strand.turn_until([&lines] { return lines.out.size() == 1000; }));
    const TimePoint begun = world.strand.clock.now();
    for (auto& one : all)
        one->cancel();
    for (auto& one : all)
        REQUIRE(world.strand.turn_until([&one] { return one->ended(); }));
    MESSAGE("ended after ms: ", (world.strand.clock.now() - begun) / 1ms);
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("everything that a runner has left can be ended at once")
{
    World world;
    const std::string hour = own_hour();
    (void)world.run(shell("sleep " + hour + " >/dev/null 2>&1 &"));
    Command command = shell("setsid sleep " + hour + " >/dev/null 2>&1 &");
    command.scope = world.runner.new_scope();
    (void)world.run(command);
    CHECK(processes_with(hour) > 0);
    world.strand.run(world.runner.end_all());
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("what is being started while everything is killed does not survive it")
{
    World world;
    const std::string hour = own_hour();
    Recorder lines;
    std::vector<std::unique_ptr<Started<Result<Completed>>>> all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(std::make_unique<Started<Result<Completed>>>());
        Command command = shell("echo ready; exec sleep " + hour);
        command.lines = &lines;
        command.timeout = 30s;
        world.strand.start(*all.back(), world.runner.run(std::move(command)));
    }
    REQUIRE(world.strand.turn_until([&lines] { return lines.out.size() >= 20; }));
    std::thread killer{[&world] { world.runner.kill_all_now(); }};
    for (auto& one : all) {
        REQUIRE(world.strand.turn_until([&one] { return one->ended(); }));
        CHECK_FALSE((one->value && !*one->value && one->value->error().code == Errc::timed_out));
    }
    killer.join();
    CHECK(processes_with(hour) == 0);
}

TEST_CASE("a command that refuses our signals is let go, and told")
{
    if (geteuid() != 0)
        return; // only root can make another user's process
    Strand strand;
    BlockingPool pool{1};
    VirtualClock clock;
    LocalProcessRunner runner{strand.executor(), pool, clock};
    Disowner lines{pool};
    Command command = shell("echo $$; exec sleep " + own_hour());
    command.timeout = 1h;
    command.lines = &lines;
    Started<Result<Completed>> started;
    strand.start(started, runner.run(command));
    REQUIRE(strand.turn_until([&lines] { return lines.process != 0; }));
    clock.run_for(strand.io, 1h);
    REQUIRE(strand.turn_until([&started] { return started.ended(); }));
    CHECK(started.value.value().error().code == Errc::timed_out);
    CHECK(started.value.value().error().message.find("belongs to another user") != std::string::npos);
    CHECK(kill(lines.process, SIGKILL) == 0);
    CHECK(waitpid(lines.process, nullptr, 0) == lines.process);
}
