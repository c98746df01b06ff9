#!/usr/bin/env python3
"""forager.colony of scripts against a real colony: run by hand, and in an agent that is its executor. Who does the work,
and who is at the other end of channels, crons and generators, are clients that others wrote."""
import json
import pathlib
import signal
import subprocess
import sys
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import FORAGER, PATIENCE, Scenario, main
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine, PyColonies
from colonies.testcase import ColonyTest
from colony_agent import CANCELLED, FAILED, RUNNING, SUCCESSFUL, WAITING, ColonyAgent

PRELUDE = """
local forager = require "forager"
local colony = forager.colony
local function caught(...)
  local ok, problem = pcall(...)
  assert(not ok, "it went well")
  return { code = problem.code, message = problem.message, errors = problem.errors, process = problem.process }
end
"""


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class ByHand(ColonyTest, Scenario):
    """Scripts that `forager run` runs as a user of the colony. Nobody does the work but the test."""

    def setUp(self):
        super().setUp()
        self.config.unlink()
        self.environment |= self.colony.environment()
        self.worker = self.colony.add_executor("worker")
        self.others = PyColonies(self.colony)

    def script_file(self, text):
        path = self.folder / "script.lua"
        path.write_text(PRELUDE + text.replace("TYPE", self.colony.executor_type).replace("FOLDER", str(self.folder)))
        return path

    def begin(self, text, *args):
        """A run that goes on while the test does something."""
        run = subprocess.Popen([FORAGER, "run", "--json", self.script_file(text), *args], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, cwd=self.folder, env=self.environment)
        self.addCleanup(run.stdout.close)
        self.addCleanup(run.stderr.close)
        return run

    def document(self, run):
        out, err = run.communicate(timeout=PATIENCE)
        self.assertTrue(out, err)
        return json.loads(out)

    def end(self, run):
        document = self.document(run)
        self.assertTrue(document["ok"], document)
        return document.get("result")

    def returned(self, text, *args):
        return self.end(self.begin(text, *args))

    def failure(self, text, *args):
        document = self.document(self.begin(text, *args))
        self.assertFalse(document["ok"], document)
        return document["error"]

    def take(self):
        return self.colony.setup("assignprocessmsg", self.worker.key, colonyname=self.colony.name, timeout=PATIENCE)

    def close(self, process, *output):
        self.colony.setup("closesuccessfulmsg", self.worker.key, processid=process["processid"], out=list(output))

    def fail_it(self, process, *errors):
        self.colony.setup("closefailedmsg", self.worker.key, processid=process["processid"], errors=list(errors))

    def log_line(self, process, text):
        self.colony.setup("addlogmsg", self.worker.key, processid=process["processid"], message=text)

    def state_of(self, id):
        return self.colony.setup("getprocessmsg", self.colony.user.key, processid=id)["state"]

    def await_state(self, id, state):
        self.until(lambda: self.state_of(id) == state, f"process {id} in state {state}")


