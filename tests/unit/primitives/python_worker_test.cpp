#include "primitives/python_worker.hpp"

#include "io/process/local_process_runner.hpp"
#include "processes.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

class Recorder final : public LineSink {
public:
    std::vector<std::string> lines;
    boost::asio::awaitable<void> line(Stream stream, std::string text) override
    {
        lines.push_back((stream == Stream::out ? "out " : "err ") + text);
        co_return;
    }
};

PythonCall call_of(std::string code, std::string function = "*", Array args = {})
{
    PythonCall call;
    call.code = std::move(code);
    call.call = std::move(function);
    call.args = std::move(args);
    return call;
}

// An interpreter is started for each call.
struct Cold {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};
    PythonWorker worker{runner, strand.clock};

    ~Cold() { strand.run(worker.end()); }

    Outcome run(PythonCall call) { return strand.run(worker.run(std::move(call))); }
    Outputs outputs(PythonCall call)
    {
        auto outcome = run(std::move(call));
        if (!outcome)
            FAIL(outcome.error().message);
        return std::move(*outcome);
    }
    Failure failure(PythonCall call)
    {
        auto outcome = run(std::move(call));
        REQUIRE_FALSE(outcome.has_value());
        return outcome.error();
    }
};

// A child of a nursery is its interpreter, from the first call on.
struct Warm : Cold {
    Warm() { runner.fork_from(1); }
};

} // namespace

TEST_CASE_TEMPLATE("what a call defines and changes is there for the next", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs(call_of("n = 1\ndef add(x): return x + n")).empty());
    CHECK(world.outputs(call_of("", "add", {2})) == Outputs{Value{3}});
    CHECK(world.outputs(call_of("n += 1\nresult = n")) == Outputs{Value{2}});
    CHECK(world.outputs(call_of("", "add", {2})) == Outputs{Value{4}});
    CHECK(world.outputs(call_of("n += 1")).empty()); // an earlier call's result is not its own
    CHECK(world.outputs(call_of("def seven(): return 7")) == Outputs{Value{7}});
    CHECK(world.failure(call_of("", "none")).message.find("it defines add, seven") != std::string::npos);
}

TEST_CASE_TEMPLATE("failures of a call that stays alive are those of any Python code", World, Cold, Warm)
{
    World world;
    const Failure failure = world.failure(call_of("def f(x):\n    print('on')\n    return 1 / x", "f", {0}));
    CHECK(failure.code == Errc::script);
    CHECK(failure.where == "<code>:3");
    CHECK(failure.traceback.find("return 1 / x") != std::string::npos);
    CHECK(world.failure(call_of("y = 1\n\nraise ValueError('no')")).where == "<code 2>:3");
    const Failure again = world.failure(call_of("", "f", {0}));
    CHECK(again.where == "<code>:3");
    CHECK(again.traceback.find("return 1 / x") != std::string::npos);
    const Failure left = world.failure(call_of("print('bye')\nraise SystemExit(3)"));
    CHECK(left.message == "the Python code ended itself with status 3");
    CHECK(*left.details.find("stdout") == Value{"bye\n"});
    CHECK(world.failure(call_of("result = {1}")).code == Errc::bad_arguments);
    CHECK(world.outputs(call_of("result = y")) == Outputs{Value{1}});
}

TEST_CASE_TEMPLATE("each call hears its own lines, the last one without an end and empty ones too", World, Cold, Warm)
{
    World world;
    Recorder first;
    PythonCall call = call_of("import sys\nprint('a\\n')\nprint('b', end='')\nprint('e', end='', file=sys.stderr)");
    call.lines = &first;
    world.outputs(std::move(call));
    std::ranges::sort(first.lines);
    CHECK(first.lines == std::vector<std::string>{"err e", "out ", "out a", "out b"});
    Recorder second;
    call = call_of("import os\nos.system('echo child')\nos.dup2(os.open('/dev/null', 1), 1)\nprint('gone')");
    call.lines = &second;
    world.outputs(std::move(call));
    CHECK(second.lines == std::vector<std::string>{"out child"});
    CHECK(world.outputs(call_of("result = 'still there'")) == Outputs{"still there"});
}

TEST_CASE_TEMPLATE("the environment of a call is set for that call alone", World, Cold, Warm)
{
    World world;
    const std::string code = "import os, subprocess\nresult = os.environ.get('SECRET'), "
                             "subprocess.run(['sh', '-c', 'echo $SECRET'], stdout=subprocess.PIPE).stdout";
    PythonCall call = call_of(code);
    call.env = {{"SECRET", "s3"}};
    CHECK(world.outputs(std::move(call)) == Outputs{"s3", "s3\n"});
    CHECK(world.outputs(call_of(code)) == Outputs{nullptr, "\n"});
}

TEST_CASE_TEMPLATE("a crash ends the interpreter, and the next call begins a new one", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs(call_of("n = 1")).empty());
    CHECK(world.worker.alive());
    const Failure crash = world.failure(call_of("import os\nprint('oh')\nos._exit(5)"));
    CHECK(crash.message.find("the Python code gave no result, it ended with status 5") == 0);
    CHECK(*crash.details.find("stdout") == Value{"oh\n"});
    CHECK_FALSE(world.worker.alive());
    CHECK(world.failure(call_of("result = n")).message == "NameError: name 'n' is not defined");
    CHECK(world.worker.alive());
    PythonCall call = call_of("x = 1");
    call.python = "no-such-python";
    PythonWorker other{world.runner, world.strand.clock};
    CHECK(world.strand.run(other.run(std::move(call))).error().message.find("there is no Python interpreter") == 0);
}

TEST_CASE_TEMPLATE("a timeout and a cancellation end the interpreter with all that it has started", World, Cold, Warm)
{
    World world;
    const std::string hour = own_hour();
    const std::string code = "import subprocess\nsubprocess.run(['setsid', 'sleep', '" + hour + "'])";
    PythonCall call = call_of(code);
    call.timeout = 300ms;
    const Failure late = world.failure(std::move(call));
    CHECK(late.code == Errc::timed_out);
    CHECK(late.message == "the Python code did not end within 300 ms");
    CHECK_FALSE(world.worker.alive());
    CHECK(processes_with(hour) == 0);

    Started<Outcome> started;
    world.strand.start(started, world.worker.run(call_of(code)));
    world.strand.turn_until([&] { return processes_with(hour) > 0; });
    started.cancel();
    world.strand.turn_until([&] { return started.ended(); });
    CHECK(started.thrown);
    CHECK_FALSE(world.worker.alive());
    CHECK(processes_with(hour) == 0);
    CHECK(world.outputs(call_of("result = 1")) == Outputs{Value{1}});
}

TEST_CASE_TEMPLATE("a result beyond the limit is refused, and large ones come whole", World, Cold, Warm)
{
    World world;
    const auto outputs = world.outputs(call_of("result = len('x' * 10), 'x' * 5000000"));
    CHECK(outputs.at(1) == Value{std::string(5'000'000, 'x')});
    CHECK(world.failure(call_of("result = 'x' * (64 * 1024 * 1024 + 1)")).code == Errc::limit);
    CHECK(world.outputs(call_of("result = 1")) == Outputs{Value{1}});
}

TEST_CASE_TEMPLATE("a socket that the code has closed is a crash, not a wait without end", World, Cold, Warm)
{
    World world;
    const Failure crash = world.failure(call_of("import os\nfor n in range(3, 20):\n    try: os.close(n)\n"
                                                "    except OSError: pass"));
    CHECK(crash.code == Errc::exit);
    CHECK_FALSE(world.worker.alive());
}
