#!/usr/bin/env python3
"""The functions of upstream's executors, as clients of others call them: arguments, results and failures as theirs, and
what no client should send."""
import base64
import json
import pathlib
import sys
import textwrap
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import main
from colonies.api import new_key
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine, PyColonies
from colonies.testcase import ColonyTest
from colony_agent import CANCELLED, FAILED, RUNNING, SUCCESSFUL, ColonyAgent

TYPES = ("echo", "sleep", "unix", "python", "ml")
HUGE = "x" * 5_000_000
HOSTILE = ["; touch FOLDER/harm", "$(touch FOLDER/harm)", "`touch FOLDER/harm`", "' \" \\ \\n", "two\nlines\n", "-rf", "", "*",
           "é \U0001f41d \u202e", "%s%n{}", "../../etc/passwd", "{\"$base64\": \"eA==\"}", "null"]


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Conformance(ColonyAgent):
    """One agent that stands in for upstream's executors, by their types."""

    def setUp(self):
        super().setUp()
        self.serve(executors="".join(self.executor(type, name=type) for type in TYPES))

    def gives(self, type, function, *args, **fields):
        return self.output(function, *args, conditions={"executortype": type}, **fields)

    def fails(self, type, function, *args, **fields):
        return self.errors(function, *args, conditions={"executortype": type}, **fields)[0]

    def ended_errors(self, id):
        self.await_process(id, FAILED)
        return self.until(lambda: self.process(id)["errors"], "its errors")

    def sent(self, type, function, *args, **fields):
        return self.send(function, *args, conditions={"executortype": type}, **fields)

    def hostile(self):
        return [text.replace("FOLDER", str(self.folder)) for text in HOSTILE]

    def assert_harmless(self):
        self.assertFalse((self.folder / "harm").exists())
        self.assertEqual(self.gives("echo", "echo", "still there"), ["still there"])


class Echo(Conformance):
    def test_one_argument_comes_back_under_both_names_to_both_clients(self):
        for client in (PyColonies, CommandLine):
            for name in ("echo", "echo.echo"):
                with self.subTest(client=client.__name__, name=name):
                    driver = client(self.colony)
                    spec = self.colony.spec(name, "hello", conditions={"executortype": "echo"})
                    process = driver.wait(driver.submit(spec))
                    self.assertEqual((process["state"], process["out"], process["errors"] or []), (SUCCESSFUL, ["hello"], []))
                    self.assertEqual(driver.logs(process["processid"]).strip(), "")

    def test_the_command_line_calls_and_waits_in_one(self):
        shown, log = CommandLine(self.colony).run("function", "exec", "--func", "echo", "--args", "hello", "--targettype",
                                                  "echo", "--wait", "--out")
        self.assertIn("hello", shown + log)

    def test_any_json_is_an_argument(self):
        for value in (7, -1.5, True, None, [1, [2]], {"a": {"b": []}}, 2**53, *self.hostile(), HUGE):
            with self.subTest(str(value)[:40]):
                self.assertEqual(self.gives("echo", "echo", value), [value])
        self.assert_harmless()

    def test_a_wrong_number_of_arguments_fails_once_in_upstreams_words(self):
        for args in ((), ("a", "b"), ("x",) * 1000):
            self.assertRegex(self.fails("echo", "echo", *args), "^Invalid argument")
        self.assertRegex(self.fails("echo", "echo", kwargs={"txt": "a"}), "^Invalid argument.*did you mean 'text'")
        self.assertEqual(self.gives("echo", "echo", kwargs={"text": "by name"}), ["by name"])
        self.assert_harmless()

    def test_what_is_not_there_fails_and_is_said(self):
        self.assertRegex(self.fails("echo", "ecko"), "^Unsupported function: ecko; this executor of type echo has echo.echo")
        for name in ("", "no.such", "a" * 5000, *self.hostile()):
            with self.subTest(name[:40]):
                self.assertRegex(self.fails("echo", name), "^Unsupported function: ")
        self.assertRegex(self.fails("ml", "train"), "^Unsupported funcname: train; .* has .*ml.execute")
        self.assert_harmless()

    def test_what_no_client_should_send_does_no_harm(self):
        nested = []
        for _ in range(300):
            nested = [nested]
        self.assertRegex(self.fails("echo", "echo", nested), "nested|deep")
        self.assertEqual(self.gives("echo", "echo", "a\0b"), ["a\0b"])
        self.assertEqual(self.gives("echo", "echo", ["x"] * 100_000), [["x"] * 100_000])
        self.assertLess(len(self.fails("echo", HUGE)), 100_000)
        self.assertLess(len(self.fails("echo", "echo", kwargs={HUGE: 1})), 100_000)
        self.assert_harmless()

    def test_without_a_time_limit_and_with_one_it_is_the_same(self):
        for limit in (-1, 100):
            self.assertEqual(self.gives("echo", "echo", "x", maxexectime=limit, maxwaittime=limit), ["x"])
        spec = self.colony.spec("echo", "x", conditions={"executortype": "echo"})
        for name in ("maxexectime", "maxwaittime", "maxretries", "nodename", "kwargs"):
            del spec[name]
        id = self.colony.call("submitfuncspecmsg", spec=spec)["processid"]
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], ["x"])

    def test_a_process_that_wants_files_does_not_run_without_them(self):
        folder = {"label": "/data", "dir": "/data", "keepfiles": True, "onconflicts": {
            "onstart": {"keeplocal": False}, "onclose": {"keeplocal": False}}}
        for fs in ({"mount": "/cfs", "dirs": [folder]}, {"mount": "/cfs", "snapshots": [
                {"snapshotid": "0" * 64, "label": "/data", "dir": "/data", "keepfiles": True, "keepsnaphot": True}]}):
            self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "true"}, fs=fs), "asks for files")
        self.assertEqual(self.gives("ml", "execute", kwargs={"cmd": "true"}, fs={"mount": "/cfs", "dirs": [], "snapshots": []}), [])


