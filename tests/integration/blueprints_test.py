#!/usr/bin/env python3
"""Blueprints of a real colony, which an agent is the handler of: from the definition to a healed replica, and what goes
wrong on the way. Replicas are processes of this machine: blueprints_test.py FORAGER."""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, main
from colonies.api import id_of
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine
from colonies.testcase import ColonyTest
from colony_agent import RUNNING, SUCCESSFUL, ColonyAgent

KIND = "ExecutorDeployment"
DEFINITION = "executordeployments.compute.colonies.io"
APPROVED = 1


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


def environment_of(process):
    text = pathlib.Path(f"/proc/{process}/environ").read_text()
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)


class BlueprintTest(ColonyAgent):
    name = "web"
    function = "reconcile"

    def setUp(self):
        super().setUp()
        self.hour = f"3600.{os.getpid()}0{random.randrange(10 ** 9)}"  # an argument that no other process has
        self.addCleanup(self.forget_kinds)
        self.addCleanup(self.clear)
        self.define()

    def clear(self):
        """Replicas outlive the agent."""
        if self.agent and self.agent.poll() is None:
            self.kill()
        while left := self.replicas():
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def forget_kinds(self):
        """Definitions outlive their colony, and the server takes any colony's of the kind to find a handler."""
        self.bed.revive()
        key = self.colony.owner_key
        for blueprint in self.colony.setup("getblueprintsmsg", key, namespace=self.colony.name, kind="",
                                           locationname="") or []:
            self.colony.setup("removeblueprintmsg", key, namespace=self.colony.name, name=blueprint["metadata"]["name"])
        for definition in self.colony.setup("getblueprintdefinitionsmsg", key, colonyname=self.colony.name) or []:
            self.colony.setup("removeblueprintdefinitionmsg", key, namespace=self.colony.name,
                              name=definition["metadata"]["name"])

    def executor(self, type=None, **keys):
        return super().executor(type, functions=["reconcile.*", "echo.*"], **keys)

    # What the colony has

    def define(self, **spec):
        self.colony.setup("addblueprintdefinitionmsg", self.colony.owner_key, blueprintdefinition={
            "kind": "BlueprintDefinition", "metadata": {"name": "fleet", "colonyname": self.colony.name},
            "spec": {"names": {"kind": KIND}, "handler": {"executorType": self.colony.executor_type,
                                                          "functionName": self.function}, **spec}})

    def document(self, replicas, name=None, metadata=None, **spec):
        return {"kind": KIND, "metadata": {"name": name or self.name, "colonyname": self.colony.name, "generation": 1,
                                           **(metadata or {})},
                "spec": {"runtime": "local", "replicas": replicas, "executorType": "reader", "grace": "2s",
                         "command": ["sleep", self.hour], **spec}}

    def add(self, replicas, **more):
        return self.colony.call("addblueprintmsg", blueprint=self.document(replicas, **more))

    def update(self, replicas, force=False, **more):
        """As the server's own command does it, which leaves the status out."""
        return self.colony.call("updateblueprintmsg", blueprint=self.document(replicas, **more), forcegeneration=force)

    def blueprint(self, name=None):
        return self.colony.setup("getblueprintmsg", self.colony.user.key, namespace=self.colony.name,
                                 name=name or self.name)

    def status(self, name=None):
        return self.blueprint(name).get("status") or {}

    def await_status(self, fits, what, name=None):
        return self.until(lambda: (seen := self.status(name)) and fits(seen) and seen, what)

    def running(self, count, generation=None):
        """All of them are there and say so."""
        status = self.await_status(
            lambda status: status["phase"] == "Running" and status["ready"] == count and
            len(status["instances"]) == count and generation in (None, status.get("generation")), f"{count} replicas")
        self.assertEqual(len(self.replicas()), count, status)
        return status

    def processes_in(self, state):
        return self.colony.setup("getprocessesmsg", self.colony.user.key, colonyname=self.colony.name, count=100,
                                 state=state, executortype=self.colony.executor_type, label="", initiator="") or []

    def reconciles(self, function=None):
        """The processes that have ended, the oldest first."""
        wanted = function or self.function
        return [process for process in reversed(self.processes_in(SUCCESSFUL)) if process["spec"]["funcname"] == wanted]

    def approved(self):
        """The executors of replicas, by their names."""
        return {executor["executorname"]: executor for executor in self.executors()
                if executor["state"] == APPROVED and executor["executortype"] == "reader"}

    # What the machine has

    def replicas(self):
        """Processes whose program it is, without shells and keepers around them."""
        found = []
        for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if line.read_bytes().split(b"\0")[:2] == [b"sleep", self.hour.encode()]:
                    found.append(int(line.parent.name))
            except OSError:
                continue
        return sorted(found)