class Processes(ByHand):
    def test_what_is_submitted_is_what_others_see(self):
        process = self.returned("""return colony.submit("demo.work", { args = { 1, "two", { a = forager.json.array {} } },
          kwargs = { n = 1.5 }, executor = "TYPE", executor_names = { "worker" }, timeout = "90s", max_wait = "1500ms",
          retries = 2, priority = 3, label = "nightly", env = { KEY = "v", N = 1 }, channels = { "ctl" }, cpu = 0.5,
          memory = "256MB" })""")
        self.assertEqual((process["state"], process["func"], process["executor"]),
                         ("waiting", "demo.work", self.colony.executor_type))
        spec = self.colony.setup("getprocessmsg", self.colony.user.key, processid=process["id"])["spec"]
        conditions = spec.pop("conditions")
        self.assertEqual(spec | {"fs": None}, {
            "nodename": "", "funcname": "demo.work", "args": [1, "two", {"a": []}], "kwargs": {"n": 1.5}, "priority": 3,
            "maxwaittime": 2, "maxexectime": 90, "maxretries": 2, "label": "nightly", "env": {"KEY": "v", "N": "1"},
            "channels": ["ctl"], "fs": None})
        self.assertEqual((conditions["executornames"], conditions["cpu"], conditions["mem"]), (["worker"], "500m", "256Mi"))

    def test_waiting_gives_what_the_function_gave(self):
        run = self.begin("""
          local function ask(...) return forager.json.array { ... } end
          local given = {}
          for i = 1, 4 do
            given[i] = colony.submit("demo.work", { executor = "TYPE", args = { i }, wait = true }) or forager.null
          end
          local process = colony.submit("demo.work", { executor = "TYPE" })
          given[5] = colony.wait(process)
          given[6] = colony.wait(process.id)
          return forager.json.array(given)""")
        for output in [[7], [{"a": [1, None]}], ["one", "two"], [], ["x"]]:
            self.close(self.take(), *output)
        self.assertEqual(self.end(run), [7, {"a": [1, None]}, ["one", "two"], None, "x", "x"])

    def test_failures_carry_what_was_said(self):
        run = self.begin("""
          local function work() return colony.submit("demo.work", { executor = "TYPE", wait = true }) end
          return { caught(work), caught(work), caught(function()
            return colony.submit("demo.work", { executor = "TYPE", max_wait = "1s", executor_names = { "nobody" }, wait = true })
          end) }""")
        failed = self.take()
        self.fail_it(failed, "disk full", "exit code 28")
        self.colony.call("cancelprocessmsg", processid=self.take()["processid"])
        first, second, third = self.end(run)
        self.assertEqual(first, {"code": "failed", "message": "demo.work in the colony failed: disk full",
                                 "errors": ["disk full", "exit code 28"], "process": failed["processid"]})
        self.assertEqual(second["code"], "cancelled")
        self.assertEqual((third["code"], third["errors"]), ("timed_out", ["Maximum waiting time limit exceeded"]))

    def test_a_process_is_looked_at_listed_and_cancelled(self):
        run = self.begin("""
          local first = colony.submit("demo.work", { executor = "TYPE", label = "one", args = { "x" } })
          local second = colony.submit("demo.work", { executor = "TYPE", label = "two" })
          colony.wait(first)
          colony.cancel(second)
          local function names(list)
            local labels = {}
            for i, one in ipairs(list) do labels[i] = one.label end
            return table.concat(labels, ",")
          end
          return { done = colony.get(first), open = names(colony.list()), ended = names(colony.list { state = "succeeded" }),
            cancelled = names(colony.list { state = "cancelled", label = "two" }),
            mine = names(colony.list { state = "cancelled", initiator = "alice", count = 1 }),
            again = caught(colony.cancel, second), none = caught(colony.get, ("0"):rep(64)) }""")
        process = self.take()
        self.colony.setup("addattributemsg", self.worker.key, attribute={
            "targetid": process["processid"], "targetcolonyname": self.colony.name, "attributetype": 1, "key": "size",
            "value": "12"})
        self.close(process, "y")
        result = self.end(run)
        done = result["done"]
        self.assertEqual({name: done[name] for name in ("state", "func", "args", "output", "label", "initiator", "attributes")}, {
            "state": "succeeded", "func": "demo.work", "args": ["x"], "output": "y", "label": "one", "initiator": "alice",
            "attributes": {"size": "12"}})
        self.assertLessEqual(done["submitted"], done["started"])
        self.assertLessEqual(done["started"], done["ended"])
        self.assertEqual((result["open"], result["ended"], result["cancelled"], result["mine"]), ("", "one", "two", "two"))
        self.assertEqual(result["again"]["code"], "refused")
        self.assertEqual(result["none"]["code"], "not_found")

    def test_lines_are_followed_while_it_runs(self):
        run = self.begin("""
          local process = colony.submit("demo.work", { executor = "TYPE" })
          local seen, other = {}, 0
          local ticking = forager.spawn(function() while true do forager.sleep "10ms"; other = other + 1 end end)
          for line in colony.follow(process) do
            seen[#seen + 1] = line.text
            forager.files.write("FOLDER/seen", line.text)
          end
          ticking:cancel()
          local last = colony.logs(process, { count = 1, latest = true })
          return { seen = seen, others_ran = other > 1, all = #colony.logs(process), last = last[1].text,
            by = last[1].executor }""")
        process = self.take()
        self.log_line(process, "one\ntwo\n")
        self.until(lambda: (self.folder / "seen").exists() and (self.folder / "seen").read_text() == "two", "the first lines")
        self.log_line(process, "three")
        self.close(process)
        self.assertEqual(self.end(run), {"seen": ["one", "two", "three"], "others_ran": True, "all": 3, "last": "three",
                                         "by": "worker"})

    def test_bytes_survive(self):
        run = self.begin("""
          local process = colony.submit("demo.work", { executor = "TYPE", args = { "\\0\\xff" } })
          return { colony.wait(process) == "\\0\\xff", colony.get(process).args[1] == "\\0\\xff" }""")
        process = self.take()
        self.close(process, *process["spec"]["args"])
        self.assertEqual(self.end(run), [True, True])


