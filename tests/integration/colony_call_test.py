#!/usr/bin/env python3
"""Calls that a real colony does: by whom they are heard, and that they run once, whoever dies meanwhile. The executor
that does them is this test."""
import pathlib
import sys
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_agent import CANCELLED, FAILED, RUNNING, SUCCESSFUL, WAITING, ColonyAgent

# Of each of these the colony runs exactly one process.
DURABLE = """
  forager.func { name = "demo.order", durable = true, run = function(ctx, given)
    local answer = ctx:call("there.work", given or 7, { on = "colony", executor = "TYPE" })
    ctx:step("after", function() mark "after" end)
    return { answer = answer }
  end }
"""


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Calling(ColonyAgent):
    """An agent that calls, and an executor that answers when the test says so."""

    def setUp(self):
        super().setUp()
        self.type = f"work-{self.colony.name}"
        self.worker = self.colony.add_executor("worker", self.type)

    def serve(self, script="", **configuration):
        super().serve(script.replace("TYPE", self.type), **configuration)

    def do(self, *output, function="there.work"):
        """Does the next process, and gives it."""
        process = self.take(function)
        self.close(process, *output)
        return process

    def take(self, function="there.work"):
        process = self.colony.setup("assignprocessmsg", self.worker.key, colonyname=self.colony.name, timeout=60)
        self.assertEqual(process["spec"]["funcname"], function)
        return process

    def close(self, process, *output):
        self.colony.setup("closesuccessfulmsg", self.worker.key, processid=process["processid"], out=list(output))

    def fail_it(self, process, *errors):
        self.colony.setup("closefailedmsg", self.worker.key, processid=process["processid"], errors=list(errors))

    def processes(self):
        """All that were handed in for the worker, in the order in which they were."""
        found = [process for state in range(5) for process in
                 self.colony.setup("getprocessesmsg", self.colony.user.key, colonyname=self.colony.name, count=100,
                                   state=state, executortype=self.type) or []]
        return sorted(found, key=lambda process: process["submissiontime"])

    def await_processes(self, count=1):
        return self.until(lambda: len(seen := self.processes()) >= count and seen, f"{count} processes")

    def assert_done_once(self, id, answer=8):
        self.assertEqual(self.succeeded(id), {"answer": answer})
        self.assertEqual([process["state"] for process in self.processes()], [SUCCESSFUL])
        self.assertEqual(self.marks(), ["after"])


class Values(Calling):
    def test_a_call_gives_what_its_process_gave(self):
        self.serve("""forager.func { name = "demo.call", run = function(ctx, ...)
          return forager.json.array { ctx:call("there.work", ...) } end }""")
        cases = [(['1', '"a"', "null", '{"on": "colony", "executor": "TYPE", "priority": 2}'], [1, "a", None], {}, [8], [8]),
                 (['{"n": 1}', '{"on": "colony", "executor": "TYPE"}'], [], {"n": 1}, [1, {"a": []}], [[1, {"a": []}]]),
                 (['{"on": "colony", "executor": "TYPE", "timeout": 50}'], [], {}, [], [])]
        for given, args, kwargs, gave, result in cases:
            with self.subTest(given):
                id = self.submit("demo.call", *(one.replace("TYPE", self.type) for one in given))
                spec = self.do(*gave)["spec"]
                self.assertEqual((spec["args"], spec["kwargs"]), (args, kwargs))
                self.assertEqual(self.succeeded(id), result)

    def test_options_go_with_the_process(self):
        self.serve("""forager.func { name = "demo.call", run = function(ctx) return ctx:call("there.work", { on = "colony",
          executor = "TYPE", timeout = "90s", priority = 3, env = { KEY = "v" } }) end }""")
        id = self.submit("demo.call")
        spec = self.do(1)["spec"]
        self.assertEqual((spec["maxexectime"], spec["maxwaittime"], spec["maxretries"], spec["priority"], spec["env"]),
                         (90, 90, 0, 3, {"KEY": "v"}))
        self.assertEqual(self.succeeded(id), 1)

    def test_failures_carry_what_the_process_said(self):
        self.serve("""forager.func { name = "demo.call", run = function(ctx)
          local ok, problem = pcall(ctx.call, ctx, "there.work", { on = "colony", executor = "TYPE" })
          return { code = problem.code, message = problem.message, errors = problem.errors, process = problem.process } end }""")
        id = self.submit("demo.call")
        process = self.take()
        self.fail_it(process, "disk full", "exit code 28")
        self.assertEqual(self.succeeded(id), {
            "code": "failed", "message": "there.work in the colony failed: disk full", "process": process["processid"],
            "errors": ["disk full", "exit code 28"]})
        id = self.submit("demo.call")
        process = self.take()
        self.colony.call("cancelprocessmsg", processid=process["processid"])
        self.assertEqual(self.succeeded(id)["code"], "cancelled")

    def test_a_retry_is_another_process(self):
        self.serve("""forager.func { name = "demo.call", run = function(ctx) return ctx:call("there.work", { on = "colony",
          executor = "TYPE", retries = 1 }) end }""")
        id = self.submit("demo.call")
        self.fail_it(self.take(), "no")
        self.do(5)
        self.assertEqual(self.succeeded(id), 5)
        self.assertEqual([process["state"] for process in self.processes()], [FAILED, SUCCESSFUL])

    def test_what_is_wrong_is_said(self):
        self.serve("""forager.func { name = "demo.call", run = function(ctx, given) return ctx:call("there.work", 1, given) end }""")
        for given, sentence in [('{"on": "colony", "executr": "x"}', "did you mean 'executor'"),
                                ('{"on": "coloni"}', 'on is "colony", not "coloni"'),
                                ('{"on": "colony", "executor": ""}', "'executor' must be the type of an executor"),
                                ('{"on": "colony", "timeout": "soon"}', "option 'timeout' must be a duration")]:
            with self.subTest(given):
                self.assertIn(sentence, self.refusal("submit", "--wait", "demo.call", given)["message"])
        self.assertEqual(self.processes(), [])