class Sleep(Conformance):
    def test_milliseconds_as_text_or_number_give_nothing(self):
        for pause in ("250", 250, 2.5, "0", 0):
            for name in ("sleep", "sleep.sleep"):
                self.assertEqual(self.gives("sleep", name, pause), [])

    def test_what_is_no_time_fails_in_upstreams_words(self):
        for args in ((), ("1", "2")):
            self.assertRegex(self.fails("sleep", "sleep", *args), "^Invalid argument")
        for pause in (True, None, [1], {"ms": 1}):
            self.assertRegex(self.fails("sleep", "sleep", pause), "^Invalid argument, not string")
        for pause in ("x", "", "1.5", " 1", "1e3", "-1", -1, "9" * 40, 1e300, HUGE, *self.hostile()):
            with self.subTest(str(pause)[:40]):
                error = self.fails("sleep", "sleep", pause)
                self.assertRegex(error, "^Invalid argument, could not convert to int")
                self.assertLess(len(error), 500)
        self.assert_harmless()

    def test_it_ends_when_it_is_cancelled_and_at_its_time_limit(self):
        id = self.sent("sleep", "sleep", "100000000")
        self.until(lambda: self.process(id)["state"] == RUNNING, "it to begin")
        CommandLine(self.colony).cancel(id)
        self.await_state(id, "cancelled")
        self.assertEqual(self.process(id)["state"], CANCELLED)
        late = self.sent("sleep", "sleep", 100000000, maxexectime=2, maxretries=0)
        self.assertEqual(self.ended_process(late)["errors"], ["Maximum execution time limit exceeded"])
        self.until(lambda: self.record(late)["state"] not in ("running", "waiting"), "it to be ended here, too")


