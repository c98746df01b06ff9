#!/usr/bin/env python3
"""Programs and Python code that a colony's processes name or carry, as upstream's executors run them."""
import base64
import pathlib
import sys
import textwrap
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.drivers import PyColonies
from colonies.testcase import ColonyTest
from colony_agent import FAILED, SUCCESSFUL
from colony_families import HUGE, Families


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Unix(Families):
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
                     f"COLONIES_SERVER_PORT={self.colony.port}", "COLONIES_EXECUTOR_NAME=unix",
                     "COLONIES_EXECUTOR_TYPE=unix"):
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

    def test_what_the_parents_gave_becomes_no_command(self):
        node = lambda function, type, *args, **conditions: self.colony.spec(
            function, *args, nodename=function, conditions={"executortype": type} | conditions)
        graph = self.client().submit_workflow([
            node("echo.echo", "echo", f"touch {self.folder}/harm"),
            *(node(function, "unix", dependencies=["echo.echo"]) for function in ("echo", "unix_command"))])
        processes = [self.ended_process(id) for id in self.client().workflow(graph)["processids"]]
        ends = {process["spec"]["nodename"]: process for process in processes}
        self.assertEqual(ends["unix_command"]["state"], FAILED)
        self.assertIn(ends["echo"]["out"], (["\n"], []))  # cancelled, where the other one fails first
        self.assert_harmless()

    def test_bytes_that_are_no_text_are_marked_and_not_dropped(self):
        out = self.gives("unix", "printf", r"a\000b\377c")
        self.assertEqual(out, [{"$base64": base64.b64encode(b"a\0b\xffc").decode()}])
        self.assertEqual(self.gives("unix", "printf", r"a\000b"), ["a\0b"])
        self.assertEqual(self.gives("unix", "printf", r"\303"), [{"$base64": "ww=="}])
        id = self.sent("unix", "sh", "-c", r"printf 'one\000\377\nlast'; exit 1")
        self.assertRegex(self.errors_of(id)[0], r"status 1: one\?\nlast$")
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
        self.assertLess(len(lines), 102_000_000)

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


class Python(Families):
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
        self.assertRegex(self.errors_of(self.shipped(area, 6)["processid"])[0], "^Failed to execute function: TypeError: .*height")

    def test_results_are_no_output_several_or_one(self):
        for result, out in (("None", []), ("1, 'two', [3]", [1, "two", [3]]), ("()", []), ("[1, 2]", [[1, 2]]),
                            ("{'a': None}", [{"a": None}]), ("'é \\U0001f41d'", ["é \U0001f41d"]), ("1.5", [1.5]),
                            ("b'\\xff'", [{"$base64": "/w=="}])):
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
        errors = self.errors_of(self.sent("python", "f", env=self.code("def f(ctx):\n    return 1 / 0\n")))
        self.assertRegex(errors[0], "Failed to execute function: ZeroDivisionError: division by zero")
        self.assertIn("return 1 / 0", "".join(errors))
        self.assertRegex(self.refuses("def f(:\n", "f"), "Failed to execute function: SyntaxError")
        self.assertRegex(self.refuses("import no_such_module\ndef f(): pass\n", "f"), "no_such_module")
        self.assertRegex(self.refuses("def g(): pass\n", "f"), "no function 'f': it defines g")
        self.assertRegex(self.refuses("import os\ndef f(ctx): os._exit(7)\n", "f"), "7")
        self.assertRegex(self.refuses("import os\ndef f(ctx): os.kill(os.getpid(), 9)\n", "f"), "signal 9")
        self.assertRegex(self.refuses("def f(ctx): return float('nan')\n", "f"), "nan")
        self.assertRegex(self.refuses("def f(ctx): return object()\n", "f"), "not data")
        self.assertLess(len("".join(self.errors_of(self.sent("python", "f", env=self.code(
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
        by_name = {"code": code, "function": "f", "kwargs": {"a": 1, "b": 1}}
        self.assertEqual(self.gives("python", "python_code", kwargs=by_name), [2])
        self.assertEqual(self.runs(code, "f", 1, kwargs={"b": 10}), [11])

    def test_nothing_leaks_from_call_to_call(self):
        self.assertEqual(self.runs("import builtins\nbuiltins.leak = 1\ndef f(ctx): pass\n", "f"), [])
        self.assertEqual(self.runs("def g(ctx): return 'leak' in dir(__builtins__)\n", "g"), [False])

    def test_hostile_and_huge_arguments_arrive_as_they_are(self):
        self.assertEqual(self.runs("def f(*args, **kwargs): return list(args)\n", "f", *self.hostile()), [self.hostile()])
        self.assertEqual(self.runs("def f(text, ctx): return len(text), text\n", "f", HUGE), [len(HUGE), HUGE])
        self.assert_harmless()


if __name__ == "__main__":
    main()
