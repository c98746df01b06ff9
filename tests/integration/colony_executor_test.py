#!/usr/bin/env python3
"""The agent as an executor of a real colony: what it does for clients that others wrote, and what it survives."""
import base64
import pathlib
import signal
import sys
import time
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine, PyColonies
from colonies.testcase import ColonyTest
from colony_agent import CANCELLED, FAILED, RUNNING, SUCCESSFUL, WAITING, ColonyAgent

APPROVED, UNREGISTERED = 1, 3


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Service(ColonyAgent):
    def test_clients_of_others_are_served_and_notice_nothing(self):
        self.serve(executors=self.executor(functions=["echo.*"]))
        for client in (PyColonies, CommandLine):
            with self.subTest(client.__name__):
                driver = client(self.colony)
                process = driver.wait(driver.submit(self.colony.spec("echo.echo", "hello")))
                self.assertEqual((process["state"], process["out"]), (SUCCESSFUL, ["hello"]))

    def test_lua_functions_get_arguments_by_place_and_by_name(self):
        self.serve("""
          forager.func { name = "demo.area", args = { { "w", "integer" }, { "h", "integer", default = 2 } },
            run = function(ctx, w, h) ctx:log("w %d", w) return w * h end }
          forager.func { name = "demo.pair", run = function() return 1, { a = { true } } end }
          forager.func { name = "demo.none", run = function() end }
        """)
        self.assertEqual(self.output("demo.area", 3), [6])
        self.assertEqual(self.output("demo.area", kwargs={"w": 4, "h": 5}), [20])
        self.assertEqual(self.output("demo.pair"), [1, {"a": [True]}])
        self.assertEqual(self.output("demo.none"), [])

    def test_executors_share_the_machine_and_the_server_hears_at_once_what_is_left_of_it(self):
        self.environment["EXECUTOR_HW_CPU"] = "1000m"
        self.long_poll = "120s"  # longer than the patience of this test
        other = self.colony.executor_type + "-other"
        self.serve('forager.func { name = "demo.hold", run = function() mark "begun" hold "gate" end }',
                   executors=self.executor() + self.executor(other, name="other"))
        first = self.send("demo.hold", conditions={"cpu": "600m"})
        self.await_mark("begun")
        second = self.send("demo.hold", conditions={"cpu": "600m", "executortype": other})
        self.assertEqual(self.output("echo.echo", "x", conditions={"executortype": other}), ["x"])
        self.assertEqual(self.marks().count("begun"), 1)
        self.open_gate()
        for process in (first, second, self.send("demo.hold", conditions={"cpu": "1000m"})):
            self.await_process(process, SUCCESSFUL)

    def test_failures_say_where_and_what_there_is(self):
        self.serve("""forager.func { name = "demo.broken", args = { { "n", "integer" } },
          run = function(ctx, n) error "it broke" end }""", executors=self.executor(functions=["demo.*", "echo.*"]))
        self.assertRegex(self.errors("demo.broken", 1)[0], r"script\.lua:\d+: it broke")
        self.assertIn("'n'", self.errors("demo.broken", "x")[0])
        self.assertRegex(self.errors("demo.unknown")[0],
                         "Unsupported function: demo.unknown; this executor .* has demo.broken and echo.echo")

    def test_status_counts_what_runs_for_the_colony_and_names_each_loop_once(self):
        self.serve("""forager.func { name = "demo.hold", run = function() mark "begun" hold "gate" end }
          forager.func { name = "demo.wait", durable = true, run = function(ctx) mark "waits" ctx:wait "go" end }""")
        held, _ = self.send("demo.hold"), self.send("demo.wait")
        for mark in ("begun", "waits"):
            self.await_mark(mark)
        status = self.until(lambda: (seen := self.result("status"))["queue"]["sleeping"] == 1 and seen, "one to sleep")
        self.assertEqual(status["queue"], {"waiting": 0, "running": 1, "sleeping": 1, "paused": False})
        names = [loop["name"] for loop in status["loops"]]
        self.assertEqual(len(names), len(set(names)), names)
        self.open_gate()
        self.await_process(held, SUCCESSFUL)

    def test_the_directory_has_the_functions_with_their_arguments(self):
        script = """forager.func { name = "demo.%s", doc = "One.", args = { { "n", "integer" }, { "m", "string", default = "" } },
          run = function() end }"""
        self.serve(script % "first", executors=self.executor(functions=["demo.*"]))
        self.assertEqual([(one["funcname"], one["description"], [(arg["name"], arg["type"], arg.get("required", False))
                                                                 for arg in one["args"]])
                          for one in self.functions()],
                         [("demo.first", "One.", [("n", "integer", True), ("m", "string", False)])])
        self.restart()
        self.await_registered()
        self.assertEqual(len(self.functions()), 1)
        self.script(script % "second")
        self.result("reload")
        self.until(lambda: [one["funcname"] for one in self.functions()] == ["demo.second"], "the other function")

    def test_several_executors_stand_in_for_several_families(self):
        types = {family: f"{family}-{self.colony.name}" for family in ("echo", "sleep")}
        self.serve(executors="".join(self.executor(type, name=family, functions=[f"{family}.*"])
                                     for family, type in types.items()))
        self.assertEqual(self.output("echo.echo", "x", conditions={"executortype": types["echo"]}), ["x"])
        self.assertEqual(self.output("sleep.sleep", "1", conditions={"executortype": types["sleep"]}), [])
        self.assertIn("Unsupported", self.errors("sleep.sleep", "1", conditions={"executortype": types["echo"]})[0])

    def test_many_processes_sleep_at_once(self):
        self.serve(agent="concurrency = 100")
        begun = time.monotonic()
        ids = [self.send("sleep.sleep", 3000) for _ in range(60)]
        for id in ids:
            self.await_process(id, SUCCESSFUL)
        self.assertLess(time.monotonic() - begun, 90)  # one after another they take 180 s

    def test_parents_of_a_workflow_hand_on_their_outputs(self):
        self.serve('forager.func { name = "demo.join", run = function(ctx, ...) return table.concat({ ... }, "+") end }')
        graph = self.client().submit_workflow([
            self.colony.spec("echo.echo", "a", nodename="a"), self.colony.spec("echo.echo", "b", nodename="b"),
            self.colony.spec("demo.join", nodename="c",
                             conditions={"executortype": self.colony.executor_type, "dependencies": ["a", "b"]})])
        self.until(lambda: self.client().workflow(graph)["state"] == SUCCESSFUL, "the workflow")
        last = [process for process in map(self.process, self.client().workflow(graph)["processids"])
                if process["spec"]["nodename"] == "c"]
        self.assertEqual(last[0]["out"], ["a+b"])