class Ends(ByHand):
    """Who waits is cancelled, out of time, or waits through the server's absence."""

    def test_what_a_task_began_ends_with_it_unless_it_is_detached(self):
        run = self.begin("""
          local function waiting(detach) return forager.spawn(function()
            return colony.submit("demo.work", { executor = "TYPE", wait = true, detach = detach, label = tostring(detach) })
          end) end
          local one, two = waiting(false), waiting(true)
          local late = caught(forager.timeout, "2s", function()
            return colony.submit("demo.work", { executor = "TYPE", wait = true, label = "late" }) end)
          one:cancel()
          two:cancel()
          local process = colony.submit("demo.work", { executor = "TYPE", label = "waited for" })
          local waiter = forager.spawn(colony.wait, process)
          forager.sleep "50ms"
          waiter:cancel()
          return { late.code, caught(one.join, one).code, caught(two.join, two).code }""")
        self.assertEqual(self.end(run), ["timed_out", "cancelled", "cancelled"])
        found = {process["spec"]["label"]: process["state"] for state in range(5) for process in
                 self.colony.setup("getprocessesmsg", self.colony.user.key, colonyname=self.colony.name, count=100,
                                   state=state) or []}
        self.assertEqual(found, {"false": CANCELLED, "true": WAITING, "late": CANCELLED, "waited for": WAITING})

    def test_a_run_that_is_interrupted_takes_its_process_back(self):
        run = self.begin("""return colony.submit("demo.work", { executor = "TYPE", wait = true })""")
        process = self.take()
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=PATIENCE)
        self.assertEqual(run.returncode, 130)
        self.assertEqual(self.state_of(process["processid"]), CANCELLED)

    def test_two_waits_at_once_outlive_the_server(self):
        run = self.begin("""
          return { forager.all(function() return colony.submit("demo.one", { executor = "TYPE", wait = true }) end,
            function() return colony.submit("demo.two", { executor = "TYPE", wait = true }) end) }""")
        processes = {process["spec"]["funcname"]: process for process in (self.take(), self.take())}
        self.bed.server.kill()
        self.bed.server.start()
        self.close(processes["demo.two"], 2)
        self.close(processes["demo.one"], 1)
        self.assertEqual(self.end(run), [1, 2])

    def test_many_at_once_leave_the_server_alive(self):
        """It stands still for good when all its connections to the database want another one."""
        run = self.begin("""
          local tasks, sum = {}, 0
          for i = 1, 150 do
            tasks[i] = forager.spawn(colony.submit, "demo.work", { executor = "TYPE", args = { i }, wait = true })
          end
          for _, task in ipairs(tasks) do sum = sum + task:join() end
          return sum""")
        for _ in range(150):
            process = self.take()
            self.close(process, *process["spec"]["args"])
        self.assertEqual(self.end(run), 150 * 151 // 2)

    def test_a_server_that_is_gone_refuses_what_begins(self):
        process = self.colony.call("submitfuncspecmsg", spec=self.colony.spec("demo.work"))["processid"]
        self.bed.server.kill()
        result = self.returned("""return { caught(colony.submit, "demo.work", { executor = "TYPE", wait = true }).code,
          caught(colony.wait, "ID").code, caught(colony.statistics).code }""".replace("ID", process))
        self.assertEqual(result, ["unreachable"] * 3)


class Hostile(ByHand):
    def test_what_is_wrong_is_said(self):
        cases = [
            ('colony.submit("x", { executr = "y" })', "did you mean 'executor'"),
            ("colony.submit(1)", "argument 1 must be a string"),
            ('colony.submit("")', "a function is needed"),
            ('colony.submit("x", { args = "y" })', "option 'args' must be a table"),
            ('colony.submit("x", { args = { n = 1 } })', "args must be a list"),
            ('colony.submit("x", { kwargs = { 1 } })', "kwargs must have names"),
            ('colony.submit("x", { args = { print } })', "args[1]"),
            ('colony.submit("x", { args = { 2^53|0, (2^53|0) + 1 } })', "args[2] is 9007199254740993"),
            ('colony.submit("x", { timeout = "soon" })', "option 'timeout' must be a duration"),
            ('colony.submit("x", { timeout = 0 })', "longer than nothing"),
            ('colony.submit("x", { retries = -1 })', "option 'retries' must be"),
            ('colony.submit("x", { priority = 99999 })', "'priority' must be from"),
            ('colony.submit("x", { env = { A = {} } })', "environment variable 'A'"),
            ('colony.submit("x", { cpu = "much" })', "'cpu' must be"),
            ('colony.submit("x", { detach = true })', "'detach' goes with 'wait'"),
            ("colony.wait {}", "argument 1 must be an id"),
            ('colony.list { state = "runing" }', "there is no state 'runing'"),
            ("colony.list { count = 101 }", "'count' must be from 1 to 100"),
            ('colony.list { label = "a", executor = "b" }', "one of"),
            ('colony.logs("x", { count = 501 })', "'count' must be from 1 to 500"),
            ("colony.workflows.submit {}", "at least one task"),
            ('colony.workflows.submit { { "a" } }', "needs a name and a function"),
            ('colony.workflows.submit { { "a", call = "x", after = "b" } }', "'b'"),
            ('colony.workflows.submit { { "a", call = "x", after = "a" } }', "'a'"),
            ('colony.crons.add { name = "c", tasks = { { "a", call = "x" } } }', "one of 'cron' and 'every'"),
            ('colony.crons.add { name = "c", cron = "* *", tasks = { { "a", call = "x" } } }', "five fields"),
            ('colony.generators.add { name = "g", tasks = { { "a", call = "x" } } }', "'trigger' must be 1 or more"),
        ]
        script = "return forager.json.array {" + ",".join(
            f"caught(function() {case} end)" for case, _ in cases) + "}"
        for (case, sentence), problem in zip(cases, self.returned(script), strict=True):
            with self.subTest(case):
                self.assertIn(sentence, problem["message"])
                self.assertIn(problem["code"], ("bad_arguments", "script"))

    def test_what_is_too_large_is_refused(self):
        result = self.returned("""
          local process = colony.submit("demo.work", { executor = "TYPE", channels = { "ctl" } })
          return { caught(colony.channels.append, process, "ctl", ("x"):rep(11 * 1024 * 1024)),
            caught(colony.submit, "demo.work", { executor = "TYPE", args = { ("x"):rep(60 * 1024 * 1024) } }) }""")
        self.assertEqual([problem["code"] for problem in result], ["limit", "limit"], result)

    def test_secrets_are_in_no_error(self):
        self.environment["COLONIES_PRVKEY"] = "5" * 63 + "x"
        error = self.failure("return colony.statistics()")
        self.assertNotIn("55555", json.dumps(error))
        self.environment["COLONIES_PRVKEY"] = self.colony.owner_key
        error = self.failure("return colony.statistics()")
        self.assertEqual(error["code"], "refused")
        self.assertNotIn(self.colony.owner_key, json.dumps(error))

    def test_without_a_colony_it_is_said_what_to_set(self):
        names = [name for name in self.environment if "COLONIES" in name]
        for name in names:
            del self.environment[name]
        error = self.failure("return colony.statistics()")
        self.assertEqual(error["code"], "refused")
        self.assertIn("COLONIES_SERVER_HOST", error["message"])

    def test_check_knows_it_all(self):
        good = self.script_file("""
          for line in colony.follow(colony.submit("x", { label = "y" })) do forager.log(line.text) end
          colony.crons.add { name = "c", every = "10m", tasks = { { "a", call = "x" } } }
          return colony.statistics().processes.waiting""")
        self.assertEqual(self.findings(good), [])
        bad = self.script_file("""colony.submt("x")
          colony.submit("x", { exectuor = "y" })
          colony.crons.ad {}
          colony.channels.append("id", "c", 1, { typ = "x" })""")
        found = self.findings(bad)
        self.assertEqual(len(found), 4, found)

    def findings(self, path):
        done = subprocess.run([FORAGER, "check", "--json", path], capture_output=True, text=True, cwd=self.folder,
                              env=self.environment)
        return json.loads(done.stdout).get("findings", [])


class InTheRepl(ByHand):
    def test_a_session_asks_it_too(self):
        done = subprocess.run([FORAGER, "repl"], input='forager.colony.statistics().executors\n', capture_output=True, text=True,
                              cwd=self.folder, env=self.environment, timeout=PATIENCE)
        self.assertEqual(done.stdout.split(), ["1"], done.stderr)


class Channels(ByHand):
    def test_another_client_is_followed_and_answered(self):
        run = self.begin("""
          local process = colony.submit("demo.work", { executor = "TYPE", channels = { "ctl" } })
          colony.channels.append(process, "ctl", "begin")
          local seen, other = {}, 0
          local ticking = forager.spawn(function() while true do forager.sleep "10ms"; other = other + 1 end end)
          for entry in colony.channels.follow(process, "ctl") do
            seen[#seen + 1] = entry.text
            colony.channels.append(process, "ctl", { heard = entry.text }, { reply_to = entry.sequence })
          end
          ticking:cancel()
          return { seen = seen, others_ran = other > 1, all = #colony.channels.read(process, "ctl"),
            none = caught(colony.channels.read, process, "nothing").code }""")
        process = self.take()["processid"]
        key = self.worker.key
        said = lambda: [self.text(entry) for entry in self.others.client.channel_read(process, "ctl", 0, 0, key)]
        self.until(lambda: said() == ["begin"], "the first word")  # the process was there before it
        heard = []
        for number, text in enumerate(["one", "two"], 1):
            self.others.client.channel_append(process, "ctl", number, text, key)
            heard.append({"heard": text})

            def answers():
                read = self.others.client.channel_read(process, "ctl", 0, 0, key)
                return [json.loads(self.text(entry)) for entry in read if self.text(entry).startswith("{")]
            self.until(lambda: answers() == heard, f"the answer to {text}")
        self.others.client.channel_append(process, "ctl", 3, "", key, payload_type="end")
        self.assertEqual(self.end(run), {"seen": ["one", "two"], "others_ran": True, "all": 6, "none": "not_found"})

    def text(self, entry):
        payload = entry["payload"] if isinstance(entry, dict) else entry.payload
        return payload.decode() if isinstance(payload, bytes) else payload

    def test_following_ends_with_the_process(self):
        for end in ["close", "cancel"]:
            with self.subTest(end):
                run = self.begin("""
                  local process = colony.submit("demo.work", { executor = "TYPE", channels = { "ctl" } })
                  local seen = 0
                  for entry in colony.channels.follow(process, "ctl") do seen = seen + 1 end
                  return seen""")
                process = self.take()
                if end == "close":
                    self.close(process)
                else:
                    self.colony.call("cancelprocessmsg", processid=process["processid"])
                self.assertEqual(self.end(run), 0)


class Workflows(ByHand):
    TASKS = """{
      { "first", call = "demo.first", executor = "TYPE", args = { 1 } },
      { "second", call = "demo.second", executor = "TYPE", after = "first", timeout = "60s" },
    }"""

    def test_tasks_run_in_order_and_give_their_outputs(self):
        run = self.begin(f"return colony.workflows.submit({self.TASKS}, {{ wait = true }})")
        first = self.take()
        self.assertEqual(first["spec"]["funcname"], "demo.first")
        self.close(first, "x")
        second = self.take()
        self.assertEqual(second["in"], ["x"])
        self.close(second, 1, 2)
        self.assertEqual(self.end(run), {"first": "x", "second": [1, 2]})

    def test_a_failure_names_the_task(self):
        run = self.begin(f"return caught(colony.workflows.submit, {self.TASKS}, {{ wait = true }})")
        self.fail_it(self.take(), "disk full")
        error = self.end(run)
        self.assertEqual((error["code"], error["message"], error["errors"]),
                         ("failed", "task 'first': demo.first in the colony failed: disk full", ["disk full"]))

    def test_it_is_looked_at_listed_and_cancelled(self):
        result = self.returned(f"""
          local workflow = colony.workflows.submit({self.TASKS})
          local open = #colony.workflows.list()
          local seen = colony.workflows.get(workflow)
          colony.workflows.cancel(workflow)
          return {{ id = workflow.id, open = open, tasks = {{ seen.tasks[1].node, seen.tasks[2].after[1] }}, state = seen.state,
            after = colony.workflows.list {{ state = "cancelled" }}[1].id,
            wait = caught(colony.workflows.wait, workflow).code }}""")
        self.assertEqual(result["after"], result["id"])
        self.assertEqual((result["open"], result["tasks"], result["state"], result["wait"]),
                         (1, ["first", "first"], "waiting", "cancelled"))
        self.assertEqual(self.others.workflow(result["id"])["state"], CANCELLED)

    def test_who_waits_takes_the_graph_along(self):
        run = self.begin(f"""
          local task = forager.spawn(function() return colony.workflows.submit({self.TASKS}, {{ wait = true }}) end)
          forager.sleep "1s"
          task:cancel()
          return caught(task.join, task).code""")
        process = self.take()
        self.assertEqual(self.end(run), "cancelled")
        self.assertEqual(self.others.workflow(process["processgraphid"])["state"], CANCELLED)


class Schedules(ByHand):
    def setUp(self):
        super().setUp()
        self.line = CommandLine(self.colony)

    def test_crons_are_those_of_the_command_line(self):
        result = self.returned("""
          local made = colony.crons.add { name = "nightly", cron = "0 3 * * *", after_last = true,
            tasks = { { "a", call = "demo.work", executor = "TYPE", args = { 1 } } } }
          colony.crons.add { name = "often", every = "90s", tasks = { { "a", call = "demo.work", executor = "TYPE" } } }
          local run = colony.crons.run "nightly"
          local names = {}
          for i, cron in ipairs(colony.crons.list()) do names[i] = cron.name end
          table.sort(names)
          return { id = made.id, names = names, seen = colony.crons.get("nightly"), same = run.id == made.id,
            none = caught(colony.crons.get, "nothing").code }""")
        seen = result["seen"]
        self.assertEqual((seen["cron"], seen["after_last"], seen["tasks"][0]["func"], seen["tasks"][0]["args"]),
                         ("0 0 3 * * *", True, "demo.work", [1]))
        self.assertEqual((result["names"], result["same"], result["none"]), (["nightly", "often"], True, "not_found"))
        self.assertEqual(self.take()["spec"]["args"], [1])  # it was run
        listed, _ = self.line.run("cron", "ls")
        self.assertIn("nightly", listed)
        self.assertIn("often", listed)
        shown = self.line.run("cron", "get", "--cronid", result["id"])[0]
        self.assertIn("nightly", shown)
        self.assertIsNone(self.returned('colony.crons.remove "nightly"; colony.crons.remove "often"'))
        self.assertNotIn("nightly", "".join(self.line.run("cron", "ls")))

    def test_generators_are_those_of_the_command_line(self):
        result = self.returned("""
          local made = colony.generators.add { name = "batch", trigger = 3, timeout = "1h",
            tasks = { { "a", call = "demo.work", executor = "TYPE" } } }
          for _, text in ipairs { "x", "y" } do colony.generators.pack("batch", text) end
          return { id = made.id, name = colony.generators.list()[1].name, queued = colony.generators.get("batch").queued,
            none = caught(colony.generators.pack, "nothing", "z").code }""")
        self.assertEqual((result["name"], result["queued"], result["none"]), ("batch", 2, "not_found"))
        self.assertIn("batch", "".join(self.line.run("generator", "ls")))
        self.line.run("generator", "pack", "--generatorid", result["id"], "--arg", "z")
        self.assertEqual(sorted(self.take()["spec"]["args"]), ["x", "y", "z"])
        self.assertIsNone(self.returned('colony.generators.remove "batch"'))
        self.assertNotIn("batch", "".join(self.line.run("generator", "ls")))


class Directory(ByHand):
    def test_who_is_there_and_what_they_offer(self):
        self.colony.setup("addfunctionmsg", self.worker.key, fun={
            "executorname": "worker", "executortype": self.worker.type, "colonyname": self.colony.name, "funcname": "demo.work",
            "description": "Works.", "args": [{"name": "n", "type": "integer", "required": True}]})
        self.colony.call("submitfuncspecmsg", spec=self.colony.spec("demo.work"))
        result = self.returned("""return { executors = colony.executors.list(), one = colony.executors.get("worker"),
          functions = colony.functions("worker"), all = #colony.functions(), numbers = colony.statistics(),
          none = caught(colony.executors.get, "nobody").code }""")
        self.assertEqual([one["name"] for one in result["executors"]], ["worker"])
        self.assertEqual((result["one"]["type"], result["one"]["state"], result["one"]["id"]),
                         (self.worker.type, "approved", self.worker.id))
        function = result["functions"][0]
        self.assertEqual((function["name"], function["doc"], function["args"], result["all"]),
                         ("demo.work", "Works.", [{"name": "n", "type": "integer", "required": True}], 1))
        self.assertEqual((result["numbers"]["executors"], result["numbers"]["processes"]["waiting"]), (1, 1))
        self.assertEqual(result["none"], "not_found")


class InTheAgent(ColonyAgent):
    """A process that this executor runs uses the colony as this executor, however many the agent is."""

    def setUp(self):
        super().setUp()
        self.others = self.colony.executor_type + "-other"

    def executors_entry(self):
        return self.executor() + self.executor(self.others, name="other")

    def test_children_are_submitted_as_the_executor_that_runs_the_parent(self):
        self.serve("""
          local colony = forager.colony
          forager.func { name = "demo.parent", run = function(ctx)
            local child = colony.submit("demo.child", { executor = "TYPE", args = { 20 } })
            colony.set_attribute(ctx.id, "child", child.id)
            return { id = child.id, gave = colony.wait(child), seen = colony.attributes(ctx.id).child == child.id }
          end }
          forager.func { name = "demo.child", run = function(ctx, n) return n + 1 end }
        """.replace("TYPE", self.colony.executor_type), executors=self.executors_entry())
        for type, name in [(self.colony.executor_type, "edge"), (self.others, "other")]:
            with self.subTest(name):
                output, = self.output("demo.parent", conditions={"executortype": type})
                self.assertEqual((output["gave"], output["seen"]), (21, True))
                self.assertEqual(self.process(output["id"])["initiatorname"], name)
        # What nobody's process asks for is asked by the first.
        self.script("""forager.func { name = "demo.local", run = function(ctx)
          return forager.colony.submit("demo.child", { executor = "TYPE", args = { 1 } }).id end }""".replace(
            "TYPE", self.colony.executor_type), "local.lua")
        self.result("reload")
        self.assertEqual(self.process(self.run_work("demo.local"))["initiatorname"], "edge")

    def test_a_channel_speaks_with_the_submitter(self):
        self.serve("""forager.func { name = "demo.talk", run = function(ctx)
          local heard = {}
          for entry in forager.colony.channels.follow(ctx.id, "ctl") do
            heard[#heard + 1] = entry.text
            forager.colony.channels.append(ctx.id, "ctl", "heard " .. entry.text)
          end
          return table.concat(heard, " ")
        end }""")
        client = self.client().client
        key = self.colony.user.key
        id = self.send("demo.talk", channels=["ctl"])
        client.channel_append(id, "ctl", 1, "a", key)
        client.channel_append(id, "ctl", 2, "b", key)
        client.channel_append(id, "ctl", 3, "", key, payload_type="end")
        self.assertEqual(self.ended_process(id)["out"], ["a b"])

    def test_who_waits_for_work_of_its_own_agent_leaves_it_the_place(self):
        self.serve("""
          local colony = forager.colony
          forager.func { name = "demo.child", run = function(ctx, n) return n + 1 end }
          forager.func { name = "demo.call", run = function(ctx, n)
            return ctx:call("demo.child", n, { on = "colony", executor = "TYPE" }) end }
          forager.func { name = "demo.submit", run = function(ctx, n)
            return colony.submit("demo.child", { executor = "TYPE", args = { n }, wait = true }) end }
          forager.func { name = "demo.wait", run = function(ctx, n)
            return colony.wait(colony.submit("demo.child", { executor = "TYPE", args = { n } })) end }
          forager.func { name = "demo.workflow", run = function(ctx, n)
            local tasks = { { "one", call = "demo.child", args = { n }, executor = "TYPE" } }
            return colony.workflows.submit(tasks, { wait = true }).one end }
          forager.func { name = "demo.deep", concurrency = 1, run = function(ctx, n)
            return n == 0 and 0 or 1 + ctx:call("demo.deep", n - 1, { on = "colony", executor = "TYPE" }) end }
        """.replace("TYPE", self.colony.executor_type), agent="concurrency = 2\n")
        ids = [self.send(function, 7) for function in ("demo.call", "demo.submit", "demo.wait", "demo.workflow") * 2]
        self.assertEqual([self.ended_process(id)["out"] for id in ids], [[8]] * len(ids))
        self.assertEqual(self.output("demo.deep", 5), [5])

    def test_a_cancelled_parent_takes_its_children_along(self):
        self.serve("""forager.func { name = "demo.parent", run = function(ctx)
          return forager.colony.submit("demo.child", { executor = "nobody", wait = true, label = "child" }) end }""")
        parent = self.send("demo.parent")

        def children():
            return self.colony.call("getprocessesmsg", colonyname=self.colony.name, state=WAITING, count=10, label="child")
        child = self.until(children, "the child")[0]["processid"]
        self.colony.call("cancelprocessmsg", processid=parent)
        self.await_process(child, CANCELLED)


if __name__ == "__main__":
    main()
