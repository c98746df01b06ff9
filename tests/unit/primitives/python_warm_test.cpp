// That nobody can tell a forked interpreter from a new one.
#include "io/formats/json.hpp"
#include "processes.hpp"
#include "python_world.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::test;

namespace {

namespace fs = std::filesystem;

class Recorder final : public LineSink {
public:
    std::map<Stream, std::vector<std::string>> lines;
    boost::asio::awaitable<void> line(Stream stream, std::string text) override
    {
        lines[stream].push_back(std::move(text));
        co_return;
    }
};

// All that a caller sees of a call, and what it has left in its folder.
std::string seen_of(PythonWorld& world, const std::string& code)
{
    const TempFolder folder;
    folder.write("helper.py", "def double(x):\n    return 2 * x\n\ndef fail():\n    raise LookupError('helper')\n");
    folder.write("json.py", "raise SystemExit('this is not the json that is meant')\n");
    Recorder recorder;
    PythonCall call = python_call(code);
    call.cwd = folder.path();
    call.env = {{"GREETING", "hello"}, {"ODD", "a\xff"}, {"EMPTY", ""}};
    call.lines = &recorder;
    call.limits.cpu_seconds = 60;
    const Outcome outcome = world.run(std::move(call));
    std::string seen;
    if (outcome) {
        seen += "outputs " + to_json(Value{Array{*outcome}});
    } else {
        const Failure failure = outcome.error();
        seen += "failure " + std::string{word(failure.code)} + "\n" + failure.message + "\n" + failure.where + "\n" +
                failure.traceback + "\n" + to_json(Value{failure.details});
    }
    for (const auto& [stream, lines] : recorder.lines)
        for (const std::string& line : lines)
            seen += (stream == Stream::out ? "\nout " : "\nerr ") + line;
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator{folder.path()})
        if (entry.is_regular_file() && entry.path().extension() != ".pyc") {
            std::ifstream file{entry.path(), std::ios::binary};
            files[entry.path().filename().string()] = {std::istreambuf_iterator<char>{file}, {}};
        }
    for (const auto& [name, content] : files)
        seen += "\nfile " + name + ": " + content;
    for (std::size_t at = seen.find(folder.path()); at != std::string::npos; at = seen.find(folder.path()))
        seen.replace(at, folder.path().size(), "FOLDER");
    return seen;
}

