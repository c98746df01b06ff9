// What becomes of the processes that fork for Python calls, and of what they have forked.
#include "processes.hpp"
#include "python_world.hpp"
#include "temp_folder.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

class Listener final : public LineSink {
public:
    std::size_t lines = 0;
    boost::asio::awaitable<void> line(Stream, std::string) override
    {
        ++lines;
        co_return;
    }
};

bool lives(std::int64_t process)
{
    std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(") ");
    return name_end != std::string::npos && line.at(name_end + 2) != 'Z';
}

} // namespace

TEST_CASE("the first call of its kind is started, the second one forked")
{
    PythonWorld world{2};
    CHECK_FALSE(world.is_forked());
    CHECK(world.runner.nurseries() == 0);
    CHECK(world.is_forked());
    CHECK(world.parent() == world.parent());
    CHECK(world.runner.nurseries() == 1);
}

TEST_CASE("what a fork cannot have as a new process would is started")
{
    PythonWorld world;
    PythonCall call = python_call("import os\nresult = os.getppid()");
    call.limits.memory_bytes = std::uint64_t{4} << 30U;
    CHECK(world.run(std::move(call)).value() == Outputs{std::int64_t{getpid()}});
    CHECK(world.runner.nurseries() == 0);
}

TEST_CASE("another interpreter's environment is another nursery, and there are only so many")
{
    PythonWorld world;
    for (int count = 0; count < 6; ++count) {
        PythonCall call = python_call("import os, time\nresult = [os.environ['TZ'], time.tzname[0]]");
        const std::string zone = "Z" + std::string(3, static_cast<char>('A' + count));
        call.env = {{"TZ", zone + "0"}};
        CHECK(world.run(std::move(call)).value() == Outputs{Value{Array{zone + "0", zone}}});
    }
    CHECK(world.runner.nurseries() == Nurseries::most_living);
}

TEST_CASE("a nursery that dies is replaced, and who runs meanwhile is told what is known")
{
    PythonWorld world;
    const std::int64_t first = world.parent();
    const Outcome orphan = world.run("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nresult = 5");
    CHECK(orphan.value() == Outputs{5});
    CHECK_FALSE(lives(first));
    const std::int64_t second = world.parent();
    CHECK(second != first);
    CHECK(second != getpid());
    const Outcome lost = world.run("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos._exit(3)");
    CHECK(lost.error().message == "the Python code gave no result, nobody knows how it ended");
    CHECK(world.is_forked());
}

TEST_CASE("a nursery that hangs is replaced")
{
    PythonWorld world;
    const std::int64_t first = world.parent();
    REQUIRE(kill(static_cast<pid_t>(first), SIGSTOP) == 0);
    const std::int64_t second = world.parent();
    CHECK(second != first);
    CHECK(second != getpid());
    CHECK_FALSE(lives(first));
}

TEST_CASE("a nursery has bounds: whatever may gather in it does not gather for ever")
{
    PythonWorld world;
    const std::int64_t first = world.parent();
    std::int64_t calls = 1;
    while (world.parent() == first && calls < 500)
        ++calls;
    CHECK(calls == 250);
    CHECK(world.is_forked());
}

TEST_CASE("an interpreter that changes on the disk is started anew")
{
    PythonWorld world;
    const TempFolder folder;
    REQUIRE(std::system(("'" + system_python() + "' -m venv --without-pip '" + folder.at("venv") + "'").c_str()) == 0);
    PythonCall call = python_call("import os, sys\nresult = [os.getppid(), any('added' in path for path in sys.path)]");
    call.python = folder.at("venv");
    const Array before = *world.run(call).value().at(0).get<Array>();
    CHECK(before == *world.run(call).value().at(0).get<Array>());
    CHECK(before.at(1) == Value{false});
    for (const auto& entry : fs::recursive_directory_iterator{folder.at("venv")})
        if (entry.path().filename() == "site-packages")
            folder.write("venv/" + fs::relative(entry.path(), folder.at("venv")).string() + "/more.pth",
                         folder.at("added") + "\n");
    fs::create_directory(folder.at("added"));
    const Array after = *world.run(call).value().at(0).get<Array>();
    CHECK(after.at(0) != before.at(0));
    CHECK(after.at(1) == Value{true});
}

