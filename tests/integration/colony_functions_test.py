#!/usr/bin/env python3
"""The functions of upstream's executors, as clients of others call them: arguments, results and failures as theirs, and
what no client should send."""
import pathlib
import sys
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine, PyColonies
from colonies.testcase import ColonyTest
from colony_agent import CANCELLED, RUNNING, SUCCESSFUL
from colony_families import HUGE, Families


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Echo(Families):
    def test_one_argument_comes_back_under_both_names_to_both_clients(self):
        for client in (PyColonies, CommandLine):
            for name in ("echo", "echo.echo"):
                with self.subTest(client=client.__name__, name=name):
                    driver = client(self.colony)
                    spec = self.colony.spec(name, "hello", conditions={"executortype": "echo"})
                    process = driver.wait(driver.submit(spec))
                    self.assertEqual((process["state"], process["out"]), (SUCCESSFUL, ["hello"]), process["errors"])
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
        self.assertRegex(self.fails("echo", "ecko"), "^Unsupported function: ecko; this executor of type echo has .*echo.echo")
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
        # The server means "at once" by no limit, and looks once a second: that look may come first.
        submitted = (self.colony.call("submitfuncspecmsg", spec=spec)["processid"] for _ in range(10))
        ended = (self.ended_process(id) for id in submitted)
        self.assertEqual(next(process["out"] for process in ended if process["state"] == SUCCESSFUL), ["x"])

    def test_a_process_that_wants_files_does_not_run_without_them(self):
        folder = {"label": "/data", "dir": "/data", "keepfiles": True, "onconflicts": {
            "onstart": {"keeplocal": False}, "onclose": {"keeplocal": False}}}
        for fs in ({"mount": "/cfs", "dirs": [folder]}, {"mount": "/cfs", "snapshots": [
                {"snapshotid": "0" * 64, "label": "/data", "dir": "/data", "keepfiles": True, "keepsnaphot": True}]}):
            self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "true"}, fs=fs), "asks for files")
        no_files = {"mount": "/cfs", "dirs": [], "snapshots": []}
        self.assertEqual(self.gives("ml", "execute", kwargs={"cmd": "true"}, fs=no_files), [])


class Sleep(Families):
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
        self.assertEqual(self.errors_of(late), ["Maximum execution time limit exceeded"])
        self.until(lambda: self.record(late)["state"] not in ("running", "waiting"), "it to be ended here, too")


class MachineLearning(Families):
    def test_a_command_is_one_line_for_the_shell_and_gives_its_log(self):
        for name in ("execute", "ml.execute"):
            id = self.sent("ml", name, kwargs={
                "cmd": "echo", "args": ["$((1 + 1))", "{processid}", "{processid}", ">&2;", "printf", "last"],
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
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": "true", "docker-image": "busybox"}),
                         "ContainerExecutor: the Docker engine at unix://.* could not be asked")
        self.assertRegex(self.fails("ml", "execute", kwargs={"cmd": HUGE}), "^Failed to start cmd: ")
        self.assert_harmless()


    def test_it_ends_with_all_it_started_when_it_is_cancelled(self):
        id = self.sent("ml", "execute", kwargs={"cmd": "setsid sleep 1000 & echo begun; sleep 1000"})
        self.until(lambda: "begun" in self.logs_of(id), "it to begin")
        self.assertEqual(self.process(id)["state"], RUNNING)
        CommandLine(self.colony).cancel(id)
        self.until(lambda: not self.children(), "its children to be gone")
        self.assert_harmless()


if __name__ == "__main__":
    main()