class Unix(Conformance):
    def test_any_program_runs_and_both_its_outputs_are_one_text(self):
        self.assertEqual(self.gives("unix", "sh", "-c", "echo a; echo b >&2; echo c"), ["a\nb\nc\n"])
        self.assertEqual(self.gives("unix", "true"), [""])
        self.assertEqual(self.gives("unix", "printf", "no line break"), ["no line break"])
        self.assertEqual(self.gives("unix", "expr", 1, "+", 2), ["3\n"])
        self.assertEqual(self.gives("unix", "unix_command", "printf", "%s", "a  b"), ["a  b"])
        self.assertEqual(self.gives("unix", "unix.unix_command", "echo $((6 * 7)) | cat"), ["42\n"])
        self.assertEqual(self.gives("unix", "unix_command", kwargs={"cmd": "cat", "shell": True, "stdin": HUGE[:100_000]}),
                         [HUGE[:100_000]])
        self.assertEqual(self.gives("unix", "echo", "$((1 + 1))", kwargs={"shell": True}), ["2\n"])

    def test_a_command_sees_the_process_and_who_runs_it_and_no_key(self):
        id = self.sent("unix", "env", env={"OWN": "value", "SPACED": "a  b\nc"})
        seen = self.await_process(id, SUCCESSFUL)["out"][0]
        for line in ("OWN=value", "SPACED=a  b\nc", f"COLONIES_PROCESS_ID={id}", f"COLONIES_COLONY_ID={self.colony.name}",
                     f"COLONIES_COLONY_NAME={self.colony.name}", f"COLONIES_SERVER_HOST={self.colony.host}",
                     f"COLONIES_SERVER_PORT={self.colony.port}", "COLONIES_EXECUTOR_NAME=unix", "COLONIES_EXECUTOR_TYPE=unix"):
            self.assertIn(f"{line}\n", seen)
        self.assertRegex(seen, r"COLONIES_EXECUTOR_ID=[0-9a-f]{64}\n")
        self.assertNotIn("PRVKEY", seen)
        self.assertNotIn(self.colony.owner_key, seen)

    def test_a_command_that_fails_says_how_and_what_it_said_last(self):
        error = self.fails("unix", "sh", "-c", "echo begun; echo 'no space left' >&2; exit 3")
        self.assertRegex(error, r"(?s)status 3: .*no space left")
        self.assertRegex(self.fails("unix", "sh", "-c", "kill -9 $$"), "signal 9")
        self.assertRegex(self.fails("unix", "false"), "status 1$")
        self.assertRegex(self.fails("unix", "no-such-program"), "no program.*no-such-program")
        self.assertRegex(self.fails("unix", "/etc/passwd"), "/etc/passwd")
        self.assertRegex(self.fails("unix", "unix_command"), "^Invalid argument: a command is needed")
        self.assertRegex(self.fails("unix", "unix_command", kwargs={"comand": "ls"}), "^Invalid argument")

    def test_arguments_do_no_harm(self):
        for text in self.hostile():
            with self.subTest(text):
                self.assertEqual(self.gives("unix", "printf", "%s", text), [text])
                self.fails("unix", text or "/nonexistent/program")
        self.assertEqual(self.gives("unix", "sh", "-c", "printf %s \"$V\"", env={"V": "; touch harm"}), ["; touch harm"])
        self.assertRegex(self.fails("unix", "true", HUGE), "(?i)argument")
        self.assertRegex(self.fails("unix", "true", env={"A B=C": "x", "": "y"}), "no name for an environment variable")
        self.assertRegex(self.fails("unix", "true", env={"LARGE": HUGE}), "(?i)too long|too large|too many")
        self.assertRegex(self.fails("unix", "printf", "%s", "a\0b"), "NUL")
        self.assertLess(len(self.fails("unix", "sh", "-c", "seq 1 300000 >&2; exit 1")), 1000)
        self.assert_harmless()

    def test_bytes_that_are_no_text_are_marked_and_not_dropped(self):
        out = self.gives("unix", "printf", r"a\000b\377c")
        self.assertEqual(out, [{"$base64": base64.b64encode(b"a\0b\xffc").decode()}])
        self.assertEqual(self.gives("unix", "printf", r"a\000b"), ["a\0b"])
        self.assertEqual(self.gives("unix", "printf", r"\303"), [{"$base64": "ww=="}])
        id = self.sent("unix", "sh", "-c", r"printf 'one\000\377\nlast'; exit 1")
        self.assertRegex(self.ended_errors(id)[0], r"status 1: one\?\nlast$")
        self.assertRegex(self.logs_of(id), "one.*\nlast")

    def test_a_hundred_megabytes_are_bounded_and_the_cut_is_seen(self):
        id = self.sent("unix", "sh", "-c", "echo begin; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo end")
        process = self.await_process(id, SUCCESSFUL)
        out = process["out"][0]
        self.assertTrue(out.startswith("begin\nxxx"))
        self.assertTrue(out.endswith("xxx\nend\n"))
        self.assertRegex(out, "x\\W.*cut|left out")
        self.assertTrue(1_000_000 < len(out) < 10_000_000, len(out))
        lines = self.logs_of(id)
        self.assertTrue(lines.startswith("begin\n") and lines.endswith("end"))
        self.assertLess(len(lines), 50_000_000)

    def test_megabytes_of_lines_hold_nothing_up(self):
        id = self.sent("unix", "seq", 1, 300000)
        process = self.await_process(id, SUCCESSFUL)
        self.assertEqual(process["out"], ["".join(f"{number}\n" for number in range(1, 300001))])
        lines = self.logs_of(id).splitlines()
        self.assertEqual((lines[0], lines[-1]), ("1", "300000"))

    def test_what_is_left_in_the_background_holds_nothing_up_and_is_ended(self):
        self.assertEqual(self.gives("unix", "sh", "-c", "sleep 1000 & setsid sleep 1000 & echo out"), ["out\n"])
        self.until(lambda: not self.children(), "its children to be gone")