TEST_CASE("a program that is no nursery is started, and not tried again for a while")
{
    PythonWorld world;
    const TempFolder folder;
    folder.write("bin/python3", "#!/bin/sh\n[ -p /dev/stdin ] || echo tried >> '" + folder.at("tries") +
                                    "'\n[ -p /dev/stdin ] || exit 1\nexec '" + system_python() + "' \"$@\"\n");
    fs::permissions(folder.at("bin/python3"), fs::perms::owner_all);
    PythonCall call = python_call("result = 1");
    call.python = folder.path();
    for (int count = 0; count < 3; ++count)
        CHECK(world.run(call).value() == Outputs{1});
    CHECK(folder.read("tries") == "tried\n");
}

TEST_CASE("a script in the place of an interpreter sees the environment and folder of each call")
{
    PythonWorld world;
    const TempFolder folder;
    folder.write("bin/python3", "#!/bin/sh\nCHOSEN=\"$GREETING in $(pwd)\" exec '" + system_python() + "' \"$@\"\n");
    fs::permissions(folder.at("bin/python3"), fs::perms::owner_all);
    for (const std::string greeting : {"hello", "bye", "hello"}) {
        PythonCall call =
            python_call("import os\nresult = [os.environ['CHOSEN'], os.getppid() != " + std::to_string(getpid()) + "]");
        call.python = folder.path();
        call.cwd = folder.path();
        call.env = {{"GREETING", greeting}};
        CHECK(world.run(std::move(call)).value() == Outputs{Value{Array{greeting + " in " + folder.path(), true}}});
    }
}

TEST_CASE("a nursery that nobody needs for ten minutes goes")
{
    Strand strand;
    VirtualClock clock;
    LocalProcessRunner runner{strand.executor(), strand.pool, clock};
    runner.fork_from(1);
    const auto parent = [&] {
        return *strand.run(run_python(runner, python_call("import os\nresult = os.getppid()")))
                    .value()
                    .at(0)
                    .get<std::int64_t>();
    };
    const std::int64_t first = parent();
    clock.run_for(strand.io, 9min);
    CHECK(parent() == first);
    clock.run_for(strand.io, 9min);
    CHECK(runner.nurseries() == 1);
    clock.run_for(strand.io, 2min);
    CHECK(runner.nurseries() == 0);
    CHECK(parent() != first);
    CHECK_FALSE(lives(first)); // and the last one goes with the runner: its reaper would wait for this clock
}

TEST_CASE("nurseries are gone with the runner")
{
    std::int64_t nursery = 0;
    {
        PythonWorld world;
        nursery = world.parent();
        CHECK(lives(nursery));
    }
    CHECK_FALSE(lives(nursery));
}

TEST_CASE("calls of one nursery run at once, and a cancelled one ends with what it started")
{
    PythonWorld world;
    const std::int64_t nursery = world.parent();
    const std::string hour = own_hour();
    const std::string code = "import subprocess\nchild = subprocess.Popen(['sleep', '" + hour +
                             "'], start_new_session=True)\nprint('begun')\nchild.wait()";
    std::vector<Started<Outcome>> calls(8);
    Listener listener;
    for (auto& started : calls) {
        PythonCall call = python_call(code);
        call.lines = &listener;
        world.strand.start(started, run_python(world.runner, std::move(call)));
    }
    world.strand.turn_until([&] { return listener.lines == calls.size(); });
    CHECK(processes_with(hour) == 8);
    for (auto& started : calls)
        started.cancel();
    world.strand.turn_until([&] { return std::ranges::all_of(calls, [](const auto& one) { return one.ended(); }); });
    CHECK(processes_with(hour) == 0);
    CHECK(world.parent() == nursery);
}

TEST_CASE("a call that is cancelled at any moment of its birth leaves nothing")
{
    PythonWorld world;
    const std::string hour = own_hour();
    for (int turns = 0; turns < 60; ++turns) {
        Started<Outcome> started;
        world.strand.start(started, run_python(world.runner, python_call("import time\ntime.sleep(" + hour + ")")));
        world.strand.io.restart();
        for (int turn = 0; turn < turns; ++turn)
            world.strand.io.run_one_for(20ms);
        started.cancel();
        world.strand.turn_until([&] { return started.ended(); });
        CHECK(started.thrown != nullptr);
    }
    CHECK(world.number(
              "import os\nresult = len(open(f'/proc/{os.getppid()}/task/{os.getppid()}/children').read().split())") ==
          1);
}
