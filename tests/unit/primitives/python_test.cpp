#include "primitives/python.hpp"

#include "io/process/local_process_runner.hpp"
#include "processes.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

// An interpreter is started for each call.
struct Cold {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};

    Outcome run(PythonCall call) { return strand.run(run_python(runner, std::move(call))); }
    Outcome run_code(const std::string& code, const std::string& function = {}, Array args = {})
    {
        PythonCall call;
        call.code = code;
        call.call = function;
        call.args = std::move(args);
        return run(std::move(call));
    }

    Outputs outputs(const std::string& code, const std::string& function = {}, Array args = {})
    {
        auto outcome = run_code(code, function, std::move(args));
        if (!outcome)
            FAIL(outcome.error().message);
        return std::move(*outcome);
    }

    Failure failure(const std::string& code, const std::string& function = {}, Array args = {})
    {
        auto outcome = run_code(code, function, std::move(args));
        REQUIRE_FALSE(outcome.has_value());
        return outcome.error();
    }
};

class Recorder final : public LineSink {
public:
    std::vector<std::string> lines;
    boost::asio::awaitable<void> line(Stream stream, std::string text) override
    {
        lines.push_back((stream == Stream::out ? "out " : "err ") + text);
        co_return;
    }
};

// A child of a nursery is its interpreter, from the first call on.
struct Warm : Cold {
    Warm() { runner.fork_from(1); }
};

} // namespace

TEST_CASE_TEMPLATE("a Python function gets arguments and gives its value", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs("def area(w, h): return w * h", "area", {3, 4}) == Outputs{Value{12}});
    PythonCall call;
    call.code = "def area(w, h=1): return w - h";
    call.call = "area";
    call.args = {5};
    call.kwargs = Object{{"h", 2}};
    CHECK(world.run(std::move(call)).value() == Outputs{Value{3}});
}

TEST_CASE_TEMPLATE("without a function the variable `result` is the value", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs("result = {'a': [1, 2.5, None, True, 'ü']}") ==
          Outputs{Object{{"a", Array{1, 2.5, nullptr, true, "ü"}}}});
    CHECK(world.outputs("x = 1").empty());
}

TEST_CASE_TEMPLATE("a tuple is several outputs, None is none", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs("result = (1, [2, 3], None)") == Outputs{1, Array{2, 3}, nullptr});
    CHECK(world.outputs("def f(): pass", "f").empty());
    CHECK(world.outputs("async def f(): return 7", "f") == Outputs{Value{7}});
}

TEST_CASE_TEMPLATE("bytes survive both ways", World, Cold, Warm)
{
    World world;
    const std::string bytes("\0\xff\x80z", 4);
    CHECK(world.outputs("def f(x): return [type(x).__name__, x, x + b'!']", "f", {bytes}) ==
          Outputs{Value{Array{"bytes", bytes, bytes + "!"}}});
    CHECK(world.outputs("import os\nresult = os.fsdecode(b'a\\xff')") == Outputs{"a\xff"});
    CHECK(world.outputs("def f(x): return x", "f", {std::string("nul\0", 4)}) == Outputs{std::string("nul\0", 4)});
}

TEST_CASE_TEMPLATE("integers of 64 bits survive, and larger ones are refused", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs("def f(x): return x, -x - 1", "f", {INT64_MAX}) == Outputs{INT64_MAX, INT64_MIN});
    CHECK(world.failure("result = {'n': [2**63]}").message ==
          "result['n'][0] is an int that does not fit into 64 bits: give it back as str");
}

TEST_CASE_TEMPLATE("what is not data is refused with its place and type", World, Cold, Warm)
{
    World world;
    for (const auto& [code, place] : std::vector<std::pair<std::string, std::string>>{
             {"result = [1, {2}]", "result[1] is of type set"},
             {"result = object()", "result is of type object"},
             {"result = {'x': float('nan')}", "result['x'] is a float without a value"},
             {"result = {1: 2}", "result has the key 1 of type int"},
             {"result = []\nresult.append(result)", "nested too deeply"},
             {"result = 'a\\ud800'", "lone surrogate"}}) {
        const Failure failure = world.failure(code);
        CHECK(failure.code == Errc::bad_arguments);
        CHECK_MESSAGE(failure.message.find(place) != std::string::npos, failure.message);
    }
}