class Families(ColonyAgent):
    """Executors of upstream's types, which exist once: no other test may use these types at the same time."""

    def at(self, type, name=None):
        return {"conditions": {"executortype": type}}

    def test_unix_runs_any_program_with_its_arguments_as_they_are(self):
        self.serve(executors=self.executor("unix"))
        self.assertEqual(self.output("printf", "%s|", "a b", "$HOME", **self.at("unix")), ["a b|$HOME|"])
        self.assertEqual(self.output("unix_command", "echo $((1+1))", **self.at("unix")), ["2\n"])
        self.assertEqual(self.output("sh", "-c", "echo $KEY $COLONIES_PROCESS_ID | wc -w", env={"KEY": "v"}, **self.at("unix")),
                         ["2\n"])
        self.assertEqual(self.output("sh", "-c", "echo key:$COLONIES_EXECUTOR_PRVKEY$COLONIES_PRVKEY", **self.at("unix")), ["key:\n"])
        errors = self.errors("sh", "-c", "echo lost; echo because >&2; exit 3", **self.at("unix"))
        self.assertIn("3", errors[0])
        self.assertIn("because", errors[0])
        self.assertIn("no program", self.errors("no-such-program", **self.at("unix"))[0])

    def test_the_key_and_the_shell_are_for_whose_entry_says_so(self):
        self.serve(executors=self.executor("unix", pass_key=True, shell=True))
        self.assertEqual(self.output("test", "${#COLONIES_EXECUTOR_PRVKEY}", "-eq", "64", "&&", "echo", "given",
                                     **self.at("unix")), ["given\n"])
        state = b"".join(path.read_bytes() for path in self.state.rglob("forager.db*"))
        key = next(self.state.rglob("*.key")).read_text().strip()
        self.assertNotIn(key.encode(), state)
        self.assertNotIn(key, self.log.read_text())

    def test_python_calls_the_function_that_comes_with_the_process(self):
        self.serve(executors=self.executor("python"))
        code = base64.b64encode(b"def add(a, b, ctx):\n  return a + b\n").decode()
        env = {"code": code, "args_spec": "a,b,ctx"}
        self.assertEqual(self.output("add", 1, 2, env=env, **self.at("python")), [3])
        self.assertEqual(self.output("python_code", kwargs={"code": "result = 7"}, **self.at("python")), [7])
        self.assertIn("Failed to execute function", self.errors("add", 1, "x", env=env, **self.at("python"))[0])

    def test_python_sees_its_process_and_a_session_keeps_what_it_defines(self):
        self.serve(executors=self.executor("python", session=True))
        at = self.at("python")
        self.assertEqual(self.output("python_code", kwargs={"code": "n = 1\ndef add(x):\n    return n + x"}, **at), [])
        self.assertEqual(self.output("add", 2, **at), [3])
        self.assertEqual(self.output("python_code", kwargs={"code": "n += 1"}, **at), [])
        self.assertEqual(self.output("add", 2, **at), [4])
        stays = self.send("python_code", kwargs={"code": "import time\nprint('on')\ntime.sleep(60)"}, **at)
        self.until(lambda: "on" in self.logs_of(stays), "the code to run")
        self.colony.call("cancelprocessmsg", processid=stays)
        lost = self.send("add", 2, **at)
        self.assertIn("has no function 'add'", self.errors_of(lost)[0])
        self.until(lambda: "a new Python session begins" in self.logs_of(lost), "the log to say what is lost")
        # Away from the session, with all that a process has.
        code = base64.b64encode(b"def see(ctx):\n    return ctx['process']").decode()
        id = self.send("see", env={"code": code}, kwargs={"session": False}, **at)
        ended = self.ended_process(id)
        self.assertEqual(ended["errors"], [])
        seen = ended["out"][0]
        self.assertEqual(seen["spec"]["conditions"]["executortype"], "python")
        self.assertEqual((seen["processid"], seen["spec"]["funcname"], seen["parents"]), (id, "see", []))
        self.assertIn("execdeadline", seen)
        self.assertIn("result.prioritytime is ", self.logs_of(id))  # beyond what the server keeps of a number
        self.assertNotIn(self.colony.owner_key, str(seen))