def area(width, height, ctx={}):
    return width * height


class Python(Conformance):
    def shipped(self, function, *args, **fields):
        """As pycolonies sends a function."""
        import pycolonies
        spec = pycolonies.func_spec(function, list(args), self.colony.name, "python", **fields)
        client = self.client()
        return client.wait(client.submit(spec.model_dump(by_alias=True)))

    def code(self, source):
        return {"code": base64.b64encode(textwrap.dedent(source).encode()).decode(), "args_spec": "ctx"}

    def runs(self, source, function, *args, **fields):
        return self.gives("python", function, *args, env=self.code(source), **fields)

    def refuses(self, source, function, *args, **fields):
        return self.fails("python", function, *args, env=self.code(source), **fields)

    def test_a_function_travels_with_its_call(self):
        PyColonies(self.colony)
        process = self.shipped(area, 6, 7)
        self.assertEqual((process["state"], process["out"]), (SUCCESSFUL, [42]), process["errors"])
        process = self.shipped("twice", "ab", code="def twice(text):\n    return text * 2\n")
        self.assertEqual((process["state"], process["out"]), (SUCCESSFUL, ["abab"]), process["errors"])
        self.assertRegex(self.shipped(area, 6)["errors"][0], "^Failed to execute function: TypeError: .*height")

    def test_results_are_no_output_several_or_one(self):
        for result, out in (("None", []), ("1, 'two', [3]", [1, "two", [3]]), ("()", []), ("[1, 2]", [[1, 2]]), ("{'a': None}", [{"a": None}]),
                            ("'é \\U0001f41d'", ["é \U0001f41d"]), ("1.5", [1.5]), ("b'\\xff'", [{"$base64": "/w=="}])):
            with self.subTest(result):
                self.assertEqual(self.runs(f"def f(ctx):\n    return {result}\n", "f"), out)

    def test_code_need_not_be_ascii(self):
        self.assertEqual(self.runs("def größe(ctx=None):\n    return 'ü'  # 蜂\n", "größe"), ["ü"])

    def test_it_is_told_which_process_it_is(self):
        id = self.sent("python", "who", env=self.code("""
            def who(ctx):
                return [ctx["process"]["processid"], ctx["process"]["spec"]["funcname"], ctx["colonyid"], ctx["colonyname"],
                        ctx["executorid"], ctx["executor_prvkey"]]
            """))
        told = self.await_process(id, SUCCESSFUL)["out"][0]
        executor = next(one for one in self.executors() if one["executorname"] == "python")
        self.assertEqual(told, [id, "who", self.colony.name, self.colony.name, executor["executorid"], None])

    def test_what_the_parents_gave_are_its_arguments(self):
        import pycolonies
        PyColonies(self.colony)
        names = {"conditions": {"executortype": "python", "dependencies": ["a", "b"]}}
        graph = self.client().submit_workflow([
            self.colony.spec("echo", 6, nodename="a", conditions={"executortype": "echo"}),
            self.colony.spec("echo", 7, nodename="b", conditions={"executortype": "echo"}),
            pycolonies.func_spec(area, [1, 1], self.colony.name, "python").model_dump(by_alias=True) |
            {"nodename": "c", "conditions": self.colony.spec("x", **names)["conditions"]}])
        self.until(lambda: self.client().workflow(graph)["state"] == SUCCESSFUL, "the workflow")
        outs = [self.process(id)["out"] for id in self.client().workflow(graph)["processids"]]
        self.assertIn([42], outs)

    def test_what_it_prints_is_its_log(self):
        id = self.sent("python", "talk", env=self.code("""
            import sys
            def talk(ctx):
                print("to stdout")
                print("to stderr", file=sys.stderr)
                sys.stdout.write("no line break")
            """))
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], [])
        self.assertEqual(sorted(self.logs_of(id).splitlines()), ["no line break", "to stderr", "to stdout"])

    def test_failures_have_upstreams_words_and_pythons(self):
        errors = self.ended_errors(self.sent("python", "f", env=self.code("def f(ctx):\n    return 1 / 0\n")))
        self.assertRegex(errors[0], "Failed to execute function: ZeroDivisionError: division by zero")
        self.assertIn("return 1 / 0", "".join(errors))
        self.assertRegex(self.refuses("def f(:\n", "f"), "Failed to execute function: SyntaxError")
        self.assertRegex(self.refuses("import no_such_module\ndef f(): pass\n", "f"), "no_such_module")
        self.assertRegex(self.refuses("def g(): pass\n", "f"), "no function 'f': it defines g")
        self.assertRegex(self.refuses("import os\ndef f(ctx): os._exit(7)\n", "f"), "7")
        self.assertRegex(self.refuses("import os\ndef f(ctx): os.kill(os.getpid(), 9)\n", "f"), "signal 9")
        self.assertRegex(self.refuses("def f(ctx): return float('nan')\n", "f"), "nan")
        self.assertRegex(self.refuses("def f(ctx): return object()\n", "f"), "not data")
        self.assertLess(len("".join(self.ended_errors(self.sent("python", "f", env=self.code(
            "def f(ctx): raise ValueError('x' * 5000000)\n"))))), 100_000)
        self.assert_harmless()

    def test_code_that_is_not_there_is_refused(self):
        for env in ({"code": "%%%"}, {"code": ""}, {"code": "=" * 100_000}):
            self.assertRegex(self.fails("python", "f", env=env), "code")
        self.assertRegex(self.fails("python", "f"), "Unsupported function: f")
        self.assertRegex(self.fails("python", "python_code"), "Invalid argument: .*'code'")
        self.assertRegex(self.fails("python", "python_code", kwargs={"cod": "x = 1"}), "Invalid argument")

    def test_python_code_takes_plain_text_and_keywords(self):
        code = "def f(a, b=2):\n    return a + b\n"
        for name in ("python_code", "python.python_code"):
            self.assertEqual(self.gives("python", name, kwargs={"code": code, "args": [1]}), [3])
        self.assertEqual(self.gives("python", "python_code", code, 1, 5), [6])
        self.assertEqual(self.gives("python", "python_code", kwargs={"code": code, "function": "f", "kwargs": {"a": 1, "b": 1}}), [2])
        self.assertEqual(self.runs(code, "f", 1, kwargs={"b": 10}), [11])

    def test_nothing_leaks_from_call_to_call(self):
        self.assertEqual(self.runs("import builtins\nbuiltins.leak = 1\ndef f(ctx): pass\n", "f"), [])
        self.assertEqual(self.runs("def g(ctx): return 'leak' in dir(__builtins__)\n", "g"), [False])

    def test_hostile_and_huge_arguments_arrive_as_they_are(self):
        self.assertEqual(self.runs("def f(*args, **kwargs): return list(args)\n", "f", *self.hostile()), [self.hostile()])
        self.assertEqual(self.runs("def f(text, ctx): return len(text), text\n", "f", HUGE), [len(HUGE), HUGE])
        self.assert_harmless()