TEST_CASE_TEMPLATE("an exception is told with its line and its traceback, without the harness", World, Cold, Warm)
{
    World world;
    const Failure failure = world.failure("import json\n\ndef f(x):\n    return json.loads(x)\n", "f", {"{"});
    CHECK(failure.code == Errc::script);
    CHECK(failure.message.find("JSONDecodeError: Expecting property name") == 0);
    CHECK(failure.where == "<code>:4");
    CHECK(*failure.details.find("python_type") == Value{"json.decoder.JSONDecodeError"});
    CHECK(failure.traceback.find("Traceback (most recent call last):\n  File \"<code>\", line 4, in f\n"
                                 "    return json.loads(x)\n") == 0);
    CHECK(failure.traceback.find("reply_to") == std::string::npos);
    CHECK(world.failure("class Odd(Exception): pass\nraise Odd()").message == "Odd");
}

TEST_CASE_TEMPLATE("a syntax error is told with its line", World, Cold, Warm)
{
    World world;
    const Failure failure = world.failure("x = 1\ny = (\nz = 3 3\n");
    CHECK(failure.code == Errc::script);
    CHECK(failure.message.find("SyntaxError: ") == 0);
    CHECK(failure.where.find("<code>:") == 0);
    CHECK(world.failure("x = 1\nif x:\nprint(x)\n").where == "<code>:3");
}

TEST_CASE_TEMPLATE("code may stand in a file, next to its modules", World, Cold, Warm)
{
    World world;
    const TempFolder folder;
    folder.write("code/helper.py", "def double(x):\n    return 2 * x\n\ndef fail():\n    raise ValueError('no')\n");
    folder.write("code/main.py",
                 "import helper\n\ndef f(x):\n    return helper.double(x)\n\ndef g():\n    helper.fail()\n");
    PythonCall call;
    call.file = "code/main.py";
    call.cwd = folder.path();
    call.call = "f";
    call.args = {21};
    CHECK(world.run(call).value() == Outputs{Value{42}});
    call.call = "g";
    call.args = {};
    const auto failed = world.run(call);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().where.ends_with("code/helper.py:5"));
    CHECK(failed.error().traceback.find("File \"code/main.py\", line 7, in g\n    helper.fail()") != std::string::npos);
}

TEST_CASE_TEMPLATE("what is missing is named", World, Cold, Warm)
{
    World world;
    const Failure function = world.failure("import os\ndef one(): pass\ndef two(): pass\ndef _own(): pass", "three");
    CHECK(function.code == Errc::not_found);
    CHECK(function.message == "the Python code has no function 'three': it defines one, two");
    CHECK(world.failure("x = 1", "x").code == Errc::bad_arguments);

    PythonCall call;
    call.file = "/no/such/file.py";
    CHECK(world.run(call).error().code == Errc::not_found);
    CHECK(world.run(call).error().message.find("'/no/such/file.py'") != std::string::npos);
    call.python = "no-such-python";
    const Failure interpreter = world.run(call).error();
    CHECK(interpreter.code == Errc::not_found);
    CHECK(interpreter.message.find("there is no Python interpreter 'no-such-python': install python3") == 0);
    call.python.clear();
    call.cwd = "/no/such/folder";
    CHECK(world.run(call).error().message.find("there is no folder '/no/such/folder'") == 0);
    CHECK(world.run(PythonCall{}).error().code == Errc::bad_arguments);
}

TEST_CASE_TEMPLATE("arrays of numpy are lists", World, Cold, Warm)
{
    World world;
    const TempFolder folder;
    // As much of it as the harness asks of the real one.
    folder.write("numpy.py",
                 "class bool_:\n    def __bool__(self): return True\n"
                 "class Type:\n    def __init__(self, name): self.kind, self.name, self.itemsize = name[0], name, 8\n"
                 "    def __str__(self): return self.name\n"
                 "class ndarray:\n    def __init__(self, name, data): self.dtype, self.data = Type(name), data\n"
                 "    def tolist(self): return self.data\n    def all(self): return all(self.data)\n"
                 "def isfinite(array): return ndarray('b', [abs(one) < 1e300 for one in array.data])\n");
    const auto run = [&](const std::string& result) {
        PythonCall call;
        call.code = "from numpy import ndarray, bool_\nresult = " + result;
        call.cwd = folder.path();
        return world.run(std::move(call));
    };
    CHECK(run("ndarray('int64', [[1, 2], [3, 4]]), bool_()").value() ==
          Outputs{Array{Value{Array{1, 2}}, Value{Array{3, 4}}}, true});
    CHECK(run("{'x': ndarray('float64', [1.5])}").value() == Outputs{Object{{"x", Value{Array{Value{1.5}}}}}});
    CHECK(run("ndarray('float64', [1.5, 1e999])").error().message == "result[1] is a float without a value (inf)");
    CHECK(run("ndarray('object', [b'x', None])").value() == Outputs{Value{Array{"x", nullptr}}});
    CHECK(run("[ndarray('M8[s]', [1])]").error().message ==
          "result[0] is an array of M8[s], which is not data: give it back as text or numbers");
}

