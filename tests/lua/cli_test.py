#!/usr/bin/env python3
"""The command line as its users meet it: cli_test.py FORAGER SCRIPTS."""
import contextlib
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

FORAGER, SCRIPTS = (pathlib.Path(argument).absolute() for argument in sys.argv[1:3])


def children_of(marker):
    """Processes with this text among their arguments."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if marker in command:
            found.append(int(folder.name))
    return found


def stable_lines(text):
    """The lines of an output without what differs from run to run: numbers, units, and the order of what runs at once."""
    return {re.sub(r"\d+(\.\d+)?( m?s\b)?", "N", line.rstrip()) for line in text.splitlines()}


def documentation_samples():
    """The Lua in the documentation: (file, text)."""
    root = SCRIPTS.parent
    return [(path.name, text) for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]
            for text in re.findall(r"```lua\n(.*?)```", path.read_text(), re.DOTALL)]


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def await_children(self, marker, count):
        """/proc tells nobody of a new process: it has to be looked at again and again."""
        deadline = time.monotonic() + 60
        while len(children_of(marker)) < count:
            self.assertLess(time.monotonic(), deadline, f"{count} processes with '{marker}' never began")
            time.sleep(0.01)

    def script(self, text, name="script.lua"):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def forager(self, *args, **options):
        # An agent of the machine's own has no part in this.
        options.setdefault("env", {**os.environ, "FORAGER_AGENT_SOCKET": str(self.folder / "no.sock")})
        return subprocess.run([FORAGER, *args], capture_output=True, text=True, timeout=60, cwd=self.folder, **options)

    def run_script(self, text, *args):
        return self.forager("run", self.script(text), *args)

    def failure_of(self, text, *args):
        done = self.run_script(text, "--json", *args)
        document = json.loads(done.stdout)
        self.assertIs(document["ok"], False)
        return done.returncode, document["error"]


class Run(Command):
    def test_a_result_is_text_for_people_and_one_document_for_programs(self):
        text = 'print "to stderr" return { list = { 1, 2.0 }, null = require("forager").null }'
        self.assertEqual(json.loads(self.run_script(text, "--json").stdout),
                         {"ok": True, "result": {"list": [1, 2.0], "null": None}})
        done = self.run_script('print "to stderr" return "hello"')
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "hello\n", "to stderr\n"))

    def test_arguments_reach_the_script_and_flags_stand_anywhere(self):
        done = self.run_script("return { ... }", "one", "--json", "--", "--json", "-x")
        self.assertEqual(json.loads(done.stdout)["result"], ["one", "--json", "-x"])

    def test_a_script_that_does_not_load_is_wrong_usage(self):
        for text in ("return +", 'require("forager").func { name = "a.b", tiemout = "5s", run = print }'):
            code, error = self.failure_of(text)
            self.assertEqual(code, 2, error)
            self.assertTrue(error["where"].endswith("script.lua:1"), error)
        self.assertIn("'timeout'", error["message"])
        self.assertEqual(self.forager("run", "nowhere.lua").returncode, 2)
        (self.folder / "binary.lua").write_bytes(b"\x1bLua\0\1")
        self.assertEqual(self.forager("run", "binary.lua").returncode, 2)
        self.assertEqual(self.forager("run", ".").returncode, 2)
        self.assertEqual(self.forager("run", "x.lua", "--bogus").returncode, 2)

    def test_work_that_fails_says_where(self):
        code, error = self.failure_of('\n\nrequire("forager").sh "echo no >&2; exit 3"')
        self.assertEqual((code, error["code"], error["exit_code"], error["stderr"]), (1, "exit", 3, "no\n"))
        self.assertTrue(error["where"].endswith("script.lua:3"), error)
        code, error = self.failure_of('error { code = "mine", detail = 7 }')
        self.assertEqual((code, error["code"], error["detail"]), (1, "mine", 7))

    def test_a_failure_is_told_with_its_traceback(self):
        done = self.run_script('local function deep()\n  error "too bad"\nend\n\ndeep()')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("script.lua:2: too bad", done.stderr)
        self.assertIn("script.lua:5: in main chunk", done.stderr)

    def test_a_failed_tasks_traceback_ends_where_the_scripts_own_calls_end(self):
        done = self.run_script('local w = require("forager").workflow "w"\nw:task { "a", run = function()\n'
                               '  local function deep() return ("x") + {} end\n  local r = deep()\n  return r\n'
                               'end }\nreturn w')
        self.assertEqual(done.returncode, 1)
        self.assertIn("in function 'deep'", done.stderr)
        self.assertNotIn("tail calls", done.stderr)

    def test_a_result_that_cannot_be_written_is_a_failure(self):
        path = self.script('return "lost"')
        for flags in ([], ["--json"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([FORAGER, "run", *flags, path], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("No space left on device", done.stderr)
        closed = subprocess.run(["/bin/sh", "-c", 'exec "$0" run "$1" >&-', FORAGER, path], capture_output=True, text=True)
        self.assertEqual(closed.returncode, 1)
        self.assertIn("Bad file descriptor", closed.stderr)

    def test_what_json_cannot_say_is_a_failure_with_its_path(self):
        code, error = self.failure_of("return { a = { 1 / 0 } }")
        self.assertEqual(code, 1)
        self.assertIn("the result.a[1]", error["message"])

    def test_a_pipe_is_no_script(self):
        path = str(self.folder / "pipe.lua")
        os.mkfifo(path)
        self.assertEqual(self.forager("run", path).returncode, 2)
        self.assertEqual(self.forager("check", path).returncode, 1)

    def test_a_limit_of_the_system_is_an_error_and_nothing_is_left(self):
        path = self.script('local f = require "forager"\nf.sh "(setsid sleep 7000.1 &)"\n'
                           'f.files.write("big", ("x"):rep(5000000))')
        done = subprocess.run(["/bin/sh", "-c", 'ulimit -f 1; exec "$0" run --json "$1"', FORAGER, path],
                              capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (1, "limit"))
        self.assertEqual(children_of("7000.1"), [])

    def test_an_error_that_never_finishes_its_sentence_is_ended_by_the_time_limit(self):
        done = self.run_script('error(setmetatable({}, { __tostring = function() while true do end end }))',
                               "--timeout", "200ms")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not done within 200 ms", done.stderr)

    def test_errors_do_not_speak_to_the_terminal(self):
        done = self.run_script('error "\\27[2Jhello"')
        self.assertIn("?[2Jhello", done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_who_does_not_read_the_result_can_still_end_it(self):
        path = self.script('return ("x"):rep(1000000)')
        process = subprocess.Popen([FORAGER, "run", path], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.assertTrue(process.stdout.read(1)) # it has begun to write
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), -signal.SIGTERM)

    def test_quit_ends_the_children_and_nohup_is_heeded(self):
        path = self.script('require("forager").sh "echo started >&2; setsid sleep 7000.2"')
        for number, ignored in ((signal.SIGQUIT, False), (signal.SIGHUP, True)):
            ignore = (lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) if ignored else None
            process = subprocess.Popen([FORAGER, "run", path], preexec_fn=ignore)
            self.await_children("7000.2", 1)
            process.send_signal(number)
            if ignored:
                process.terminate()
            self.assertEqual(process.wait(30), 128 + (signal.SIGTERM if ignored else number))
            self.assertEqual(children_of("7000.2"), [])

    def test_a_byte_order_mark_and_a_line_for_the_shell_are_no_part_of_the_script(self):
        for text in ("\ufeffreturn 1", "#!/usr/bin/env forager\nreturn 1", "\ufeff#!x\nreturn 1"):
            self.assertEqual(self.run_script(text).stdout, "1\n")
            self.assertEqual(self.forager("check", self.script(text)).returncode, 0)

    def test_modules_lie_beside_the_script_and_are_text(self):
        self.script("return { name = ..., here = require 'parts.inner' }", "outer.lua")
        (self.folder / "parts").mkdir()
        self.script("return 7", "parts/inner.lua")
        done = self.run_script('local m = require "outer" return { m.name, m.here, m == require "outer" }', "--json")
        self.assertEqual(json.loads(done.stdout)["result"], ["outer", 7, True])
        self.script("return +", "broken.lua")
        code, error = self.failure_of('require "broken"')
        self.assertEqual(code, 2, error)
        self.assertIn("broken.lua:1", json.dumps(error))
        self.script('require "circle"', "circle.lua")
        code, error = self.failure_of('require "circle"')
        self.assertIn("requires itself", error["message"])
        (self.folder / "bytes.lua").write_bytes(b"\x1bLua\0\1")
        self.assertNotEqual(self.run_script('require "bytes"').returncode, 0)

    def test_a_failure_that_nobody_heard_fails_the_script(self):
        code, error = self.failure_of("""
            local forager = require "forager"
            forager.spawn(function() error { code = "unheard" } end)
            forager.sleep "5ms" """)
        self.assertEqual((code, error["code"]), (1, "unheard"))

    def test_a_script_waits_for_its_tasks(self):
        done = self.run_script("""
            local forager = require "forager"
            forager.spawn(function() forager.sleep "20ms" print "later" end)
            return "first" """)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "first\n", "later\n"))

    def test_a_workflow_maps_task_names_to_results_in_their_order(self):
        done = self.run_script("""
            local w = require("forager").workflow "w"
            local b = w:task { "b", run = function() return { n = 2 } end }
            local a = w:task { "a", call = "echo.echo", args = { b.n } }
            w:task { "c", after = { a, b }, run = function(_, x, y) return x + y.n end }
            w:task { "each", foreach = { 1, 2 }, run = function(_, item) return item * 2 end }
            return w:cron "0 3 * * *" """, "--json", "--quiet")
        self.assertEqual(done.stdout, '{"ok":true,"result":{"b":{"n":2},"a":2,"c":4,"each":[2,4]}}\n')

    def test_a_bad_graph_is_found_before_anything_runs(self):
        code, error = self.failure_of("""
            local w = require("forager").workflow "w"
            w:task { "first", run = function() require("forager").files.write("ran", "") end }
            w:task { "a", after = "b", run = print }
            w:task { "b", after = "a", run = print }
            return w""")
        self.assertEqual(code, 2, error)
        self.assertFalse((self.folder / "ran").exists())

    def test_a_failed_task_is_named_and_what_depends_on_it_does_not_run(self):
        code, error = self.failure_of("""
            local w = require("forager").workflow "w"
            w:task { "dump", run = function() error "no space" end }
            w:task { "report", after = "dump", run = function() require("forager").files.write("ran", "") end }
            return w""")
        self.assertEqual((code, error["task"]), (1, "dump"))
        self.assertIn("no space", error["message"])
        self.assertFalse((self.folder / "ran").exists())

    def test_the_time_limit_ends_a_loop_a_child_and_a_c_function(self):
        for text in ("while true do end", 'require("forager").sh "sleep 1000"',
                     'local a = ("a"):rep(40) return a:find(("a?"):rep(40) .. a)',
                     "while true do pcall(function() while true do end end) end"):
            code, error = self.failure_of(text, "--timeout", "300ms")
            self.assertEqual((code, error["code"]), (1, "timed_out"), text)

    def test_signals_end_everything_that_was_started(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            marker = f"forager-marker-{os.getpid()}-{number}"
            path = self.script(f"""
                local sh = require("forager").sh
                sh {{ "sh", "-c", "setsid sh -c 'sleep 1000; :' {marker} & env -i sh -c 'sleep 1000; :' {marker}", "x" }}""")
            running = subprocess.Popen([FORAGER, "run", path], stderr=subprocess.DEVNULL)
            self.await_children(marker, 2)
            running.send_signal(number)
            self.assertEqual(running.wait(60), status)
            self.assertEqual(children_of(marker), [])


class Terminal(Command):
    WORKFLOW = """local w = require("forager").workflow "w"
        w:task { "one", run = function(ctx) ctx:log "\\27[31mred" ctx:sleep "300ms" return 1 end }
        return w"""

    def seen(self, **variables):
        """What a terminal gets to see."""
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", **variables}
        with subprocess.Popen([FORAGER, "run", self.script(self.WORKFLOW)], stdin=theirs, stdout=theirs, stderr=theirs,
                              env=environment) as running:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 4096):
                    text += piece
            except OSError:  # the other end is closed
                pass
            os.close(ours)
            self.assertEqual(running.wait(60), 0)
        return text.decode()

    def test_progress_is_drawn_in_place_and_ends_with_the_state_of_each_task(self):
        text = self.seen()
        self.assertRegex(text, "\x1b\\[1A")
        self.assertRegex(text, "\x1b\\[32m✓\x1b\\[0m w.one  succeeded")
        self.assertNotIn("\x1b[31mred", text)
        self.assertTrue(text.endswith("one: 1\r\n"), text)

    def test_no_color_means_no_colour_and_a_dumb_terminal_gets_lines(self):
        self.assertNotIn("\x1b[3", self.seen(NO_COLOR="1"))
        self.assertNotIn("\x1b[1A", self.seen(TERM="dumb"))


class Call(Command):
    def test_arguments_are_json_or_else_text(self):
        for given, result in (("5", 5), ("[1,{}]", [1, {}]), ("plain text", "plain text"), ('"quoted"', "quoted")):
            done = self.forager("call", "echo.echo", given, "--json")
            self.assertEqual(json.loads(done.stdout), {"ok": True, "result": result})

    def test_keyword_arguments_bind_by_name(self):
        path = self.script("""require("forager").func { name = "media.scale",
            args = { { "picture", "string" }, { "width", "integer", default = 256 } },
            run = function(_, picture, width) return picture .. width end }""")
        call = ("call", "media.scale", "--script", path)
        self.assertEqual(self.forager(*call, "--kw", "width=7", "a.png").stdout, "a.png7\n")
        self.assertEqual(self.forager(*call, "a.png").stdout, "a.png256\n")
        wrong = self.forager(*call, "a.png", "wide", "--json")
        self.assertEqual(json.loads(wrong.stdout)["error"]["code"], "bad_arguments")
        self.assertIn("'width'", wrong.stdout)
        self.assertEqual(wrong.returncode, 1)

    def test_a_workflow_and_its_tasks_are_called_by_name(self):
        path = self.script("""local w = require("forager").workflow("nightly", { doc = "Every night." })
            w:task { "z", run = function() return 1 end }
            w:task { "a", after = "z", run = function(_, z) return (z or 41) + 1 end }
            return w""")
        self.assertEqual(self.forager("call", "nightly", "--script", path, "--json", "--quiet").stdout,
                         '{"ok":true,"result":{"z":1,"a":2}}\n')
        self.assertEqual(self.forager("call", "nightly.a", "--script", path, "--quiet").stdout, "42\n")
        self.assertEqual(self.forager("call", "nightly", "7", "--script", path).returncode, 1)
        listed = json.loads(self.forager("functions", "--script", path, "--json").stdout)["result"]
        nightly = next(function for function in listed if function["name"] == "nightly")
        self.assertEqual((nightly["doc"], nightly["args"]), ("Every night.", []))

    def test_an_unknown_function_lists_what_there_is(self):
        done = self.forager("call", "echo.ecko", "x")
        self.assertEqual(done.returncode, 1)
        self.assertIn("echo.echo", done.stderr)

    def test_the_built_in_functions_answer(self):
        self.assertEqual(self.forager("call", "unix.unix_command", "echo out; echo err >&2").stdout, "out\nerr\n")
        self.assertEqual(self.forager("call", "sleep.sleep", "10").returncode, 0)
        self.assertIn("Invalid argument", self.forager("call", "sleep.sleep", "soon").stderr)
        python = self.forager("call", "python.python_code", "--kw", "code=def add(a, b): return a + b", "2", "3")
        self.assertEqual(python.stdout, "5\n", python.stderr)
        python = self.forager("call", "python.python_code", "def add(a, b): return a + b", "2", "--", "-7")
        self.assertEqual(python.stdout, "-5\n", python.stderr)
        self.assertIn("python.python_code(code: string, …)", self.forager("functions").stdout)


    def test_families_without_a_peer_are_listed_with_the_reason(self):
        config = self.script("[docker]\nhost = ''\n", "forager.toml")
        listed = {one["name"]: one for one in
                  json.loads(self.forager("functions", "--json", "--config", config).stdout)["result"]}
        self.assertNotIn("backup.backup", listed)
        self.assertIn("set [s3] endpoint and bucket", listed["backup.*"]["reason"])
        self.assertIn("set [docker] host", listed["docker.*"]["reason"])
        config = self.script("[s3]\nendpoint = 'h'\nbucket = 'b'\naccess_key = 'a'\nsecret_key = 's'\n", "forager.toml")
        os.chmod(config, 0o600)
        self.assertIn("backup.backup(", self.forager("functions", "--config", config).stdout)

    def test_a_configuration_that_is_warned_of_is_so_once(self):
        config = self.script("[colony]\nhost = 'h'\nname = 'n'\n", "forager.toml")
        done = self.forager("call", "backup.list", "--config", config)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("warning: "), 1, done.stderr)


class Usage(Command):
    def test_a_command_line_that_says_nothing_sensible_is_wrong_usage(self):
        ok = self.script("return 1")
        for args in ((), ("run",), ("call",), ("check",), ("nonsense",), ("run", ok, "--timeout", "soon"),
                     ("run", ok, "--timeout"), ("call", "echo.echo", "--kw", "noequals"),
                     ("call", "echo.echo", "--script", "nowhere.lua")):
            done = self.forager(*args)
            self.assertEqual((done.returncode, done.stdout), (2, ""), args)
            self.assertRegex(done.stderr, "^forager: .", args)

    def test_a_command_or_a_flag_that_does_not_exist_is_named_with_the_nearest(self):
        ok = self.script("return 1")
        for args, told in ((("frobnicate",), "'frobnicate'; there are run, call"),
                           (("chekc", ok), "'chekc'; did you mean 'check'?"),
                           (("--json", "version"), "'--json' stands before the command"),
                           (("run", ok, "--jsn"), "'forager run' has no flag '--jsn'; did you mean '--json'?"),
                           (("run", ok, "--tiemout=5s"), "'--tiemout'; did you mean '--timeout'?"),
                           (("version", "-x"), "'-x'; there are --"),
                           (("version", "extra"), "no use for 'extra'"),
                           ((), "a command is needed: ")):
            done = self.forager(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertIn(told, done.stdout + done.stderr, args)
        self.assertEqual(self.forager("--help").returncode, 0)
        self.assertEqual(self.forager("run", "--help").returncode, 0)

    def test_wrong_usage_is_a_document_for_programs(self):
        done = self.forager("run", self.script("return 1"), "--bogus", "--json")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--bogus", json.loads(done.stdout)["error"]["message"])

    def test_functions_are_listed_for_people_and_programs(self):
        path = self.script("""require("forager").func { name = "media.scale", doc = "Scales.",
            args = { { "width", "integer", default = 256 } }, run = print }""")
        listed = json.loads(self.forager("functions", "--script", path, "--json").stdout)["result"]
        scale = next(function for function in listed if function["name"] == "media.scale")
        self.assertEqual((scale["doc"], scale["args"][0]["name"], scale["args"][0]["default"]), ("Scales.", "width", 256))
        self.assertIn("media.scale", self.forager("functions", "--script", path).stdout)

    def test_the_version_is_one(self):
        self.assertRegex(self.forager("version").stdout, r"^forager \d+\.\d+\.\d+\n$")


class Check(Command):
    def check(self, text):
        return self.forager("check", self.script(text))

    def test_a_script_without_mistakes_passes_and_does_nothing(self):
        done = self.check("""local forager = require "forager"
            forager.sh "touch ran"
            forager.sleep "10h"
            forager.every("1s", print)
            forager.files.write("ran", "")""")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertFalse((self.folder / "ran").exists())

    def test_mistakes_are_told_with_their_place(self):
        for text, told in (("local x = = 1", "script.lua:1: "),
                           ('require("forager").func { name = "a.b", retires = 1, run = print }', "'retries'"),
                           ('local w = require("forager").workflow "w" w:task { "a", call = "echo.eco" }', "echo.echo"),
                           ("return undefined_name", "undefined_name"),
                           ("while true do end", "10 s")):
            done = self.check(text)
            self.assertEqual(done.returncode, 1, text)
            self.assertIn(told, done.stdout)

    def test_what_the_agent_would_refuse_to_serve_is_found(self):
        for text, told in (('local w = require("forager").workflow "w"\nw:cron("@daily", { zone = "Europe/Berln" })',
                            "2: cron: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
                           ('local w = require("forager").workflow "w"\nw:cron "@daily"\nw:cron "@daily"',
                            "3: cron: workflow 'w' has the schedule '@daily' twice: leave one out"),
                           ('require("forager").on("file:in/*.csv", print)',
                            "1: on: cannot watch 'in/*.csv': the path must begin with '/', for the agent may run in any "
                            "folder")):
            self.assertEqual(self.findings(text), [told])

    def without_source(self, text):
        """The lines of an output that are not of the script."""
        return [line for line in text.splitlines() if not re.match(r" +\d* \| ", line)]

    def findings(self, text):
        """Each as "LINE: MESSAGE"."""
        lines = self.without_source(self.check(text).stdout)
        return [line.removeprefix(str(self.folder / "script.lua") + ":") for line in lines]

    def assert_clean(self, path):
        done = self.forager("check", str(path))
        self.assertEqual((done.returncode, done.stdout), (0, ""), path)
        return done.stderr

    def test_code_that_is_not_run_is_looked_at_too(self):
        findings = self.findings("""local forager = require "forager"
            local sh = forager.sh
            forager.func { name = "a.b", run = function(ctx)
              sh { "true", chek = false }
              ctx:call("echo.eco")
              ctx:lgo "x" prnt "x"
              ctx:sleep "6 hours"
              forager.json.encod(string.fmt "x")
              forager.http.get("x", { tiemout = 3, limit = true })
              forager.workflow("w", { concurency = 1 }):task { "x", call = "a.bb", when = "yes" }
            end }""")
        without_list = [re.sub("There are a.b, .* and [0-9]+ more$", "There are a.b, …", one) for one in findings]
        self.assertEqual(without_list, [
            "4: sh has no option 'chek' (did you mean 'check'?)",
            "5: there is no function 'echo.eco'; did you mean 'echo.echo'? There are a.b, …",
            "6: a context has no method 'lgo' (did you mean 'log'?)",
            "6: undefined global 'prnt' (did you mean 'print'?)",
            "7: sleep: argument 1 must be a duration (\"250ms\", \"1h30m\" or a number of seconds, 0 or more), not a "
            "string ('6 hours')",
            "8: forager.json has no 'encod' (did you mean 'encode'?)",
            "8: string has no 'fmt'",
            "9: http.get has no option 'tiemout' (did you mean 'timeout'?)",
            "9: http.get: option 'limit' must be a size (\"64KB\", \"1.5GB\" or a number of bytes), not a boolean",
            "10: task: option 'when' must be a function, not a string ('yes')",
            "10: there is no function 'a.bb'; did you mean 'a.b'? There are a.b, …",
            "10: workflow has no option 'concurency' (did you mean 'concurrency'?)"])

    def test_what_running_the_main_chunk_finds_is_not_told_twice(self):
        for text in ("prnt 'x'", "return undefined_name", 'require("forager").sh { "x", chek = 1 }', 'require("forager").slep(1)',
                     'require("forager").sleep "6 hours"', 'require("forager").sh("x", { timeout = "30x" })',
                     'local w = require("forager").workflow "w" w:task { "a", call = "echo.eco" } return w',
                     'local w = require("forager").workflow "w"\nw:task {\n"a", tiemout = 1, call = "echo.echo" }'):
            self.assertEqual(len(self.findings(text)), 1, text)

    def test_the_modules_of_a_script_are_looked_at_too(self):
        self.script("local m = {}\nfunction m.f()\n  prnt 'x'\nend\nreturn m", "helper.lua")
        self.script("function shared() end", "shares.lua")
        self.script("return +", "broken.lua")
        self.assertEqual(self.check("return require('helper').f").stdout,
                         f"{self.folder}/helper.lua:3: undefined global 'prnt' (did you mean 'print'?)\n"
                         "  3 |   prnt 'x'\n    |   ^^^^\n")
        self.assert_clean(self.script("require 'shares'\nlocal function f() return shared() end"))
        done = self.check("local function f() return require('broken') end")
        self.assertRegex(done.stdout, r"broken.lua:1: unexpected symbol.*\n  1 \| return \+\n")

    def test_findings_are_a_list_for_programs_and_end_somewhere(self):
        path = self.script("local function f()\n" + "prnt()\n" * 1000 + "end")
        document = json.loads(self.forager("check", path, "--json").stdout)
        self.assertEqual((document["ok"], len(document["findings"]), document["more"]), (False, 100, 900))
        self.assertEqual(document["error"], document["findings"][0])
        self.assertTrue(document["error"]["where"].endswith("script.lua:2"))
        lines = self.without_source(self.forager("check", path).stdout)
        self.assertEqual((len(lines), lines[-1]), (101, "and 900 more"))

    def test_a_function_that_this_agent_cannot_offer_is_no_mistake(self):
        done = self.check("""local forager = require "forager"
            local sh = forager.sh
            forager.func { name = "order.fulfil", durable = true, run = function(ctx, order)
              local charge = ctx:step("charge", function() return sh { "charge", order.id } end)
              ctx:sleep "6h"
              return ctx:call("reconcile.apply", { name = "web", pods = 3 }), charge
            end }
            local nightly = forager.workflow "nightly"
            local dump = nightly:task { "dump", call = "backup.backup", retries = 3 }
            nightly:task { "report", after = { dump }, run = function(ctx, dump)
              return forager.http.post("https://example.org/hook", { json = { dump = dump } }).status
            end }
            nightly:cron "0 3 * * *"
            return nightly""")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertRegex(done.stderr, r"script.lua:6: note: reconcile.apply is not available.*\n$")

    def test_events_that_there_are_none_of_yet_are_named(self):
        self.assertEqual(len(self.findings("""local forager = require "forager"
            forager.on("nats:orders.*", function(ctx, message) ctx:log(message.payload) end)""")), 1)

    def test_a_reconciler_is_checked_as_it_is_declared(self):
        begin = 'local forager = require "forager"\nlocal r = forager.reconciler { kind = "WebSite", every = "30s", '
        actual = "actual = function(ctx, d) return d.spec end, "
        apply = 'apply = function(ctx, desired, actual) ctx:log "x" end }'
        self.assert_clean(self.script(begin + actual + apply + '\nreturn r:reconcile({ kind = "WebSite", '
                                      'metadata = { name = "x" } }).action'))
        for text, told in ((begin + "aktual = print, " + apply, "'actual'"),
                           (begin + apply, "'actual'"),
                           (begin + actual + 'schema = { type = "steam" }, ' + apply, "WebSite"),
                           (begin + actual + 'watch = "docker:died", ' + apply, "'died'"),
                           (begin + actual + apply + "\nr:reconcil {}", "'reconcile'")):
            findings = self.findings(text)
            self.assertEqual(len(findings), 1, text)
            self.assertIn(told, str(findings), text)

    def test_what_a_script_is_given_and_finds_around_it_is_not_known(self):
        for text in ("local n = tonumber((...)) return n + 1", "return 'x' .. os.getenv 'NO_SUCH_NAME'",
                     "return { f = print }",
                     'local f = require "forager" local _, e = pcall(f.timeout, 1, function() f.sleep(2) end) return e.code'):
            self.assert_clean(self.script(text))

    def test_bytes_and_great_lengths_are_taken(self):
        path = self.folder / "script.lua"
        path.write_bytes(b"local s = '\xff\xe9' -- \xe9\nlocal function f() return s, prnt end")
        self.assertIn(":2: undefined global 'prnt'", self.forager("check", str(path)).stdout)
        path.write_text("local function f() return " + "(" * 190 + "prnt" + ")" * 190 + " end")
        self.assertIn("'prnt'", self.forager("check", str(path)).stdout)
        path.write_text("local s = [[" + "x" * 10_000_000 + "]]\nlocal function f() return prnt(s) end")
        self.assertIn(":2: undefined global 'prnt'", self.forager("check", str(path)).stdout)

    def test_the_scripts_of_the_project_have_no_mistakes(self):
        root = SCRIPTS.parent
        # Of the tests, one declares a bad graph to see it refused.
        specs = [path for path in (root / "tests/lua").glob("*.lua") if path.name != "workflow_spec.lua"]
        scripts = [*SCRIPTS.rglob("*.lua"), *specs]
        self.assertGreater(len(scripts), 20)
        for path in scripts:
            self.assert_clean(path)
        # The tutorial shows mistakes; its own test plays what check says of them.
        for _, text in (sample for sample in documentation_samples() if sample[0] != "tutorial.md"):
            self.assert_clean(self.script(text))


class Scripts(Command):
    def test_hello_writes_a_report_and_says_a_few_words(self):
        done = self.forager("run", str(SCRIPTS / "hello.lua"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("memory", done.stdout)
        self.assertIn("<svg", (self.folder / "report.html").read_text())

    def test_every_sample_of_the_documentation_runs(self):
        played = {"tutorial.md", "testing-scripts.md"}  # by tests of their own: here, and in bench_test.py
        samples = [sample for sample in documentation_samples() if sample[0] not in played]
        self.assertGreater(len(samples), 2)
        for name, text in samples:
            done = self.run_script(text)
            if "COLONIES_SERVER_HOST" in text:  # it says that it needs one
                self.assertIn("there is no colony: set", done.stderr)
            else:
                self.assertEqual(done.returncode, 0, f"{name}: {text}{done.stderr}")

    def test_the_tutorial_shows_what_the_program_says(self):
        text = (SCRIPTS.parent / "docs" / "tutorial.md").read_text()
        for name, script in re.findall(r"`(\w+\.(?:lua|toml))`[^`]*?:\n\n```(?:lua|toml)\n(.*?)```", text, re.DOTALL):
            self.script(script, name)
        self.addCleanup(self.end_agent)
        self.assertEqual(len(list(self.folder.glob("*.lua"))), text.count("```lua"))
        sessions = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
        for session in [session for session in sessions if session.startswith("    $ ")]:
            self.play(session)

    def end_agent(self):
        """Of a session that broke off."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.folder / "agent.pid").read_text()), signal.SIGKILL)

    def play(self, session):
        """Types the commands of a session ("    $ …") and compares what comes out with what stands below each."""
        status = 0
        for entry in re.split(r"^    \$ ", session, flags=re.MULTILINE)[1:]:
            command, _, shown = entry.partition("\n")
            done = subprocess.run(["sh", "-c", f"(exit {status}); {command}"], stdout=subprocess.PIPE, timeout=60,
                                  stderr=subprocess.STDOUT, text=True, cwd=self.folder,
                                  env={**os.environ, "PATH": f"{FORAGER.parent}:{os.environ['PATH']}"})
            status = done.returncode
            wanted, found = stable_lines(re.sub("^    ", "", shown, flags=re.MULTILINE)), stable_lines(done.stdout)
            if "…" in wanted:
                wanted, found = wanted - {"…"}, found & wanted
            self.assertEqual(wanted, found, f"$ {command}\n{done.stdout}")

    def test_every_example_runs_and_passes_check(self):
        examples = [path for path in sorted((SCRIPTS / "examples").glob("*.lua")) if not path.stem.endswith("_test")]
        self.assertGreater(len(examples), 5)
        for example in examples:
            for verb in ("run", "check"):
                done = self.forager(verb, str(example))
                self.assertEqual(done.returncode, 0, f"{verb} {example.name}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0)
