#!/usr/bin/env python3
"""Documents of the running agent, as their users meet them: apply, get, describe, delete, diff, rollout.
documents_test.py FORAGER.

The replicas are plain processes of this machine, which outlive the agent: each has the scenario's mark in its
environment, so that none outlives its test."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main, processes_marked

YAML = """# The one that is there
kind: ExecutorDeployment
metadata:
  name: web
spec:
  runtime: local
  replicas: 2
  command: [sleep, "1000"]
  env:
    SCENARIO: FOLDER
"""

TOML = """
kind = "ExecutorDeployment"
[metadata]
name = "db"
[spec]
runtime = "local"
replicas = 1
command = ["sleep", "2000"]
env = { SCENARIO = "FOLDER" }
"""

SCRIPT = """
forager.reconciler { kind = "Note",
  actual = function(ctx, desired)
    return forager.kv.get(desired.metadata.name)
  end,
  apply = function(ctx, desired)
    forager.kv.set(desired.metadata.name, desired.spec)
    mark("note " .. desired.spec.text)
  end,
  delete = function(ctx, desired)
    forager.kv.delete(desired.metadata.name)
    mark "note gone"
  end,
}
"""


class Documents(Scenario):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.end_replicas)

    def end_replicas(self):
        """Before the agent is ended, which would start them again."""
        if self.agent and self.agent.poll() is None:
            for one in self.request("GET", "/v1/documents")["result"]:
                self.forager("delete", f"{one['kind']}/{one['name']}", "--wait")

    def file(self, text, name="web.yaml"):
        path = self.folder / name
        path.write_text(text.replace("FOLDER", str(self.folder)))
        return str(path)

    def applied(self, text=YAML, name="web.yaml", *flags):
        return self.result("apply", self.file(text, name), "--wait", *flags)

    def replicas(self, seconds="1000"):
        """The processes of this document that run, by what they were started as."""
        found = []
        for process in processes_marked(self.marker()):
            try:
                words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[:2] == [b"sleep", seconds.encode()]:
                found.append(process)
        return sorted(found)

    def row(self, name="web"):
        (row,) = self.result("get", name)
        return row

    def test_what_is_applied_is_there_and_healed_and_goes_when_it_is_deleted(self):
        self.serve()
        (row,) = self.applied()
        self.assertEqual((row["change"], row["phase"], row["ready"]), ("created", "Running", 2))
        self.assertEqual(len(before := self.replicas()), 2)
        self.assertEqual(self.applied()[0]["change"], "unchanged")
        self.assertEqual(self.replicas(), before)
        self.assertEqual(self.applied(YAML.replace("replicas: 2", "replicas: 3"))[0]["change"], "changed")
        self.assertEqual(len(self.replicas()), 3)
        self.assertEqual(self.result("delete", "web", "--wait"),
                         [{"kind": "ExecutorDeployment", "name": "web", "change": "deleted"}])
        self.assertEqual((self.replicas(), self.result("get")), ([], []))

    def test_people_are_told_line_by_line(self):
        self.serve()
        done = self.forager("apply", self.file(YAML), "--wait", "--quiet")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "ExecutorDeployment/web created, generation 1\n"
                                      "ExecutorDeployment/web: Running, 2 of 2 ready\n")
        head, row = self.forager("get").stdout.splitlines()
        self.assertEqual(head.split(), ["KIND", "NAME", "RUNTIME", "READY", "PHASE", "GENERATION", "AGE", "MESSAGE"])
        self.assertRegex(row, r"^ExecutorDeployment +web +local +2/2 +Running +1 +\d")
        text = self.forager("describe", "web").stdout
        for part in ("Name: +web", "Phase: +Running", "Spec:\n  runtime: local", "Instances:\n  NAME +STATE",
                     "web-[0-9a-f]{8}-0 +running +yes +1", "Revisions:\n  GENERATION", "Done last:\n"):
            self.assertRegex(text, part)
        self.assertEqual(self.forager("delete", "ExecutorDeployment/web", "--wait", "--quiet").stdout,
                         "ExecutorDeployment/web deleted\n")

    def test_documents_come_in_files_of_several_forms_and_from_stdin(self):
        self.serve()
        listed = json.dumps([{"kind": "ExecutorDeployment", "metadata": {"name": name},
                              "spec": {"runtime": "local", "replicas": 0, "command": ["true"]}} for name in "ab"])
        several = YAML.replace("replicas: 2", "replicas: 0") + "---\n" + YAML.replace("name: web", "name: other")
        rows = self.result("apply", self.file(several.replace("replicas: 2", "replicas: 0")),
                           self.file(TOML.replace("replicas = 1", "replicas = 0"), "db.toml"),
                           self.file(listed, "list.json"), "--wait")
        self.assertEqual([row["name"] for row in rows], ["web", "other", "db", "a", "b"])
        self.assertEqual({row["name"] for row in self.result("get", "executordeployments")},
                         {"web", "other", "db", "a", "b"})
        self.assertEqual({row["name"] for row in self.result("get", "ExecutorDeployment/web")}, {"web"})
        self.assertEqual(len(self.result("delete", str(self.folder / "list.json"), "db", "--wait")), 3)
        self.assertEqual({row["name"] for row in self.result("get")}, {"web", "other"})

    def test_whole_documents_can_be_applied_again(self):
        self.serve()
        self.applied()
        for form in ("yaml", "json"):
            printed = self.forager("get", "web", "-o", form).stdout
            (again,) = self.applied(printed, "again." + form)
            self.assertEqual((again["generation"], again["change"]), (1, "unchanged"), printed)

    def test_a_bad_document_is_told_with_its_place_and_nothing_is_applied(self):
        self.serve()
        bad = YAML + "---\n" + YAML.replace("replicas: 2", "replicas: many").replace("name: web", "name: bad")
        for verb, code in (("apply", 2), ("diff", 2)):
            done = self.forager(verb, self.file(bad))
            self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
            self.assertRegex(done.stderr, r"^forager: \S+web\.yaml:18: spec\.replicas: must be ")
        error = self.refusal("apply", self.file(bad), exit_code=2)
        self.assertEqual((error["code"], error["field"], error["column"]), ("bad_arguments", "spec.replicas", 3))
        self.assertEqual(error["where"], f"{self.folder}/web.yaml:18")
        wrong_kind = self.refusal("apply", self.file(YAML.replace("ExecutorDeployment", "Nothing")), exit_code=2)
        self.assertEqual(wrong_kind["where"], f"{self.folder}/web.yaml:2")
        self.assertIn("ExecutorDeployment", wrong_kind["message"])
        missing = self.refusal("apply", self.file(YAML.replace("  name: web\n", "  labels: {}\n")), exit_code=2)
        self.assertEqual((missing["field"], missing["where"]), ("metadata.name", f"{self.folder}/web.yaml:3"))
        for text, name, place in (("", "empty.yaml", ""), ("a: [", "broken.yaml", ":"), ("{\n 'a'", "b.json", ":2"),
                                  ("a = \n", "b.toml", ":"), ("- 1\n", "list.yaml", ":1")):
            error = self.refusal("apply", self.file(text, name), exit_code=2)
            self.assertTrue(error["where"].startswith(f"{self.folder}/{name}{place}"), error)
        self.assertEqual(self.refusal("apply", "nowhere.yaml", exit_code=2)["code"], "not_found")
        for verb in ("apply", "diff"):
            twice = self.refusal(verb, self.file(YAML + "---\n" + YAML), exit_code=2)
            self.assertEqual(twice["message"], "ExecutorDeployment/web is given twice")
        self.assertEqual(self.result("get"), [])

    def test_a_diff_says_what_would_be_done_and_why_and_does_nothing(self):
        self.serve()
        file = self.file(YAML)
        document, code = self.ask("diff", file)
        (diff,) = document["result"]
        self.assertEqual((code, diff["name"], [action["action"] for action in diff["actions"]]),
                         (1, "web", ["start", "start"]))
        self.assertTrue(all(action["reason"] for action in diff["actions"]))
        self.assertEqual((self.result("get"), self.replicas()), ([], []))
        self.applied()
        self.assertEqual(self.ask("diff", file), ({"ok": True, "result": [
            {"kind": "ExecutorDeployment", "name": "web", "changes": [], "actions": []}]}, 0))
        done = self.forager("diff", self.file(YAML.replace("replicas: 2", "replicas: 1")))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"^ExecutorDeployment/web\n  spec.replicas: 2 becomes 1\n  stop web-\S+: \S")
        self.assertEqual(len(self.replicas()), 2)

    def test_a_change_is_followed_undone_and_listed(self):
        self.serve()
        self.applied()
        self.applied(YAML.replace('"1000"', '"3000"'))
        self.assertEqual((len(self.replicas()), len(self.replicas("3000"))), (0, 2))
        self.assertEqual(self.result("rollout", "undo", "web")["generation"], 3)
        there = self.result("rollout", "status", "web", "--watch")
        self.assertEqual((there["phase"], there["generation"]), ("Running", 3))
        self.assertEqual((len(self.replicas()), len(self.replicas("3000"))), (2, 0))
        revisions = self.result("rollout", "history", "web")["revisions"]
        self.assertEqual([one["generation"] for one in revisions], [1, 2, 3])
        self.assertIn("in use", self.forager("rollout", "history", "web").stdout)
        before = self.replicas()
        self.result("rollout", "restart", "web")
        self.result("rollout", "status", "web", "--watch")
        self.until(lambda: len(after := self.replicas()) == 2 and not set(after) & set(before), "new replicas")
        self.assertEqual(self.result("rollout", "undo", "web", "--to", "2")["generation"], 4)
        self.assertEqual(self.refusal("rollout", "undo", "web", "--to", "77")["code"], "not_found")

    def test_what_is_paused_stays_as_it_is(self):
        self.serve()
        self.applied()
        self.result("rollout", "pause", "web")
        (row,) = self.result("apply", self.file(YAML.replace("replicas: 2", "replicas: 4")), "--wait")
        self.assertEqual((row["phase"], len(self.replicas())), ("Paused", 2))
        self.result("rollout", "resume", "web")
        self.result("rollout", "status", "web", "--watch")
        self.assertEqual(len(self.replicas()), 4)

    def test_a_change_that_fails_is_taken_back_and_told(self):
        self.serve()
        self.applied()
        bad = YAML.replace('[sleep, "1000"]', '["false"]') + "  strategy: {progressDeadline: 2s}\n"
        error = self.refusal("apply", self.file(bad), "--wait")
        self.assertIn("ExecutorDeployment/web: the change to generation 2 has failed", error["message"])
        self.until(lambda: len(self.replicas()) == 2, "the old replicas")
        self.assertEqual(self.forager("rollout", "status", "web").returncode, 1)
        self.assertRegex(self.forager("describe", "web").stdout, r"Generation: +2 \(has failed: 1 is in use\)")
        self.until(lambda: self.row()["ready"] == 2, "the old replicas, seen")
        self.assertEqual(self.row()["phase"], "Degraded")
        self.assertRegex(self.row()["message"], "^the change to generation 2 has failed, and 1 is in use: .")
        self.assertNotIn("next try", self.row()["message"])
        self.assertEqual(self.result("apply", self.file(bad))[0]["change"], "tried again")
        self.assertIn("has failed", self.refusal("apply", self.file(bad), "--wait")["message"])
        self.assertEqual(self.result("rollout", "undo", "web")["generation"], 3)
        self.assertEqual(self.result("rollout", "status", "web", "--watch")["phase"], "Running")
        self.assertEqual(len(self.replicas()), 2)
        self.assertIn("has not failed", self.refusal("rollout", "undo", "web")["message"])
        self.assertRegex(self.forager("rollout", "history", "web").stdout, r"\n2 .* failed\n3 .* in use")

    def test_patience_ends(self):
        self.serve()
        bad = YAML + "  health: {command: ['false'], interval: 100ms}\n"
        begun = time.monotonic()
        error = self.refusal("apply", self.file(bad), "--wait", "--timeout", "1s")
        self.assertEqual(error["code"], "timed_out")
        self.assertRegex(error["message"], "^not done within 1 s: ExecutorDeployment/web: .*0 of 2 ready")
        self.assertLess(time.monotonic() - begun, PATIENCE / 2)

    def test_documents_outlive_the_agent_and_so_do_replicas(self):
        self.serve()
        self.applied()
        before = self.replicas()
        self.restart()
        self.until(lambda: self.row()["phase"] == "Running", "the next agent's first look")
        self.assertEqual((self.replicas(), self.row()["generation"]), (before, 1))

    def test_what_is_forgotten_is_left_as_it_is(self):
        self.serve()
        self.applied()
        self.assertEqual(self.result("delete", "web", "--forget")[0]["change"], "forgotten")
        self.assertEqual((self.result("get"), len(self.replicas())), ([], 2))
        self.assertEqual(self.applied()[0]["change"], "created")

    def test_what_is_not_there_is_named_with_the_nearest(self):
        self.serve()
        self.applied(YAML.replace("replicas: 2", "replicas: 0"))
        for verb in (("get",), ("describe",), ("delete",), ("rollout", "status"), ("rollout", "pause")):
            error = self.refusal(*verb, "wev")
            self.assertEqual(error["code"], "not_found")
            self.assertIn("did you mean 'web'?", error["message"])
        self.assertEqual(self.refusal("delete", "web", "nobody")["code"], "not_found")
        self.assertEqual(self.row()["name"], "web")

    def test_without_an_agent_the_message_says_how_to_start_one(self):
        file = self.file(YAML)
        for args, code in ((("apply", file), 1), (("get",), 1), (("describe", "web"), 1), (("delete", "web"), 1),
                           (("diff", file), 2), (("rollout", "status", "web"), 1)):
            self.assertIn("forager agent", self.refusal(*args, exit_code=code)["message"])

    def test_a_kind_of_a_script_is_a_kind_like_others(self):
        self.serve(SCRIPT)
        note = "kind: Note\nmetadata: {name: one}\nspec: {text: hello}\n"
        (row,) = self.applied(note, "note.yaml")
        self.assertEqual((row["phase"], row["replicas"]), ("Running", None))
        self.assertEqual(self.marks(), ["note hello"])
        self.assertRegex(self.forager("get", "notes").stdout, r"Note +one +- +Running")
        self.result("delete", "Note/one", "--wait")
        self.assertEqual(self.marks(), ["note hello", "note gone"])


if __name__ == "__main__":
    main()