class Ends(Calling):
    """Who calls is cancelled, stopped, out of time."""

    def test_whoever_is_cancelled_takes_the_process_back(self):
        self.serve(DURABLE + """forager.func { name = "demo.plain", run = function(ctx)
          return ctx:call("there.work", { on = "colony", executor = "TYPE" }) end }""")
        for number, function in enumerate(["demo.order", "demo.plain"]):
            with self.subTest(function):
                id = self.submit(function)
                process = self.take()
                self.result("cancel", id)
                self.await_state(id, "cancelled")
                self.await_process(process["processid"], CANCELLED)
                self.assertEqual(len(self.processes()), number + 1)

    def test_a_time_limit_ends_the_process(self):
        self.serve("""forager.func { name = "demo.call", run = function(ctx) return ctx:call("there.work", { on = "colony",
          executor = "TYPE", timeout = "1s" }) end }""")
        id = self.submit("demo.call")
        process = self.await_processes()[0]
        self.assertEqual(self.failed(id)["code"], "timed_out")
        self.until(lambda: self.process(process["processid"])["state"] in (CANCELLED, FAILED), "the process to end")

    def test_whoever_waits_takes_no_place(self):
        self.serve(DURABLE + 'forager.func { name = "demo.other", run = function() return "done" end }', agent="concurrency = 2")
        ids = [self.submit("demo.order", str(number)) for number in range(3)]
        self.await_processes(3)
        self.assertEqual(self.run_work("demo.other"), "done")
        for _ in ids:
            self.do(8)
        self.assertEqual([self.succeeded(id) for id in ids], [{"answer": 8}] * 3)

    def test_an_agent_that_stops_leaves_the_process_to_the_next(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        process = self.take()
        self.assertEqual(self.stop(), 0)
        self.assertEqual(self.process(process["processid"])["state"], RUNNING)
        self.start()
        self.close(process, 8)
        self.assert_done_once(id)

    def test_a_process_that_was_removed_is_a_failure(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        process = self.await_processes()[0]
        self.kill()
        self.colony.call("removeprocessmsg", processid=process["processid"], all=False)
        self.start()
        error = self.failed(id)
        self.assertEqual(error["code"], "not_found")
        self.assertIn(process["processid"], error["message"])
        self.assertEqual(self.processes(), [])

    def test_a_server_that_is_gone_is_told_at_once_where_nothing_is_recorded(self):
        self.serve("""forager.func { name = "demo.plain", run = function(ctx)
          return ctx:call("there.work", { on = "colony", executor = "TYPE" }) end }""")
        self.bed.server.kill()
        self.assertEqual(self.refusal("submit", "--wait", "demo.plain")["code"], "unreachable")

    def test_without_a_colony_it_is_said_what_to_set(self):
        script = self.folder / "call.lua"
        script.write_text('return require("forager").call("there.work", { on = "colony" })')
        self.config.write_text(f'[agent]\nstate_dir = "{self.state}"\n')
        self.environment = {name: value for name, value in self.environment.items() if "COLONIES" not in name}
        error = self.refusal("run", str(script))
        self.assertEqual(error["code"], "refused")
        self.assertIn("[colony] host", error["message"])
        self.assertEqual(self.ask("check", str(script))[1], 0)


class Deaths(Calling):
    proxied = True
    long_poll = "2s"

    def test_killed_while_the_server_is_gone(self):
        self.serve(DURABLE)
        self.bed.server.kill()
        id = self.submit("demo.order")
        self.until(lambda: any("it is tried again" in line for line in self.lines_of(id)), "the first try")
        self.restart_asleep(id)
        self.bed.server.start()
        self.do(8)
        self.assert_done_once(id)

    def restart_asleep(self, id):
        """Kills the agent, and waits for the next to wait."""
        self.restart()
        self.await_state(id, "running")

    def test_killed_while_the_answer_to_the_submission_is_on_its_way(self):
        for fault in ["late", "lost"]:
            with self.subTest(fault):
                before = len(self.processes())
                self.serve(DURABLE)
                if fault == "late":
                    self.proxy.delay(1)
                else:
                    self.proxy.drop_reply("submitfuncspecmsg")
                id = self.submit("demo.order")
                self.await_processes(before + 1)
                self.kill()
                self.proxy.heal()
                self.start()
                self.do(8)
                self.assertEqual(self.succeeded(id), {"answer": 8})
                self.assertEqual(len(self.processes()), before + 1)
                self.assertEqual(self.stop(), 0)

    def test_killed_while_it_waits(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        process = self.take()
        self.until(lambda: any(process["processid"] in line for line in self.lines_of(id)), "the record of the process")
        self.restart()
        self.close(process, 8)
        self.assert_done_once(id)

    def test_killed_before_it_hears_of_the_end(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        process = self.take()
        self.kill()
        self.close(process, 8)
        self.start()
        self.assert_done_once(id)

    def test_the_server_is_killed_while_it_waits(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        process = self.take()
        self.bed.server.kill()
        self.bed.server.start()
        self.close(process, 8)
        self.assert_done_once(id)

    def test_both_are_killed_while_it_waits(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        process = self.take()
        self.bed.server.kill()
        self.kill()
        self.start()
        self.bed.server.start()
        self.close(process, 8)
        self.assert_done_once(id)

    def test_killed_again_and_again_it_is_one_process(self):
        self.serve(DURABLE)
        id = self.submit("demo.order")
        for _ in range(3):
            self.restart()
        self.do(8)
        self.assert_done_once(id)


class Orchestrated(Calling):
    SCRIPT = """
      local forager = require "forager"
      local flow = forager.workflow "flow"
      local bad = flow:task { "bad", run = function() error "not here" end, executor = "TYPE", on_failure = "continue" }
      local skipped = flow:task { "skipped", call = "there.skipped", after = bad, executor = "TYPE",
        when = function(ctx, bad) return bad ~= nil end }
      local each = flow:task { "each", call = "there.work", executor = "TYPE", after = skipped, concurrency = 1,
        foreach = function(ctx) return { 1, 2, 3 } end }
      flow:task { "sum", call = "there.sum", executor = "TYPE", args = { each, bad } }
      return flow
    """

    def test_a_workflow_that_a_native_graph_cannot_carry_survives_deaths(self):
        self.serve()
        script = self.folder / "flow.lua"
        script.write_text(self.SCRIPT.replace("TYPE", self.type))
        id = self.submit(str(script), "--colony", "--orchestrate")
        self.fail_it(self.take("flow.bad"), "broken")
        self.assertEqual(self.do("one")["spec"]["args"], [1])
        second = self.take()
        self.restart()
        self.close(second, "two")
        third = self.take()
        self.assertEqual(self.stop(), 0)
        self.assertEqual(self.process(third["processid"])["state"], RUNNING)
        self.start()
        self.bed.server.kill()
        self.kill()
        self.bed.server.start()
        self.start()
        self.close(third, "three")
        last = self.do(6, function="there.sum")
        self.assertEqual(last["spec"]["args"], [["one", "two", "three"], None])
        self.assertEqual(self.succeeded(id), {"bad": None, "skipped": None, "each": ["one", "two", "three"], "sum": 6})
        self.assertEqual(len(self.processes()), 5)

    def test_its_failures_and_its_cancellation(self):
        self.serve()
        script = self.folder / "flow.lua"
        script.write_text(f"""local forager = require "forager"
          local flow = forager.workflow "flow"
          flow:task {{ "work", call = "there.work", executor = "{self.type}" }}
          return flow""")
        id = self.submit(str(script), "--colony", "--orchestrate")
        self.fail_it(self.take(), "broken")
        self.assertEqual(self.failed(id)["task"], "work")
        id = self.submit(str(script), "--colony", "--orchestrate")
        process = self.take()
        self.result("cancel", id)
        self.await_process(process["processid"], CANCELLED)
        script.write_text("return 1")
        self.assertIn("a script that returns a workflow",
                      self.refusal("submit", "--colony", "--orchestrate", "--wait", str(script))["message"])
        self.assertEqual(self.ask("submit", "--orchestrate", str(script))[1], 2)
        self.assertEqual(self.ask("submit", "--colony", "--orchestrate", "echo.echo")[1], 2)


if __name__ == "__main__":
    main()