TEST_CASE_TEMPLATE("a venv's folder is as good as its interpreter", World, Cold, Warm)
{
    World world;
    const TempFolder folder;
    folder.write("venv/bin/python3", "#!/bin/sh\nIN_VENV=yes exec python3 \"$@\"\n");
    std::filesystem::permissions(folder.at("venv/bin/python3"), std::filesystem::perms::owner_all);
    PythonCall call;
    call.code = "import os\nresult = os.environ['IN_VENV'] + os.environ['ADDED']";
    call.env = {{"ADDED", "!"}};
    call.cwd = folder.path();
    call.python = "venv";
    CHECK(world.run(call).value() == Outputs{"yes!"});
}

TEST_CASE_TEMPLATE("an exit is told with its status", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs("import sys\nsys.exit()").empty());
    const Failure status = world.failure("import sys\nprint('out')\nsys.exit(3)");
    CHECK(status.code == Errc::exit);
    CHECK(status.message == "the Python code ended itself with status 3");
    CHECK(*status.details.find("exit_code") == Value{3});
    CHECK(*status.details.find("stdout") == Value{"out\n"});
    CHECK(world.failure("raise SystemExit('enough')").message == "the Python code ended itself with status 1: enough");
}

TEST_CASE_TEMPLATE("a crash is a failure with the status and the last words", World, Cold, Warm)
{
    World world;
    const Failure silent = world.failure("import os\nos._exit(0)");
    CHECK(silent.code == Errc::exit);
    CHECK(silent.message == "the Python code gave no result, it ended with status 0");
    const Failure killed = world.failure("import os, sys\nprint('oh', file=sys.stderr)\nos.kill(os.getpid(), 9)");
    CHECK(killed.message == "the Python code gave no result, signal 9 ended it: oh");
    CHECK(*killed.details.find("exit_code") == Value{137});
    CHECK(*killed.details.find("signal") == Value{9});
}

TEST_CASE_TEMPLATE("prints are heard as lines, and stdin is empty", World, Cold, Warm)
{
    World world;
    Recorder recorder;
    PythonCall call;
    call.code = "import sys\nprint('one')\nprint('two', file=sys.stderr)\nresult = sys.stdin.read()";
    call.lines = &recorder;
    CHECK(world.run(std::move(call)).value() == Outputs{""});
    CHECK(recorder.lines.size() == 2);
    CHECK(std::ranges::find(recorder.lines, "out one") != recorder.lines.end());
    CHECK(std::ranges::find(recorder.lines, "err two") != recorder.lines.end());
}

TEST_CASE_TEMPLATE("a timeout ends the code and what it started", World, Cold, Warm)
{
    World world;
    const std::string hour = own_hour();
    PythonCall call;
    call.code = "import subprocess\nsubprocess.run(['sleep', '" + hour + "'], start_new_session=True)";
    call.timeout = 300ms;
    const auto outcome = world.run(std::move(call));
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == Errc::timed_out);
    CHECK(outcome.error().message == "the Python code did not end within 300 ms");
    CHECK(processes_with(hour) == 0);
}

TEST_CASE_TEMPLATE("large values travel", World, Cold, Warm)
{
    World world;
    CHECK(world.outputs("def f(x): return len(x), x", "f", {std::string(5'000'000, 'x')}).front() == Value{5'000'000});
}

TEST_CASE_TEMPLATE("a context reaches the function's parameter `ctx`, and only a function that has one", World, Cold,
                   Warm)
{
    World world;
    const auto run = [&world](const std::string& code) {
        PythonCall call;
        call.code = code;
        call.call = "f";
        call.args = {1};
        call.context = Object{{"colonyname", "dev"}};
        return world.run(std::move(call)).value();
    };
    CHECK(as_one(run("def f(a, ctx): return [a, ctx['colonyname']]")) == Value{Array{1, "dev"}});
    CHECK(as_one(run("def f(a, **more): return list(more)")) == Value{Array{"ctx"}});
    CHECK(as_one(run("def f(a): return a")) == Value{1});
}