class Deployments(BlueprintTest):
    def test_from_definition_to_healed_replica(self):
        self.serve()
        added = self.add(2)
        status = self.running(2)
        self.assertEqual((status["reconciler"], status["observedGeneration"]), ("edge", 1))
        process = self.until(self.reconciles, "the process of the blueprint")[0]
        self.assertEqual((process["spec"]["kwargs"]["kind"], process["state"]), (KIND, SUCCESSFUL))
        answer = process["out"][0]
        self.assertEqual((answer["kind"], answer["count"]), (KIND, 1))
        result = answer["results"][0]
        self.assertEqual((result["blueprintName"], result["success"], result["status"]["ready"]), (self.name, True, 2))
        # Each is somebody in the colony, and knows who.
        approved = self.approved()
        environments = [environment_of(replica) for replica in self.replicas()]
        self.assertEqual(set(approved), {env["COLONIES_EXECUTOR_NAME"] for env in environments})
        for env in environments:
            executor = approved[env["COLONIES_EXECUTOR_NAME"]]
            self.assertEqual(id_of(env["COLONIES_PRVKEY"]), executor["executorid"])
            self.assertEqual((executor["blueprintid"], executor["blueprintgen"]), (added["blueprintid"], 1))
            self.assertEqual((env["COLONIES_COLONY_NAME"], env["COLONIES_SERVER_PORT"], env["COLONIES_DEPLOYMENT"]),
                             (self.colony.name, str(self.colony.port), self.name))
        log = self.log.read_text()
        for env in environments:
            self.assertNotIn(env["COLONIES_PRVKEY"], log)
        # One dies.
        before, begun = self.replicas(), time.monotonic()
        os.kill(before[0], signal.SIGKILL)
        self.until(lambda: len(now := self.replicas()) == 2 and before[0] not in now, "another replica")
        self.assertLess(time.monotonic() - begun, 5)
        self.running(2)
        self.until(lambda: len(self.approved()) == 2, "the executor of the dead one to be removed")
        self.assertNotEqual(set(self.approved()), set(approved))

    def test_the_server_s_own_commands_show_and_change_it(self):
        tool = CommandLine(self.colony)
        self.serve()
        added = self.add(2)
        instances = self.running(2)["instances"]
        shown = tool.run("blueprint", "get", "--name", self.name)[0]
        for word in (added["blueprintid"], "Running", *(one["name"] for one in instances)):
            self.assertIn(word, shown)
        self.assertIn("2/2", tool.run("blueprint", "ls")[0])
        tool.run("blueprint", "set", "--name", self.name, "--key", "spec.replicas", "--value", "3")
        self.running(3, 2)
        process = self.colony.call("reconcileblueprintmsg", namespace=self.colony.name, name=self.name, force=False)
        id = process["processid"]
        self.ended_process(id)
        self.until(lambda: f"{self.name}: Running, 3 of 3 ready" in tool.logs(id), "the log of a process")
        tool.run("blueprint", "remove", "--name", self.name)
        self.until(lambda: not self.replicas(), "nothing to be left")

    def test_a_new_spec_is_followed(self):
        self.serve()
        self.add(1)
        first = self.running(1)["instances"][0]["name"]
        for generation, count in enumerate((3, 2, 0, 1), start=2):
            self.update(count)
            self.running(count, generation)
            self.until(lambda: len(self.approved()) == count, f"{count} executors")
        self.assertNotEqual(self.running(1)["instances"][0]["name"], first)

    def test_removal_leaves_nothing(self):
        self.serve()
        self.add(2)
        self.running(2)
        self.colony.call("removeblueprintmsg", namespace=self.colony.name, name=self.name)
        self.until(lambda: not self.replicas() and not self.approved(), "nothing to be left")
        process = self.until(lambda: self.reconciles("cleanup"), "the cleanup")[0]
        self.assertEqual(process["out"], [{"status": "cleanup completed"}])

    def test_force_makes_all_of_them_anew(self):
        self.serve()
        self.add(2)
        self.running(2)
        before = self.replicas()
        process = self.colony.call("reconcileblueprintmsg", namespace=self.colony.name, name=self.name, force=True)
        ended = self.ended_process(process["processid"])
        self.assertEqual((ended["state"], ended["out"][0]["results"][0]["action"]), (SUCCESSFUL, "force_reconciled"))
        self.running(2, 2)
        self.assertFalse(set(before) & set(self.replicas()))
        self.until(lambda: len(self.approved()) == 2, "the executors of those before to be removed")
        after = self.replicas()
        process = self.colony.call("reconcileblueprintmsg", namespace=self.colony.name, name=self.name, force=False)
        ended = self.ended_process(process["processid"])
        self.assertEqual(ended["out"][0]["results"][0]["action"], "status_updated")
        self.assertEqual(self.replicas(), after)

    def test_a_wrong_spec_is_told_in_the_status(self):
        self.serve()
        self.add(1)
        self.running(1)
        before = self.replicas()
        self.update(-1)
        self.await_status(lambda status: "spec.replicas" in status.get("message", ""), "the complaint")
        self.assertEqual(self.replicas(), before)
        results = [result for process in self.reconciles() for result in process["out"][0]["results"]]
        self.assertIn("spec.replicas", self.until(lambda: [one for one in results if not one["success"]] or (
            results.extend(result for process in self.reconciles() for result in process["out"][0]["results"])),
            "the process that says so")[0]["error"])
        self.update(2)
        self.running(2)

    def test_a_command_that_the_definition_does_not_allow(self):
        """What the server does not check: integers, and members that are needed deeper inside."""
        self.colony.setup("removeblueprintdefinitionmsg", self.colony.owner_key, namespace=self.colony.name,
                          name="fleet")
        self.define(schema={"type": "object", "properties": {"replicas": {"type": "integer"},
                                                             "runtime": {"type": "string", "default": "local"}}})
        self.serve()
        document = self.document(1.5)
        del document["spec"]["runtime"]
        self.colony.call("addblueprintmsg", blueprint=document)
        self.await_status(lambda status: "spec.replicas" in status.get("message", ""), "the complaint")
        document["spec"]["replicas"] = 1
        self.colony.call("updateblueprintmsg", blueprint=document, forcegeneration=False)
        self.running(1)

    def test_replicas_outlive_the_agent(self):
        self.serve()
        self.add(2)
        self.running(2)
        before, known = self.replicas(), set(self.approved())
        self.kill()
        self.assertEqual(self.replicas(), before)
        self.start()
        self.await_registered()
        self.await_status(lambda status: status["phase"] == "Running", "it to be running still")
        self.update(3)
        self.running(3)
        self.assertLess(set(before), set(self.replicas()))
        self.assertLess(known, set(self.approved()))

    def test_a_process_under_way_ends_after_the_agent_was_killed(self):
        """The server's schedule waits for it: one that never ended would be the end of all."""
        gate = self.folder / "well"
        self.serve()
        self.add(1, health={"command": ["test", "-e", str(gate)], "interval": "200ms", "timeout": "5s"})
        self.until(self.replicas, "the replica")
        running = self.until(lambda: self.processes_in(RUNNING), "the process to run")[0]
        self.restart()
        gate.touch()
        self.assertEqual(self.ended_process(running["processid"])["state"], SUCCESSFUL)
        self.running(1)

    def test_what_was_removed_while_nobody_looked_is_gone_after_the_start(self):
        self.serve()
        self.add(2)
        self.running(2)
        self.kill()
        self.colony.call("removeblueprintmsg", namespace=self.colony.name, name=self.name)
        self.start()
        self.until(lambda: not self.replicas() and not self.approved(), "nothing to be left")

    def test_an_agent_that_has_forgotten_everything_takes_over_what_it_made(self):
        self.serve()
        self.add(2)
        self.running(2)
        before = self.replicas()
        self.kill()
        for file in self.state.glob("forager.db*"):
            file.unlink()
        self.start()
        self.await_registered()
        self.update(3)
        self.running(3)
        self.assertLess(set(before), set(self.replicas()))

    def test_the_server_is_away_for_a_while(self):
        self.serve()
        self.add(2)
        self.running(2)
        before = self.replicas()
        self.bed.server.kill()
        os.kill(before[0], signal.SIGKILL)
        self.until(lambda: "cannot" in self.log_of_this_life() or len(self.replicas()) == 1, "the death to be seen")
        self.assertIn(before[1], self.replicas())
        self.bed.server.start()
        self.until(lambda: len(self.replicas()) == 2, "another replica")
        self.assertIn(before[1], self.replicas())
        lost = before[0]
        self.await_status(lambda status: status["ready"] == 2 and not any(
            one["id"].startswith(f"{lost}@") for one in status["instances"]), "the server to hear of it")

    def test_it_heals_and_follows_when_the_server_has_no_work_to_give(self):
        self.serve()
        self.add(1)
        self.running(1)
        self.until(self.reconciles, "the first process")
        self.colony.setup("pauseassignmentsmsg", self.colony.owner_key, colonyname=self.colony.name)
        before = self.replicas()
        os.kill(before[0], signal.SIGKILL)
        self.until(lambda: len(now := self.replicas()) == 1 and now != before, "another replica")
        self.update(2)
        self.running(2)  # within its own look
        self.colony.setup("resumeassignmentsmsg", self.colony.owner_key, colonyname=self.colony.name)

    def test_what_the_kind_is_not_kept_here_is_said(self):
        self.colony.setup("addblueprintdefinitionmsg", self.colony.owner_key, blueprintdefinition={
            "kind": "BlueprintDefinition", "metadata": {"name": "sites", "colonyname": self.colony.name},
            "spec": {"names": {"kind": "WebSite"}, "handler": {"executorType": self.colony.executor_type,
                                                               "functionName": "reconcile"}}})
        self.serve()
        self.colony.call("addblueprintmsg", blueprint={"kind": "WebSite", "metadata": {
            "name": "site", "colonyname": self.colony.name}, "spec": {}})
        self.await_status(lambda status: "WebSite" in status.get("message", ""), "the complaint", "site")

    def test_what_a_script_reconciles_may_be_blueprints(self):
        self.colony.setup("addblueprintdefinitionmsg", self.colony.owner_key, blueprintdefinition={
            "kind": "BlueprintDefinition", "metadata": {"name": "notes", "colonyname": self.colony.name},
            "spec": {"names": {"kind": "Note"}, "handler": {"executorType": self.colony.executor_type,
                                                            "functionName": "reconcile"}}})
        self.serve("""
          local function path(desired) return "FOLDER/" .. desired.metadata.name .. ".note" end
          forager.reconciler { kind = "Note", every = "30s",
            actual = function(ctx, desired) return forager.files.exists(path(desired)) end,
            apply = function(ctx, desired, actual)
              forager.files.write(path(desired), desired.spec.text)
            end,
            delete = function(ctx, desired) forager.files.remove(path(desired)) end }""")
        note = self.folder / "hello.note"
        self.colony.call("addblueprintmsg", blueprint={"kind": "Note", "metadata": {
            "name": "hello", "colonyname": self.colony.name}, "spec": {"text": "good morning"}})
        self.until(lambda: note.exists() and note.read_text() == "good morning", "the note")
        self.colony.call("removeblueprintmsg", namespace=self.colony.name, name="hello")
        self.until(lambda: not note.exists(), "the note to be gone")