class Watching(ColonyAgent):
    def test_lines_are_in_the_log_while_the_work_runs_and_the_last_one_before_its_end(self):
        self.serve("""forager.func { name = "demo.talk", run = function(ctx)
          ctx:log("first") hold "gate" sh { "printf", "no line break" } ctx:log("last") end }""")
        id = self.send("demo.talk")
        self.until(lambda: "first" in self.logs_of(id), "the first line")
        self.assertEqual(self.process(id)["state"], RUNNING)
        self.open_gate()
        self.await_process(id, SUCCESSFUL)
        self.assertIn("last", self.logs_of(id))

    def test_a_cancelled_process_is_gone_with_all_it_started(self):
        self.serve("""forager.func { name = "demo.hold", run = function()
          sh "setsid sleep 1000 & echo begun >>FOLDER/marks; sleep 1000" end }""")
        id = self.send("demo.hold")
        self.await_mark("begun")
        self.assertEqual(len(self.children()) >= 2, True)
        CommandLine(self.colony).cancel(id)
        self.until(lambda: not self.children(), "its children to be gone")
        self.assertEqual(self.await_state(id, "cancelled")["note"], "it was cancelled in the colony")
        self.assertEqual(self.process(id)["state"], CANCELLED)
        self.assertEqual(self.output("echo.echo", "next"), ["next"])

    def test_a_failed_workflow_ends_what_runs_of_it(self):
        self.serve("""forager.func { name = "demo.hold", run = function() sh "echo begun >>FOLDER/marks; sleep 1000" end }
          forager.func { name = "demo.fail", run = function() hold "gate" error "no" end }""")
        node = lambda function: self.colony.spec(function, nodename=function)
        self.client().submit_workflow([node("demo.hold"), node("demo.fail"), self.colony.spec(
            "echo.echo", "x", nodename="last",
            conditions={"executortype": self.colony.executor_type, "dependencies": ["demo.hold", "demo.fail"]})])
        self.await_mark("begun")
        self.open_gate()
        self.until(lambda: not self.children(), "its children to be gone")

    def test_a_time_limit_ends_the_work_before_somebody_else_gets_it(self):
        self.serve("""forager.func { name = "demo.hold", run = function()
          sh 'date +%s.%N >>FOLDER/marks; trap "" TERM; setsid sleep 1000 & sleep 1000' end }""")
        id = self.send("demo.hold", maxexectime=2, maxretries=1)
        self.until(lambda: len(self.marks()) == 2, "it to be given out again")
        self.assertEqual(self.errors_of(id), ["Maximum execution time limit exceeded"])
        self.until(lambda: not self.children(), "its children to be gone")
        self.assertEqual(len(self.marks()), 2)

    def test_clean_up_is_gone_before_the_time_limit_too(self):
        self.serve('''forager.func { name = "demo.clean", run = function()
          local clean <close> = setmetatable({}, { __close = function() sh "echo clean >>FOLDER/marks; sleep 1000" end })
          sleep "1000s" end }''')
        process = self.ended_process(self.send("demo.clean", maxexectime=4, maxretries=0))
        self.assertEqual((process["state"], self.marks(), self.children()), (FAILED, ["clean"], []))