const std::vector<std::string> snippets{
    // values
    "result = None",
    "result = [1, 2.5, 'ü', None, True, {'a': [()], 'b': -2**63}]",
    "result = (1, [2], 'three')",
    "result = [b'\\x00\\xff', bytearray(b'x'), memoryview(b'y')]",
    "import os\nresult = os.fsdecode(b'a\\xff')",
    "result = [2**70]",
    "result = {'x': float('nan')}",
    "result = {1, 2}",
    "result = []\nresult.append(result)",
    "result = (x for x in [1])",
    "result = {1: 2}",
    "class Odd(dict): pass\nresult = Odd(a=1)",
    "import fractions, decimal\nresult = [fractions.Fraction(1, 2), decimal.Decimal('0.5')]",
    "async def f():\n    import asyncio\n    await asyncio.sleep(0)\n    return 3\nimport asyncio\nresult = "
    "asyncio.run(f())",
    // exceptions
    "def f():\n    g()\ndef g():\n    raise ValueError('x')\nf()",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise RuntimeError('again') from error",
    "class Odd(Exception): pass\nraise Odd",
    "x = (",
    "if 1:\nx = 2",
    "raise KeyboardInterrupt",
    "import helper\nhelper.fail()",
    "def f(): return f()\nf()",
    "raise ExceptionGroup('many', [ValueError(1), TypeError(2)])",
    "raise Exception('\\ud800')",
    "input()",
    // ends
    "import sys\nsys.exit()",
    "import sys\nprint('last')\nsys.exit(3)",
    "import sys\nsys.exit('enough')",
    "exit(4)",
    "import os\nos._exit(0)",
    "import os, sys\nprint('oh', file=sys.stderr)\nos._exit(7)",
    "import ctypes\nctypes.string_at(0)",
    "import os\nos.abort()",
    "import os\nprint('before')\nos.kill(os.getpid(), 15)",
    "import signal, os\nsignal.signal(signal.SIGTERM, lambda *_: print('heard'))\nos.kill(os.getpid(), 15)\nresult = 1",
    // prints
    "print('a line')\nprint('no newline', end='')",
    "import sys\nprint('a', file=sys.stderr)\nsys.stderr.write('b')\nprint('ü')",
    "for number in range(20000): print('line', number)",
    "import os\nos.write(1, b'\\xff\\x00\\n')\nos.write(2, b'rest')",
    "import sys\nsys.stdout.buffer.write(b'raw\\n')\nsys.__stderr__.write('own\\n')",
    "import sys, io\nsys.stdout = io.StringIO()\nprint('nowhere')\nresult = sys.stdout.getvalue()",
    "import sys\nsys.stdout.close()",
    "import os\nos.close(1)\nos.close(2)\nresult = 1",
    "import sys\nclass Loud:\n    def write(self, text): pass\n    def flush(self): open('flushed', "
    "'a').write('x')\nsys.stdout = Loud()",
    // what is left at the end
    "f = open('unflushed', 'w')\nf.write('content')\nresult = 1",
    "class A:\n    def __del__(self): print('gone')\na = A()",
    "class A:\n    __slots__ = ()\n    def __del__(self): print('gone')\na = A()",
    "import sys\nsys.unraisablehook = lambda told: print(told.exc_value)\nclass A:\n    def __del__(self): raise "
    "ValueError('late')\na = A()",
    "def f():\n    try: yield 1\n    finally: print('closed')\ng = f()\nnext(g)",
    "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'final')",
    "import weakref\nclass A: pass\na = A()\nr = weakref.ref(a, lambda _: print('unwatched'))",
    "import weakref\nclass A: pass\na = A()\na.me = a\np = weakref.proxy(a, lambda _: print('unwatched'))",
    "import atexit\natexit.register(print, 'at exit')",
    "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.1), print('late'))).start()\nresult = 1",
    "import threading, time\nthreading.Thread(target=time.sleep, args=[60], daemon=True).start()\nresult = 1",
    "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='mine')\nt.start()\nt.join()",
    "import _thread, time\n_thread.start_new_thread(time.sleep, (60,))\nresult = 1",
    "async def f(): pass\nx = f()",
    "import logging\nlogging.warning('careful')",
    "import tempfile\nf = tempfile.NamedTemporaryFile(dir='.')\nresult = 1",
    "import sqlite3\nc = sqlite3.connect('base')\nc.execute('create table t(x)')\nc.execute('insert into t "
    "values(1)')\nresult = "
    "c.execute('select count(*) from t').fetchone()[0]",
    "import concurrent.futures as f\npool = f.ThreadPoolExecutor(2)\nresult = pool.submit(lambda: 5).result()",
    "import sys\nsys.addaudithook(lambda *_: None)\nresult = 1",
    "import warnings\nwarnings.simplefilter('always')\nf = open('helper.py')\nresult = 1",
    // children
    "import subprocess\nsubprocess.run(['echo', 'child'])\nresult = subprocess.run(['false']).returncode",
    "import subprocess\np = subprocess.Popen(['sleep', '0.1'])\nresult = 1",
    "import os\nif os.fork() == 0:\n    print('child')\n    os._exit(3)\nresult = os.wait()[1]",
    "import multiprocessing as m\nresult = m.get_context('fork').Pool(1).map(abs, [-1])",
    "import subprocess\nprint(subprocess.run(['env'], capture_output=True).stdout)",
    // surroundings
    "import os\nresult = [os.getcwd(), sorted(os.listdir()), os.path.abspath('x')]",
    "import os\nos.chdir('/')\nresult = os.getcwd()",
    "import os\nresult = [list(os.environb.items()), os.getenv('GREETING'), os.getenvb(b'ODD')]",
    "import posix\nresult = list(posix.environ.items())",
    "import sys\nresult = [sys.argv, sys.path, str(sys.flags), sys.executable, sys.prefix, sys.orig_argv[:3]]",
    "result = [__name__, sorted(globals())]",
    "print(__file__)",
    "import sys\nresult = list(sys.modules)",
    "import helper\nresult = [helper.double(4), helper.__file__]",
    "import sys\nresult = [sys.stdin.read(), sys.stdin.isatty(), sys.__stdin__.read()]",
    "import sys\nresult = [[s.encoding, s.errors, s.line_buffering, s.write_through, s.seekable(), s.fileno(), s.name] "
    "for s in "
    "(sys.stdin, sys.stdout, sys.stderr)]",
    "import sys, locale\nresult = [sys.getfilesystemencoding(), locale.getpreferredencoding(), "
    "list(locale.getlocale())]",
    "import signal\nresult = [str(signal.getsignal(number)) for number in signal.valid_signals()]",
    "import signal\nresult = [str(signal.pthread_sigmask(signal.SIG_BLOCK, []))]",
    "import os\nresult = sorted(os.listdir('/proc/self/fd'))",
    "import os\nresult = [os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in range(4) if n != 3]",
    "import os, fcntl\nresult = [[fcntl.fcntl(n, fcntl.F_GETFL), os.get_inheritable(n)] for n in range(4)]",
    "import os\nresult = [os.umask(0), os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid(), os.nice(0)]",
    "import resource\nresult = [list(map(str, resource.getrlimit(n))) for n in range(16) if n != 10]",
    "import threading\nresult = [threading.active_count(), threading.current_thread().name, "
    "threading.main_thread().is_alive()]",
    "depth = 0\ndef f():\n    global depth\n    depth += 1\n    f()\ntry: f()\nexcept RecursionError: result = depth",
    "import sys, inspect\nresult = [sys.getrecursionlimit(), len(inspect.stack()), sys.getswitchinterval()]",
    "import sys, gc\nresult = [sys.exc_info()[0], gc.isenabled(), gc.get_threshold(), gc.get_debug(), sys.gettrace()]",
    "import time, os\nresult = [time.process_time() < 5, os.times().children_user]",
    "import random\na = random.getstate()\nimport os\nresult = os.urandom(1) != None",
    "import warnings\nwarnings.warn('careful')\nwarnings.warn('old', DeprecationWarning)\nresult = "
    "str(warnings.filters)",
    "import signal\nsignal.setitimer(signal.ITIMER_REAL, .05)\nimport time\ntime.sleep(60)",
    "import sys\nsys.setrecursionlimit(50)\ndef f(): f()\nf()",
    "import builtins, sys\nbuiltins.print = None\nsys.modules['os'] = None\nimport os",
    "import math, zlib, re, datetime, collections, random, hashlib, struct\nresult = math.floor(2.5)",
};

} // namespace