class TheSeedsWords(BlueprintTest):
    function = "reconcile_executor_deployment"

    def define(self, **spec):
        pass  # by the program

    def write(self, name, document):
        path = self.folder / name
        path.write_text(json.dumps(document))
        return path

    def definition_file(self):
        return self.write("definition.json", {
            "apiVersion": "colonies.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": DEFINITION},
            "spec": {"group": "compute.colonies.io", "version": "v1", "scope": "Namespaced",
                     "names": {"kind": KIND, "plural": "executordeployments"},
                     "handler": {"executorType": self.colony.executor_type, "functionName": self.function}}})

    def instance_file(self, replicas):
        return self.write("instance.json", {
            "apiVersion": "compute.colonies.io/v1", "kind": KIND,
            "metadata": {"name": self.name, "namespace": self.colony.name},
            "spec": {"runtime": "local", "replicas": replicas, "executorType": "reader",
                     "command": ["sleep", self.hour], "config": {"env": {"BATCH_SIZE": "32"}}}})

    def changes(self, *files):
        return [(one["kind"], one["name"], one["change"]) for one in self.result("apply", "--colony", *files)]

    def test_register_and_submit(self):
        self.serve()
        definition, instance = self.definition_file(), self.instance_file(3)
        self.assertEqual(self.changes(instance, definition), [
            ("BlueprintDefinition", DEFINITION, "created"), (KIND, self.name, "created")])
        status = self.running(3)
        short = self.blueprint()["blueprintid"][:8]
        self.assertEqual({one["name"] for one in status["instances"]}, {f"{self.name}-{short}-{i}" for i in range(3)})
        self.assertEqual({environment_of(replica)["BATCH_SIZE"] for replica in self.replicas()}, {"32"})
        self.assertEqual(self.changes(definition, instance), [
            ("BlueprintDefinition", DEFINITION, "unchanged"), (KIND, self.name, "unchanged")])
        self.assertEqual(self.changes(self.instance_file(1)), [(KIND, self.name, "configured")])
        self.running(1, 2)

    def test_what_is_there_is_listed_described_and_deleted(self):
        self.serve()
        definition, instance = self.definition_file(), self.instance_file(1)
        self.changes(definition, instance)
        self.running(1)
        listed = self.forager("get", "--colony").stdout
        for word in (KIND, self.name, "1/1", "Running", "edge"):
            self.assertIn(word, listed)
        self.assertIn(self.colony.executor_type, self.forager("get", "--colony", "definitions").stdout)
        self.assertEqual([one["metadata"]["name"] for one in self.result("get", "--colony", "executordeployment")],
                         [self.name])
        described = self.forager("describe", "--colony", self.name).stdout
        for word in ("Phase: Running", "BATCH_SIZE", "create", f"{self.name}-"):
            self.assertIn(word, described)
        self.assertEqual(self.result("describe", "--colony", f"{KIND}/{self.name}")["history"][0]["change"], "create")
        in_use = self.refusal("delete", "--colony", f"definition/{DEFINITION}")
        self.assertIn("blueprint", in_use["message"])
        self.assertEqual([one["change"] for one in self.result("delete", "--colony", str(definition), str(instance))],
                         ["deleted", "deleted"])
        self.until(lambda: not self.replicas(), "nothing to be left")
        self.assertIn("lists what there is", self.refusal("describe", "--colony", self.name)["message"])

    def test_what_is_wrong_is_said_with_its_place(self):
        broken = self.write("broken.json", {"kind": KIND, "metadata": {"name": ""}, "spec": {}})
        error = self.refusal("apply", "--colony", str(broken), exit_code=2)
        self.assertIn("metadata.name", error["message"])
        self.assertIn("broken.json:1", error["where"])
        other = self.write("other.json", {"kind": KIND, "metadata": {"name": "a", "namespace": "elsewhere"}})
        self.assertIn("elsewhere", self.refusal("apply", "--colony", str(other), exit_code=2)["message"])
        self.assertFalse(self.colony.call("getblueprintsmsg", namespace=self.colony.name, kind="", locationname=""))

    def configure(self, **more):
        super().configure(**more)
        if hasattr(self, "colony"):
            key = f'key = "{self.colony.user.key}"\n'
            text = self.config.read_text()
            self.config.write_text(text.replace("[colony]\n", "[colony]\n" + key, 1))