class MachineLearning(Conformance):
    def test_a_command_is_one_line_for_the_shell_and_gives_its_log(self):
        for name in ("execute", "ml.execute"):
            id = self.sent("ml", name, kwargs={"cmd": "echo", "args": ["$((1 + 1))", "{processid}", "{processid}", ">&2;", "printf", "last"],
                                               "init-cmd": "echo first {processid}", "keep_snapshots": True})
            self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], [])
            self.assertEqual(self.logs_of(id), f"first {{processid}}\n2 {id} {{processid}}\nlast")

    def test_both_clients_get_it(self):
        for client in (PyColonies, CommandLine):
            driver = client(self.colony)
            process = driver.wait(driver.submit(self.colony.spec(
                "execute", kwargs={"cmd": "echo", "args": ["hello", "world"]}, conditions={"executortype": "ml"})))
            self.assertEqual((process["state"], process["out"] or []), (SUCCESSFUL, []))
            self.assertEqual(driver.logs(process["processid"]).strip(), "hello world")

    def test_it_sees_the_same_environment_as_a_unix_command(self):
        id = self.sent("ml", "execute", kwargs={"cmd": "env | sort"}, env={"OWN": "value"})
        self.await_process(id, SUCCESSFUL)
        lines = self.logs_of(id)
        for line in ("OWN=value", f"COLONIES_PROCESS_ID={id}", "COLONIES_EXECUTOR_TYPE=ml"):
            self.assertIn(line, lines)
        self.assertNotIn("PRVKEY", lines)

    def test_failures_have_upstreams_words_and_what_was_said_last(self):
        error = self.fails("ml", "execute", kwargs={"cmd": "echo 'no GPU' >&2; exit", "args": ["3"]})
        self.assertRegex(error, "^failed to execute process: .*status 3: no GPU")
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "kill -9 $$"}), "^failed to execute process: .*signal 9")
        for kwargs in ({}, {"cmd": 1}, {"cmd": ["ls"]}, {"cmd": None}, {"cmd": ""}, {"args": ["x"]}):
            self.assertRegex(self.fails("ml", "execute", kwargs=kwargs), "^Failed to parse cmd kwarg")
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "true", "args": "x"}), "'args' must be a list")
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "true", "argss": []}), "did you mean 'args'")
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "true", "docker-image": "busybox"}), "no family docker")
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": HUGE}), "^Failed to start cmd: ")
        self.assert_harmless()