class Deaths(ColonyAgent):
    def test_a_restart_is_the_same_executor(self):
        self.serve()
        before = self.executors()
        self.restart()
        self.await_registered()
        self.assertEqual([one["executorid"] for one in self.executors()], [before[0]["executorid"]])
        self.assertEqual(self.stop(), 0)
        self.assertEqual(self.executors()[0]["state"], UNREGISTERED)
        self.start()
        self.await_registered()
        self.assertEqual([(one["executorid"], one["state"]) for one in self.executors()],
                         [(before[0]["executorid"], APPROVED)])
        self.assertEqual(self.output("echo.echo", "again"), ["again"])

    def test_work_that_ran_when_the_agent_died_is_done_by_the_next(self):
        self.serve("""forager.func { name = "demo.work", run = function() mark "begun" hold "gate" return "done" end }""")
        id = self.send("demo.work")
        self.await_mark("begun")
        self.kill()
        self.start()
        self.await_mark("begun", 2)
        self.open_gate()
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], ["done"])

    def test_recorded_steps_are_not_done_again_after_a_death(self):
        self.serve("""forager.func { name = "demo.order", durable = true, run = function(ctx)
          ctx:step("charge", function() mark "charged" end)
          hold "gate" return "done" end }""")
        id = self.send("demo.order")
        self.await_mark("charged")
        self.until(lambda: self.children(), "it to go on")
        self.restart()
        self.until(lambda: self.children(), "it to go on")
        self.open_gate()
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], ["done"])
        self.assertEqual(self.marks(), ["charged"])

    def test_an_outcome_is_told_after_the_server_and_the_agent_have_died(self):
        self.serve("""forager.func { name = "demo.work", run = function() mark "begun" hold "gate" mark "done" return 7 end }""")
        id = self.send("demo.work")
        self.await_mark("begun")
        self.bed.server.kill()
        self.open_gate()
        self.await_mark("done")
        self.until(lambda: self.record(id)["state"] == "succeeded", "its record")
        self.restart()
        self.bed.server.start()
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], [7])
        self.assertEqual(self.marks(), ["begun", "done"])
        self.until(lambda: self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]["outbox"] == 0, "an empty outbox")

    def test_what_work_wrote_last_while_the_server_was_away_is_in_its_log(self):
        self.serve("""forager.func { name = "demo.work", run = function(ctx)
          ctx:log("before") mark "begun" hold "gate" ctx:log("after") mark "done" return 7 end }""")
        id = self.send("demo.work")
        self.await_mark("begun")
        self.bed.server.kill()
        self.open_gate()
        self.await_mark("done")
        self.until(lambda: self.record(id)["state"] == "succeeded", "its record")
        self.bed.server.start()
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], [7])
        lines = self.logs_of(id).splitlines()  # what was heard while its answer was lost is told again
        self.assertEqual(list(dict.fromkeys(lines)), ["before", "after"])

    def test_an_agent_that_starts_before_its_server_waits_for_it(self):
        self.bed.server.kill()
        self.configure()
        self.start()
        self.until(lambda: "does not answer" in self.log_of_this_life(), "a word about it")
        self.bed.server.start()
        self.await_registered()
        self.assertEqual(self.output("echo.echo", "x"), ["x"])
        self.assertEqual(self.log_of_this_life().count("does not answer"), 1)
        self.assertEqual(self.log_of_this_life().count("answers again"), 1)

    def test_on_sigterm_work_that_may_not_be_given_again_fails(self):
        self.serve("""forager.func { name = "demo.work", run = function() mark "begun" sh "sleep 1000" end }""",
                   agent='grace = "1s"')
        only_once = self.send("demo.work", maxexectime=100, maxretries=0)
        once_more = self.send("demo.work", maxexectime=100, maxretries=1)
        self.await_mark("begun", 2)
        self.assertEqual(self.stop(), 0)
        self.assertEqual(self.process(only_once)["errors"], ["agent stopped"])
        self.assertEqual(self.process(once_more)["state"], WAITING)

    def test_an_executor_that_somebody_removed_registers_again(self):
        self.serve('forager.func { name = "demo.work", run = function() mark "begun" hold "gate" end }')
        id = self.send("demo.work")
        self.await_mark("begun")
        self.colony.setup("removeexecutormsg", self.colony.owner_key, colonyname=self.colony.name, executorname="edge")
        self.await_mark("begun", 2)
        self.open_gate()
        self.await_process(id, SUCCESSFUL)
        self.assertEqual(self.executors()[0]["state"], APPROVED)


