#!/usr/bin/env python3
"""The commands with --colony against a real server: what they submit, show and cancel, with the agent and clients of
others as witnesses."""
import json
import pathlib
import signal
import subprocess
import sys
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import FORAGER, PATIENCE, main
from colonies.api import new_key
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine, PyColonies
from colonies.testcase import ColonyTest
from colony_agent import CANCELLED, FAILED, RUNNING, SUCCESSFUL, WAITING, ColonyAgent
from terminal import Terminal

# Every kind of result and argument that a native graph can carry, and an order of `after` unlike that of the
# declaration.
DIAMOND = r"""
  forager.func { name = "demo.area", args = { { "w", "integer" }, { "h", "integer", default = 2 } },
    run = function(ctx, w, h) return { area = w * h, sides = { w, h } } end }
  forager.func { name = "demo.sizes", args = { { "a", "string" }, { "b", "string" } }, run = function(ctx, a, b) return { #a, #b } end }
  local w = forager.workflow "diamond"
  local start = w:task { "start", run = function(ctx) return { n = 3, name = "é", list = { 1, 2.5, true } } end }
  local area = w:task { "area", call = "demo.area", args = { start.n }, kwargs = nil }
  local named = w:task { "named", call = "demo.area", kwargs = { w = start.list[1], h = 5 } }
  local nothing = w:task { "nothing", after = start, run = function() end }
  local several = w:task { "several", after = start, run = function() return 1, "two", { 3 } end }
  local bytes = w:task { "bytes", run = function() return "\xff\0x" end }
  local fixed = w:task { "fixed", call = "demo.area", args = { 4 }, after = { several, nothing } }
  w:task { "join", after = { several, nothing, "bytes", start }, args = { area.area, { deep = { named.sides[2] } }, fixed },
    run = function(ctx, several, nothing, bytes, start, area, deep, fixed)
      return { several[2], nothing == nil, #bytes, bytes:byte(1), start.name, start.list[2], area, deep.deep[1],
               fixed.area, math.type(start.n) }
    end }
  w:task { "raw", call = "demo.sizes", args = { "a\0b", "\xff\xfe" } }
  w:task { "alone", after = "nothing", run = function(ctx, ...) return { select("#", ...), ... == nil } end }
  return w
"""