class Strangers(ColonyAgent):
    """Configurations that the colony refuses: said once, where it can be mended, and the agent goes on."""

    def refused(self, words, **configuration):
        self.configure(**configuration)
        self.start()
        self.until(lambda: words in self.log_of_this_life(), words)
        self.assertFalse(self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]["registered"])
        self.assertEqual(self.run_work("echo.echo", "its other work"), "its other work")
        self.assertEqual(self.log_of_this_life().count(words), 1)

    def test_a_key_that_nobody_registered(self):
        self.refused("knows no approved executor with the id", colony=f'key = "{new_key()}"')

    def test_a_name_that_somebody_else_has(self):
        other = self.colony.add_executor("edge")
        self.refused("the name edge belongs to another executor")
        self.assertEqual([one["executorid"] for one in self.executors()], [other.id])

    def test_an_owner_who_owns_another_colony(self):
        self.refused("it takes the owner's key", colony=f'owner_key = "{new_key()}"')

    def test_a_colony_that_does_not_exist(self):
        self.configure()
        text = self.config.read_text().replace(f'name = "{self.colony.name}"', 'name = "nowhere"')
        self.config.write_text(text)
        self.start()
        self.until(lambda: "nowhere" in self.log_of_this_life(), "a word about it")
        self.assertEqual(self.run_work("echo.echo", "its other work"), "its other work")

    def test_a_key_that_is_none(self):
        self.configure(colony='owner_key = "12"')
        agent = self.launch()
        self.assertNotEqual(agent.wait(60), 0)
        self.assertIn("owner_key", self.log.read_text())