class Faults(ColonyAgent):
    proxied = True
    long_poll = "2s"

    def test_a_process_whose_assignment_was_lost_on_its_way_is_done(self):
        self.serve()
        self.proxy.drop_reply("assignprocessmsg")
        id = self.colony.setup("submitfuncspecmsg", self.colony.user.key, spec=self.colony.spec("echo.echo", "x"))["processid"]
        self.assertEqual(self.await_process(id, SUCCESSFUL)["out"], ["x"])

    def test_it_is_found_also_among_more_than_the_server_lists(self):
        other = self.colony.add_executor("other")
        for _ in range(101):
            self.send("echo.echo", "x")
            self.colony.assign(other)
        self.serve()
        self.proxy.drop_reply("assignprocessmsg")
        id = self.colony.setup("submitfuncspecmsg", self.colony.user.key, spec=self.colony.spec("echo.echo", "x"))["processid"]
        self.await_process(id, SUCCESSFUL)
        self.assertGreater(self.proxy.count("getprocesshistmsg"), 0)

    def test_a_close_that_was_heard_and_not_answered_counts_once(self):
        self.serve('forager.func { name = "demo.fail", run = function() mark "ran" error "no" end }')
        self.proxy.drop_reply("closefailedmsg")
        id = self.colony.setup("submitfuncspecmsg", self.colony.user.key, spec=self.colony.spec("demo.fail"))["processid"]
        self.assertIn("no", self.errors_of(id)[0])
        self.until(lambda: self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]["outbox"] == 0, "an empty outbox")
        self.assertEqual(self.marks(), ["ran"])


class Encrypted(ColonyAgent):
    proxied = True
    tls = True

    def test_a_server_behind_tls_is_spoken_to_when_its_certificate_is_trusted(self):
        self.serve()
        self.assertEqual(self.output("echo.echo", "x"), ["x"])


if __name__ == "__main__":
    main()