class InLua(BlueprintTest):
    def returned(self, text):
        path = self.folder / "by_hand.lua"
        path.write_text('local blueprints = require "forager".colony.blueprints\n' + text)
        done = subprocess.run([FORAGER, "run", "--json", path], capture_output=True, text=True, timeout=PATIENCE,
                              cwd=self.folder, env=self.environment | self.colony.environment())
        document = json.loads(done.stdout)
        self.assertTrue(document["ok"], document)
        return document.get("result")

    def test_a_script_does_it_all(self):
        answer = self.returned("""
          local web = { kind = "ExecutorDeployment", metadata = { name = "web" },
            spec = { runtime = "local", replicas = 1, executorType = "reader", command = { "true" } } }
          local given = {}
          local _, first = blueprints.apply(web)
          local _, second = blueprints.apply(web)
          web.spec.replicas = 2
          local applied, third = blueprints.apply(web)
          given.changes = { first, second, third }
          given.generation = applied.metadata.generation
          blueprints.set_status("web", { phase = "Scaling" })
          given.phase = blueprints.get("web").status.phase
          web.spec.replicas = 3
          given.kept = blueprints.update(web).status.phase
          given.changed = {}
          for _, change in ipairs(blueprints.history(applied)) do table.insert(given.changed, change.change) end
          given.names = {}
          for _, one in ipairs(blueprints.list { kind = "ExecutorDeployment" }) do
            table.insert(given.names, one.metadata.name)
          end
          given.process = blueprints.reconcile("web", { force = true }).func
          given.forced = blueprints.get("web").metadata.generation
          local fine, problem = pcall(blueprints.definitions.remove, "fleet")
          given.refused = not fine and problem.code
          blueprints.remove("web")
          blueprints.definitions.remove("fleet")
          given.left = #blueprints.definitions.list()
          blueprints.definitions.add { kind = "BlueprintDefinition", metadata = { name = "again" },
            spec = { names = { kind = "Note" }, handler = { executorType = "fleet" } } }
          given.function_name = blueprints.definitions.get("again").spec.handler.functionName
          return given""")
        self.assertEqual(answer, {
            "changes": ["created", "unchanged", "configured"], "generation": 2, "phase": "Scaling", "kept": "Scaling",
            "changed": ["update", "update", "create"], "names": ["web"], "process": "reconcile", "forced": 4,
            "refused": "refused", "left": 0, "function_name": "reconcile"})

    def test_mistakes_are_errors_with_their_place(self):
        answer = self.returned("""
          local function problem(...)
            local fine, problem = pcall(...)
            assert(not fine, "it went well")
            return { code = problem.code, field = problem.field, message = problem.message }
          end
          return {
            nameless = problem(blueprints.add, { kind = "ExecutorDeployment", metadata = {} }),
            missing = problem(blueprints.get, "nothing"),
            unknown = problem(blueprints.add, { kind = "Unheard", metadata = { name = "x" } }),
            typo = problem(blueprints.update, {}, { forced = true }),
          }""")
        self.assertEqual((answer["nameless"]["code"], answer["nameless"]["field"]), ("bad_arguments", "metadata.name"))
        self.assertEqual(answer["missing"]["code"], "not_found")
        self.assertIn("Unheard", answer["unknown"]["message"])
        self.assertIn("'force'", answer["typo"]["message"])


class TwoAgents(BlueprintTest):
    def test_only_one_of_them_sees_to_it(self):
        """The second one is somebody who answers, but must not begin what the first one has."""
        self.serve()
        self.add(2)
        self.running(2)
        self.kill()
        self.environment |= {"SECOND": "1"}
        self.state = self.folder / "second"
        self.socket = self.folder / "second.sock"
        self.configure(executors=self.executor(name="edge-2"))
        self.start()
        self.await_registered()
        before = self.replicas()
        process = self.colony.call("reconcileblueprintmsg", namespace=self.colony.name, name=self.name, force=False)
        result = self.ended_process(process["processid"])["out"][0]["results"][0]
        self.assertEqual((result["action"], result["reconciler"]), ("left", "edge"))
        self.assertEqual(self.replicas(), before)
        self.assertEqual(self.status()["reconciler"], "edge")


if __name__ == "__main__":
    main()