FLAKY = """
  local w = forager.workflow "flaky"
  w:task { "flaky", retries = 3, timeout = "20s", run = function()
    mark "tried"
    if #forager.files.read "FOLDER/marks" < 10 then error "not yet" end
    return "done"
  end }
  return w
"""


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Commands(ColonyAgent):
    """The agent serves the colony with its owner's key, the commands ask with a user's."""

    def setUp(self):
        super().setUp()
        self.user_config = self.folder / "user.toml"
        self.configure_user(self.colony.user.key)

    def configure_user(self, key, port=None):
        self.user_config.write_text(f'[colony]\nhost = "{self.colony.host}"\nport = {port or self.colony.port}\n'
                                    f'tls = false\nname = "{self.colony.name}"\nkey = "{key}"\n')
        self.user_config.chmod(0o600)  # there would be a warning

    def command(self, name, *args, config=True):
        return [FORAGER, name, *(["--config", self.user_config] if config else []), *map(str, args)]

    def run_command(self, name, *args, **options):
        return subprocess.run(self.command(name, *args, **options), capture_output=True, text=True, timeout=PATIENCE,
                              cwd=self.folder, env=self.environment)

    def text(self, name, *args):
        done = self.run_command(name, "--colony", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def asked(self, name, *args):
        done = self.run_command(name, "--colony", "--json", *args)
        return json.loads(done.stdout), done.returncode

    def answer(self, name, *args):
        document, code = self.asked(name, *args)
        self.assertEqual((document["ok"], code), (True, 0), document)
        return document["result"]

    def refused(self, name, *args, code=1):
        document, status = self.asked(name, *args)
        self.assertEqual((document["ok"], status), (False, code), document)
        return document["error"]

    def here(self):
        return "--executor", self.colony.executor_type

    def workflow(self, text):
        """The file of a script that the agent does not have."""
        path = self.folder / "workflow.lua"
        path.write_text(('local forager = require "forager"\nlocal w = forager.workflow "w"\n' + text
                         + "\nreturn w\n").replace("TYPE", self.colony.executor_type))
        return path

    def wait_for_workflow(self, id, state):
        return self.until(lambda: (seen := self.client().workflow(id))["state"] == state and seen, f"workflow {id}")


class NativeWorkflows(Commands):
    def results(self, text):
        """Of one script: as the colony has it, and as `run` has it."""
        self.serve(text)
        script = self.scripts / "script.lua"
        native, code = self.asked("submit", script, "--wait", *self.here())
        self.assertEqual((native["ok"], code), (True, 0), native)
        self.assertEqual(self.client().workflow(native["id"])["state"], SUCCESSFUL)
        return native["result"], self.result("run", str(script))

    def test_the_same_script_gives_the_same_embedded_and_native(self):
        native, embedded = self.results(DIAMOND)
        self.assertEqual(native, embedded)
        self.assertEqual(list(native), list(embedded))
        self.assertEqual(native["join"][:3], ["two", True, 3])

    def test_a_task_that_fails_at_first_is_tried_again_as_in_an_embedded_one(self):
        self.serve(FLAKY)
        document, code = self.asked("submit", self.scripts / "script.lua", "--wait", *self.here())
        self.assertEqual((document.get("result"), code), ({"flaky": "done"}, 0), document)
        self.assertEqual(self.marks(), ["tried", "tried"])

    def test_the_server_has_the_graph_as_it_was_declared(self):
        path = self.workflow("""
          local a = w:task { "a", call = "echo.echo", args = { "x" }, retries = 2, timeout = "1500ms" }
          w:task { "b", call = "echo.echo", executor = "another-type", args = { a } }
          w:task { "c", after = { "b", a }, run = function() end }""")
        id = self.text("submit", path, *self.here(), "--label", "nightly", "--priority", "5").strip()
        processes = {one["spec"]["nodename"]: one
                     for one in map(self.process, CommandLine(self.colony).workflow(id)["processids"])}
        seen = {name: (one["spec"]["funcname"], one["spec"]["conditions"]["executortype"],
                       one["spec"]["conditions"]["dependencies"] or [], one["spec"]["maxretries"], one["spec"]["maxexectime"],
                       one["spec"]["label"], one["spec"]["priority"])
                for name, one in processes.items()}
        self.assertEqual(seen, {"a": ("echo.echo", self.colony.executor_type, [], 2, 2, "nightly", 5),
                                "b": ("echo.echo", "another-type", ["a"], 0, -1, "nightly", 5),
                                "c": ("w.c", self.colony.executor_type, ["b", "a"], 0, -1, "nightly", 5)})

    def test_what_a_native_graph_cannot_carry_is_refused_by_name(self):
        for declaration, option in (('on_failure = "continue"', "on_failure"), ("when = function() return true end", "when"),
                                    ("foreach = { 1, 2 }", "foreach"), ("args = { 9007199254740993 }", "args")):
            with self.subTest(declaration):
                path = self.workflow(f'w:task {{ "dump", call = "echo.echo", {declaration} }}')
                error = self.refused("submit", path, code=2)
                self.assertIn("'dump'", error["message"])
                self.assertEqual((error["task"], error["option"]), ("dump", option))
                self.assertRegex(error["where"], r"workflow\.lua:3$")
                if option != "args":
                    self.assertIn("--orchestrate", error["message"])
                    self.assertIn(option, error["message"])
        self.assertEqual(self.colony.call("getprocessgraphsmsg", colonyname=self.colony.name, count=10, state=WAITING), None)

    def test_a_script_without_a_workflow_is_no_work_for_a_colony(self):
        path = self.folder / "plain.lua"
        path.write_text("return 7\n")
        self.assertIn("returns no workflow", self.refused("submit", path, code=2)["message"])
        path.write_text("return (\n")
        self.assertEqual(self.run_command("submit", "--colony", path).returncode, 2)
        path = self.workflow('w:task { "dump", call = "echo.echo", args = { 0/0 } }')
        self.assertIn("task 'dump': args[1] is not a number", self.refused("submit", path, code=2)["message"])

    def test_a_failure_names_its_task_and_ends_the_workflow(self):
        self.serve("""
          local w = forager.workflow "w"
          local fine = w:task { "fine", run = function() end }
          local dump = w:task { "dump", after = fine, run = function() error "disk full" end }
          w:task { "mail", after = dump, run = function() mark "mailed" end }
          return w""")
        script = self.scripts / "script.lua"
        document, code = self.asked("submit", script, "--wait", *self.here())
        self.assertEqual((document["ok"], code), (False, 1))
        error = document["error"]
        self.assertRegex(error["message"], r"^task 'dump' failed: .*script\.lua:\d+: disk full$")
        self.assertEqual((error["task"], error["code"]), ("dump", "failed"))
        shown = self.run_command("submit", "--colony", "--wait", script, *self.here())
        self.assertEqual((shown.returncode, shown.stdout), (1, ""))
        self.assertIn("task 'dump' failed", shown.stderr)
        self.assertEqual(self.marks(), [])
        workflow = self.answer("show", document["id"])
        self.assertEqual([(task["task"], task["state"]) for task in workflow["tasks"]],
                         [("fine", "failed"), ("dump", "failed"), ("mail", "failed")])  # so the server has it
        self.assertIn("disk full", workflow["tasks"][1]["note"])

    def test_parents_of_clients_of_others_are_read_by_their_names(self):
        self.serve('forager.func { name = "demo.join", run = function(ctx, a, b) return a .. "+" .. b end }')
        node = lambda name, *args, **fields: self.colony.spec("echo.echo", *args, nodename=name, **fields)
        graph = CommandLine(self.colony).submit_workflow([node("a", "x"), node("b", "y"), self.colony.spec(
            "demo.join", {"$result": ["b"]}, {"$result": ["a"]}, nodename="c", env={"FORAGER_TASK": "{}"},
            conditions={"executortype": self.colony.executor_type, "dependencies": ["a", "b"]})])
        seen = self.wait_for_workflow(graph, SUCCESSFUL)
        self.assertIn(["y+x"], [self.process(id)["out"] for id in seen["processids"]])


class Following(Commands):
    SLOW = """
      local w = forager.workflow "slow"
      local first = w:task { "first", run = function(ctx) ctx:log "line one" hold "gate" ctx:log "line two" return 1 end }
      w:task { "last", after = first, run = function(ctx, n) ctx:log("got %d", n) return n + 1 end }
      return w"""

    def follow(self):
        return self.command("submit", "--colony", "--follow", self.scripts / "script.lua", *self.here())

    def test_states_and_lines_of_a_workflow_are_told_while_it_runs(self):
        self.serve(self.SLOW)
        with subprocess.Popen(self.follow(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                              env=self.environment) as program:
            lines = []
            while "slow.first: line one" not in lines:
                lines.append(program.stderr.readline().rstrip("\n"))
            self.open_gate()
            rest = program.stderr.read().splitlines()
            self.assertEqual(program.stdout.read(), "first: 1\nlast: 2\n")
        self.assertEqual(program.returncode, 0)
        self.assertEqual(lines, ["slow.first: running (on edge)", "slow.first: line one"])
        self.assertEqual(rest, ["slow.first: line two", "slow.first: succeeded", "slow.last: running (on edge)",
                                "slow.last: got 1", "slow.last: succeeded"])

    def test_a_terminal_shows_the_graph_and_an_interruption_leaves_it_running(self):
        self.serve(self.SLOW)
        terminal = Terminal(self.follow(), cwd=self.folder, env=self.environment | {"TERM": "xterm", "NO_COLOR": "1"})
        terminal.read_until(r"slow\.first +running .*line one\s+\S+ slow\.last +waiting +after first")
        terminal.type("\x03")
        words = terminal.read_until(r"forager cancel --colony ID")
        id = [word for word in words.split() if len(word) == 64][0]
        self.assertEqual(terminal.end(), 130)
        self.wait_for_workflow(id, RUNNING)
        self.open_gate()
        self.wait_for_workflow(id, SUCCESSFUL)

    def test_an_interruption_is_told_to_programs_too(self):
        self.serve(self.SLOW)
        with subprocess.Popen([*self.follow(), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              cwd=self.folder, env=self.environment) as program:
            program.stderr.readline()
            program.send_signal(signal.SIGINT)
            document = json.loads(program.stdout.read())
        self.assertEqual((program.returncode, document["ok"], document["error"]["code"]), (130, False, "cancelled"))
        self.wait_for_workflow(document["id"], RUNNING)
        self.answer("cancel", document["id"])
        self.wait_for_workflow(document["id"], CANCELLED)

    def test_a_function_is_followed_to_its_result(self):
        self.serve('forager.func { name = "demo.talk", run = function(ctx, ...) ctx:log "a line" return { ... } end }')
        done = self.run_command("submit", "--colony", "--follow", "demo.talk", "1", "two", '{"a":3}', *self.here())
        self.assertEqual((done.returncode, done.stdout), (0, "- 1\n- two\n- a: 3\n"), done.stderr)
        self.assertIn("a line\n", done.stderr)

    def test_the_end_of_the_server_is_told_once_and_waited_for(self):
        self.serve(self.SLOW)
        with subprocess.Popen(self.follow(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                              env=self.environment) as program:
            while "line one" not in program.stderr.readline():
                pass
            self.bed.server.kill()
            self.assertIn("does not answer", program.stderr.readline())
            self.bed.server.start()
            self.open_gate()
            self.assertEqual(program.stdout.read(), "first: 1\nlast: 2\n")
            self.assertNotIn("does not answer", program.stderr.read())


class Functions(Commands):
    def test_a_function_is_called_with_arguments_and_limits(self):
        self.serve('forager.func { name = "demo.area", args = { { "w", "integer" }, { "h", "integer" } }, '
                   'run = function(ctx, w, h) return w * h end }')
        document, code = self.asked("submit", "demo.area", "6", "--kw", "h=7", "--wait", *self.here())
        self.assertEqual((document["result"], document["ok"], code), (42, True, 0))
        id = self.asked("submit", "demo.area", "1", "2", "--timeout", "1500ms", "--retries", "3", "--max-wait", "1m",
                        "--priority", "-2", "--label", "mine", *self.here())[0]["id"]
        spec = CommandLine(self.colony).get(id)["spec"]
        self.assertEqual((spec["args"], spec["maxexectime"], spec["maxretries"], spec["maxwaittime"], spec["priority"],
                          spec["label"], spec["nodename"]), ([1, 2], 2, 3, 60, -2, "mine", ""))

    def test_without_a_type_it_goes_to_agents_that_say_none(self):
        id = self.text("submit", "echo.echo", "x").strip()
        self.assertEqual(self.process(id)["spec"]["conditions"]["executortype"], "forager")

    def test_a_failure_has_its_id_and_its_message(self):
        self.serve('forager.func { name = "demo.broken", run = function() error "it broke" end }')
        document, code = self.asked("submit", "demo.broken", "--wait", *self.here())
        self.assertEqual((document["ok"], code, self.process(document["id"])["state"]), (False, 1, FAILED))
        self.assertIn("it broke", document["error"]["message"])

    def test_options_of_the_agents_own_queue_are_refused(self):
        for option in ("--delay", "--key", "--idempotency-key"):
            done = self.run_command("submit", "--colony", "echo.echo", option, "1")
            self.assertEqual(done.returncode, 2)
            self.assertIn(option, done.stderr)
        self.assertIn("--colony", self.run_command("submit", "echo.echo", "--executor", "x").stderr)
        self.assertIn("a type of executor is needed", self.run_command("submit", "echo.echo", "--colony", "--executor", "").stderr)
        self.assertIn("-50000", self.refused("submit", "echo.echo", "--priority", "99999", code=2)["message"])
        self.assertIn("NAME=VALUE", self.refused("submit", "echo.echo", "--kw", "x", code=2)["message"])


class Looking(Commands):
    """At work that others submit and do."""

    def test_ps_lists_what_others_submitted(self):
        executor = self.colony.add_executor()
        client = PyColonies(self.colony)
        done = client.submit(self.colony.spec("echo", "done"))
        self.colony.echo(executor)
        broken = client.submit(self.colony.spec("broken", "x" * 100, label="odd"))
        self.colony.call("closefailedmsg", executor.key, processid=self.colony.assign(executor)["processid"],
                         errors=["no such\nfile", "more"])
        self.await_errors(broken)
        running = client.submit(self.colony.spec("run", 1))
        self.colony.assign(executor)
        waiting = CommandLine(self.colony).submit(self.colony.spec("wait"))
        cancelled = client.submit(self.colony.spec("cancelled"))
        CommandLine(self.colony).cancel(cancelled)
        rows = self.answer("ps")
        self.assertEqual([(row["id"], row["state"], row["function"]) for row in rows],
                         [(running, "running", "run"), (waiting, "waiting", "wait"), (cancelled, "cancelled", "cancelled"),
                          (broken, "failed", "broken"), (done, "succeeded", "echo")])
        self.assertEqual((rows[0]["executor"], rows[0]["source"], rows[0]["args"]), ("edge", "alice", [1]))
        self.assertGreaterEqual(rows[1]["waited"], 0)
        self.assertNotIn("ran", rows[1])
        self.assertEqual(rows[3]["error"]["errors"], ["no such\nfile", "more"])
        self.assertEqual(rows[4]["result"], "done")
        head, *lines = self.text("ps").splitlines()
        self.assertEqual(head.split(), ["ID", "STATE", "FUNCTION", "SUBMITTED", "WAITED", "RAN", "EXECUTOR", "ARGUMENTS", "NOTE"])
        self.assertEqual([line.split()[:3] for line in lines],
                         [[row["id"][:12], row["state"], row["function"]] for row in rows])
        self.assertIn("no such file", lines[3])
        self.assertIn('"' + "x" * 31 + "…", lines[3])
        self.assertIn(f"({self.colony.executor_type})", lines[1])
        ids = lambda *args: [row["id"] for row in self.answer("ps", *args)]
        self.assertEqual(ids("--state", "failed"), [broken])
        self.assertEqual(ids("--open"), [running, waiting])
        self.assertEqual(ids("--function", "echo"), [done])
        self.assertEqual(ids("--label", "odd"), [broken])
        self.assertEqual(ids("--executor", "another"), [])
        self.assertEqual(ids("--executor", self.colony.executor_type, "--label", "odd"), [broken])
        self.assertEqual(ids("--limit", "2"), [running, waiting])
        self.assertEqual(len(ids("--all")), 5)
        self.assertIn("sleeping", self.refused("ps", "--state", "sleeping", code=2)["message"])

    def await_errors(self, id):
        self.until(lambda: self.process(id)["errors"], "the errors")

    def test_show_has_all_of_a_process_also_by_the_beginning_of_its_id(self):
        executor = self.colony.add_executor()
        id = CommandLine(self.colony).submit(self.colony.spec("echo", "hello", 7, kwargs={"a": 1}, maxexectime=60))
        self.colony.echo(executor)
        seen = self.answer("show", id)
        self.assertEqual((seen["id"], seen["function"], seen["state"], seen["args"], seen["kwargs"], seen["timeout"], seen["tries"],
                          seen["executor"], seen["executor_type"], seen["result"]),
                         (id, "echo", "succeeded", ["hello", 7], {"a": 1}, 60, 1, "edge", self.colony.executor_type,
                          ["hello", 7]))
        self.assertEqual(self.answer("show", id[:12])["id"], id)
        self.assertIn(id, self.text("show", id[:8]))
        self.assertNotIn("task", seen)  # it is in no workflow, though clients name every node
        self.assertIn("begins with", self.refused("show", "0" * 12)["message"])
        self.assertIn("no process and no workflow", self.refused("show", "0" * 64)["message"])
        self.assertIn("no id", self.refused("show", "abc")["message"])
        self.assertIn("no id", self.refused("show", "../x' OR 1")["message"])

    def test_show_has_a_workflow_with_its_tasks(self):
        node = lambda name, *after: self.colony.spec("echo", nodename=name, conditions={
            "executortype": self.colony.executor_type, "dependencies": list(after)})
        id = CommandLine(self.colony).submit_workflow([node("c", "a", "b"), node("a"), node("b", "a")])
        seen = self.answer("show", id)
        self.assertEqual((seen["id"], seen["state"], seen["source"]), (id, "waiting", "alice"))
        self.assertEqual([(task["task"], task["state"], task["note"]) for task in seen["tasks"]],
                         [("a", "waiting", ""), ("b", "waiting", "after a"), ("c", "waiting", "after a and b")])
        row, = self.answer("ps", "--workflows")
        self.assertEqual((row["id"], row["state"], row["tasks"]), (id, "waiting", 3))
        self.assertIn(id[:12], self.text("ps", "--workflows"))
        self.assertEqual({row["task"] for row in self.answer("ps")}, {"a", "b", "c"})
        self.assertEqual(self.answer("ps", "--workflows", "--state", "failed"), [])
        self.assertEqual(self.answer("show", id[:16])["id"], id)

    def test_logs_are_read_and_followed(self):
        executor = self.colony.add_executor()
        id = PyColonies(self.colony).submit(self.colony.spec("talk"))
        process = self.colony.assign(executor)
        say = lambda text: self.colony.call("addlogmsg", executor.key, processid=id, message=text)
        for number in range(600):  # more than one answer holds
            say(f"line {number}\n")
        say("two\nlines")
        self.assertEqual([line["text"] for line in self.answer("logs", id)],
                         [f"line {number}" for number in range(600)] + ["two", "lines"])
        self.assertRegex(self.text("logs", id).splitlines()[-1], r"^\S+.*  lines$")
        with subprocess.Popen(self.command("logs", "--colony", "--follow", id), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, cwd=self.folder, env=self.environment) as program:
            while not program.stdout.readline().endswith("  lines\n"):
                pass
            say("the last")
            self.colony.close(executor, process)
            self.assertRegex(program.stdout.read(), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  the last\n$")
            self.assertEqual(program.stderr.read(), "")
        self.assertEqual(program.returncode, 0)
        done = self.run_command("logs", "--colony", "--follow", "--json", id)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(lines, self.answer("logs", id))
        self.assertEqual(lines[-1]["text"], "the last")

    def test_logs_of_a_workflow_name_their_tasks(self):
        executor = self.colony.add_executor()
        id = PyColonies(self.colony).submit_workflow([self.colony.spec("a"), self.colony.spec("b")])
        for _ in range(2):
            process = self.colony.assign(executor)
            self.colony.call("addlogmsg", executor.key, processid=process["processid"], message="from " + process["spec"]["nodename"])
            self.colony.close(executor, process)
        self.assertEqual(sorted((line["task"], line["text"]) for line in self.answer("logs", id)),
                         [("a", "from a"), ("b", "from b")])
        done = self.run_command("logs", "--colony", "--follow", id)
        self.assertEqual(sorted(line.split(" UTC  ")[1] for line in done.stdout.splitlines()), ["a: from a", "b: from b"])
        done = self.run_command("logs", "--colony", "--follow", "--json", id)
        self.assertEqual(sorted(json.loads(line)["task"] for line in done.stdout.splitlines()), ["a", "b"])

    def test_cancel_ends_processes_and_workflows(self):
        client = PyColonies(self.colony)
        id = client.submit(self.colony.spec("echo"))
        self.assertEqual(self.text("cancel", id), "")
        self.assertEqual(self.process(id)["state"], CANCELLED)
        self.assertIn("ended already", self.refused("cancel", id)["message"])
        graph = client.submit_workflow([self.colony.spec("a"), self.colony.spec("b")])
        task = client.workflow(graph)["processids"][0]
        self.assertIn(graph, self.refused("cancel", task)["message"])
        self.answer("cancel", graph)
        self.wait_for_workflow(graph, CANCELLED)
        self.assertIn("ended already", self.refused("cancel", graph)["message"])

    def test_a_cancelled_workflow_ends_the_wait_for_it(self):
        path = self.workflow('w:task { "a", call = "echo.echo", args = { "x" } }')
        with subprocess.Popen(self.command("submit", "--colony", "--follow", "--json", path, *self.here()),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self.folder,
                              env=self.environment) as program:
            id = self.until(lambda: self.answer("ps", "--workflows"), "the workflow")[0]["id"]
            self.answer("cancel", id)
            document = json.loads(program.stdout.read())
        self.assertEqual((document["id"], document["error"]["code"], program.returncode), (id, "cancelled", 1))


class Refusals(Commands):
    def test_a_server_that_is_gone_is_named(self):
        self.configure_user(self.colony.user.key, port=1)
        for command in (("ps",), ("show", "0" * 64), ("logs", "0" * 64), ("cancel", "0" * 64), ("submit", "echo.echo")):
            with self.subTest(command):
                error = self.refused(*command)
                self.assertEqual(error["code"], "unreachable")
                self.assertIn(":1", error["message"])
                self.assertIn("COLONIES_SERVER_HOST", error["message"])

    def test_without_a_colony_it_says_what_to_set(self):
        self.user_config.write_text("")
        error = self.refused("ps")
        self.assertIn("COLONIES_SERVER_HOST", error["message"])
        self.assertIn("COLONIES_COLONY_NAME", error["message"])
        self.user_config.write_text('[colony]\nhost = "localhost"\nname = "x"\n')
        self.assertIn("COLONIES_PRVKEY", self.refused("submit", "echo.echo")["message"])

    def test_a_key_that_the_colony_does_not_know_is_named_by_its_id(self):
        from colonies.api import id_of
        key = new_key()
        self.configure_user(key)
        error = self.refused("ps")
        self.assertIn(id_of(key), error["message"])
        self.assertIn("COLONIES_PRVKEY", error["message"])
        self.assertNotIn(key, json.dumps(error))

    def test_the_environment_of_colonies_clients_is_enough(self):
        environment = self.environment | self.colony.environment()
        done = subprocess.run(self.command("ps", "--colony", "--json", config=False), capture_output=True, text=True,
                              env=environment, timeout=PATIENCE)
        self.assertEqual(json.loads(done.stdout), {"ok": True, "result": []}, done.stderr)


if __name__ == "__main__":
    main()