TEST_CASE("nobody can tell a forked interpreter from a new one")
{
    PythonWorld cold{never};
    PythonWorld warm;
    CHECK_FALSE(cold.is_forked());
    CHECK(warm.is_forked());
    for (const std::string& code : snippets) {
        INFO(code);
        CHECK(seen_of(cold, code) == seen_of(warm, code));
    }
    CHECK(warm.runner.nurseries() == 1);
    CHECK(warm.is_forked());
    CHECK_FALSE(cold.is_forked());
}

TEST_CASE("code in a file is no different")
{
    const TempFolder folder;
    folder.write("code/helper.py", "here = __file__\n");
    folder.write("code/main.py",
                 "import sys, helper\ndef f(): return [__file__, __name__, sys.argv, sys.path[0], helper.here]\n");
    std::vector<Outputs> seen;
    for (const std::size_t first_forked : {never, std::size_t{1}}) {
        PythonWorld world{first_forked};
        PythonCall call = python_call({});
        call.file = "code/main.py";
        call.call = "f";
        call.cwd = folder.path();
        seen.push_back(world.run(std::move(call)).value());
    }
    CHECK(seen.front() == seen.back());
}

TEST_CASE("nothing that a call does is seen by the next")
{
    PythonWorld world;
    CHECK(world.number(
              "import builtins, os, sys, json, signal, gc\n"
              "leaked = builtins.leaked = os.leaked = json.leaked = sys.leaked = 1\n"
              "builtins.len = lambda _: 42\njson.dumps = json.dumps\nsys.modules['leaked'] = sys\n"
              "sys.path.append('/leaked')\nos.environ['LEAKED'] = '1'\nos.putenv('LEAKED_TOO', '1')\nos.chdir('/')\n"
              "os.umask(0o777)\nos.open('/dev/null', os.O_RDONLY)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
              "gc.disable()\nsys.setrecursionlimit(100)\nresult = 1") == 1);
    CHECK(world.number("import builtins, os, sys, json, signal, gc, subprocess\n"
                       "marks = [hasattr(one, 'leaked') for one in (builtins, os, json, sys)]\n"
                       "marks += ['leaked' in globals(), 'leaked' in sys.modules, '/leaked' in sys.path]\n"
                       "marks += ['LEAKED' in os.environ, 'LEAKED' in subprocess.run('env', capture_output=True, "
                       "text=True).stdout]\n"
                       "marks += [os.getcwd() == '/', os.umask(0) == 0o777, len([1, 2]) == 42]\n"
                       "marks += [signal.getsignal(signal.SIGTERM) == signal.SIG_IGN, not gc.isenabled()]\n"
                       "marks += [sys.getrecursionlimit() == 100, len(os.listdir('/proc/self/fd')) > 5]\n"
                       "result = sum(marks)") == 0);
}

TEST_CASE("the environment of a call is in no other call's memory")
{
    PythonWorld world;
    const std::string secret = "dont-show-" + own_hour();
    const auto found_by = [&](std::vector<std::pair<std::string, std::string>> env) {
        // The word comes backwards, so that the search itself is not what it finds.
        PythonCall search =
            python_call("def f(drow):\n"
                        "    places = [line.split() for line in open('/proc/self/maps') if ' rw' in line]\n"
                        "    found = 0\n"
                        "    with open('/proc/self/mem', 'rb', 0) as memory:\n"
                        "        for place in places:\n"
                        "            begin, end = (int(one, 16) for one in place[0].split('-'))\n"
                        "            memory.seek(begin)\n"
                        "            found += drow.encode() in memory.read(end - begin)[::-1]\n"
                        "    return found > 0");
        search.call = "f";
        search.args = {std::string{secret.rbegin(), secret.rend()}};
        search.env = std::move(env);
        return world.run(std::move(search)).value();
    };
    CHECK(found_by({{"SECRET", secret}}) == Outputs{true});
    CHECK(found_by({}) == Outputs{false});
}