class Environment(ColonyAgent):
    """What other executors were started with starts this one, without a configuration of its own."""

    def serve_by(self, **variables):
        self.config.write_text(f'[agent]\nstate_dir = "{self.state}"\nsocket = "{self.socket}"\nlog_level = "debug"\n')
        self.environment |= variables
        self.start()
        self.await_registered()
        return self.executors()[0]

    def where(self):
        return {"COLONIES_SERVER_HOST": self.colony.host, "COLONIES_SERVER_PORT": str(self.colony.port)}

    def test_of_the_executors_of_2023(self):
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_VERBOSE="true", COLONIES_COLONY_ID=self.colony.name,
                             COLONIES_COLONY_PRVKEY=self.colony.owner_key, COLONIES_EXECUTOR_ID="0" * 64,
                             COLONIES_EXECUTOR_PRVKEY=new_key(), EXECUTOR_TYPE="ml")
        self.assertEqual(seen["executortype"], "ml")
        self.assertEqual(self.errors("execute", conditions={"executortype": "ml"})[0][:25], "Failed to parse cmd kwarg")

    def test_of_the_executors_of_2023_that_were_registered_by_hand(self):
        member = self.colony.add_executor("by-hand", type="forager")
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_ID=self.colony.name,
                             COLONIES_EXECUTOR_ID=member.id, COLONIES_EXECUTOR_PRVKEY=member.key)
        self.assertEqual((seen["executorname"], seen["executorid"]), ("by-hand", member.id))
        self.assertEqual(self.output("echo.echo", "x", conditions={"executortype": "forager"}), ["x"])

    def test_of_an_id_whose_key_is_kept_in_the_home_directory(self):
        member = self.colony.add_executor("by-hand", type="forager")
        kept = self.folder / ".colonies" / member.id
        kept.parent.mkdir()
        kept.write_text(member.key)
        kept.chmod(0o600)
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_ID=self.colony.name, COLONIES_EXECUTOR_ID=member.id)
        self.assertEqual(seen["executorid"], member.id)

    def test_of_the_python_executor(self):
        self.serve_by(**self.where(), COLONIES_SERVER_TLS="false", COLONIES_COLONY_ID=self.colony.name,
                      COLONIES_COLONY_PRVKEY=self.colony.owner_key, EXECUTOR_TYPE="python")
        self.assertEqual(self.output("python_code", kwargs={"code": "result = 1"}, conditions={"executortype": "python"}), [1])

    def test_of_the_executors_of_2024(self):
        member = self.colony.add_executor("dev-docker", type="unix")
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_NAME=self.colony.name,
                             COLONIES_PRVKEY=member.key, COLONIES_EXECUTOR_NAME=member.name, EXECUTOR_TYPE="unix",
                             EXECUTOR_HW_MODEL="n/a", EXECUTOR_HW_NODES="1", EXECUTOR_HW_CPU="32000m", EXECUTOR_HW_MEM="80Gi",
                             EXECUTOR_SW_NAME="colonyos/dockerexecutor", EXECUTOR_LOCATION_LONG="22.15")
        self.assertEqual((seen["executorname"], seen["executorid"]), ("dev-docker", member.id))
        self.assertEqual(self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]["type"], "unix")
        self.assertEqual(self.output("echo", "x", conditions={"executortype": "unix"}), ["x\n"])

    def test_of_a_deployment_with_the_newest_names(self):
        self.serve_by(COLONIES_CLIENT_HTTP_HOST=self.colony.host, COLONIES_CLIENT_HTTP_PORT=str(self.colony.port),
                      COLONIES_CLIENT_BACKENDS="http", COLONIES_TLS="false", COLONIES_COLONY_NAME=self.colony.name,
                      COLONIES_COLONY_PRVKEY=self.colony.owner_key, COLONIES_EXECUTOR_NAME="newest", COLONIES_EXECUTOR_TYPE="echo",
                      EXECUTOR_HW_MODEL="edge box", EXECUTOR_HW_NODES="1", EXECUTOR_HW_CPU="32000m", EXECUTOR_HW_MEM="80Gi",
                      EXECUTOR_HW_STORAGE="1Ti", EXECUTOR_HW_GPU_NAME="gpu", EXECUTOR_HW_GPU_COUNT="2", EXECUTOR_HW_GPU_MEM="24Gi",
                      EXECUTOR_HW_GPU_NODES_COUNT="1", EXECUTOR_HW_NETWORK="192.0.2.7, 192.0.2.8", EXECUTOR_SW_NAME="name",
                      EXECUTOR_SW_TYPE="type", EXECUTOR_SW_VERSION="version")
        capabilities = self.executors()[0]["capabilities"]
        hardware, software = capabilities["hardware"][0], capabilities["software"][0]
        self.assertEqual([hardware[name] for name in ("model", "nodes", "cpu", "mem", "storage", "network")],
                         ["edge box", 1, "32000m", "80Gi", "1Ti", ["192.0.2.7", "192.0.2.8"]])
        self.assertEqual(hardware["gpu"], {"name": "gpu", "count": 2, "mem": "24Gi", "nodecount": 1})
        self.assertEqual(software, {"name": "name", "type": "type", "version": "version"})
        self.assertEqual(self.output("echo", "x", conditions={"executortype": "echo"}), ["x"])

    def test_of_a_users_own_shell(self):
        """It has the user's key, too, which is no executor's."""
        seen = self.serve_by(**self.colony.environment())
        self.assertEqual(seen["executortype"], "forager")
        self.assertNotEqual(seen["executorid"], self.colony.user.id)


if __name__ == "__main__":
    main()
