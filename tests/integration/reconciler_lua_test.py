#!/usr/bin/env python3
"""Reconcilers of scripts under an agent, and without one: reconciler_lua_test.py FORAGER."""
import json
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, Scenario, main
from docker_engine import DockerEngine
from docker_test import DockerTest

SITES = pathlib.Path(__file__).parents[2] / "scripts" / "workflows" / "web-sites.lua"

# Each document is a file of this name; `trouble` there is what apply raises, `looks` how often it looked.
NOTES = """
local files = forager.files
forager.reconciler {
  kind = "Note",
  every = "EVERY",
  schema = {
    required = { "text" },
    additionalProperties = false,
    properties = { text = { type = "string" }, suffix = { type = "string", default = "." } },
  },
  watch = { "file:FOLDER/touched/*", function(path) return path:match "[^/]+$" end },
  actual = function(_, desired)
    files.append("FOLDER/looks", desired.name .. "\\n")
    local path = "FOLDER/notes/" .. desired.name
    return files.exists(path) and { text = files.read(path):sub(1, -2), suffix = files.read(path):sub(-1) } or nil
  end,
  apply = function(_, desired)
    if files.exists "FOLDER/trouble" then
      error { code = "refused", message = files.read "FOLDER/trouble" }
    end
    files.make_folder "FOLDER/notes"
    files.write("FOLDER/notes/" .. desired.name, desired.text .. desired.suffix)
    return { length = #desired.text }
  end,
  delete = function(_, desired)
    files.remove("FOLDER/notes/" .. desired.name)
  end,
}
"""


def note(name, text, **more):
    return {"kind": "Note", "metadata": {"name": name}, "spec": {"text": text, **more}}


class Documents:
    """Of the agent of a scenario."""

    def write(self, document, name="document.json"):
        path = self.folder / name
        path.write_text(json.dumps(document))
        return path

    def apply(self, document):
        done = self.forager("apply", self.write(document))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def status(self, name):
        return self.result("describe", name)["status"]

    def await_phase(self, name, phase):
        self.until(lambda: self.status(name).get("phase") == phase, f"{name} to be {phase}")
        return self.status(name)


class Notes(Documents, Scenario):
    def setUp(self):
        super().setUp()
        (self.folder / "touched").mkdir()

    def serve_notes(self, every="1h", script=NOTES):
        self.serve(script.replace("EVERY", every))

    def path(self, name):
        return self.folder / "notes" / name

    def text(self, name):
        try:
            return self.path(name).read_text()
        except FileNotFoundError:
            return None

    def await_text(self, name, text):
        self.until(lambda: self.text(name) == text, f"{name} to be {text!r}")

    def looks(self):
        try:
            return (self.folder / "looks").read_text().split()
        except FileNotFoundError:
            return []

    def test_a_document_is_kept_and_its_change_followed(self):
        self.serve_notes()
        self.apply(note("one", "first"))
        self.await_text("one", "first.")
        status = self.await_phase("one", "Running")
        self.assertEqual((status["generation"], status["length"]), (1, 5))
        self.apply(note("one", "second", suffix="!"))
        self.await_text("one", "second!")
        self.until(lambda: self.status("one")["observedGeneration"] == 2, "the second form")

    def test_a_document_that_is_wrong_is_refused_with_its_place(self):
        self.serve_notes()
        for spec, place in (({"text": 5}, "spec.text"), ({}, "spec.text"), ({"text": "a", "sufix": "b"}, "suffix")):
            done = self.forager("apply", self.write({**note("one", ""), "spec": spec}))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(place, done.stderr)
        done = self.forager("apply", self.write({**note("one", "a"), "kind": "Nota"}))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Note", done.stderr)
        self.assertEqual(self.looks(), [])

    def test_drift_is_healed_after_a_while_though_nothing_is_heard(self):
        self.serve_notes(every="200ms")
        self.apply(note("one", "first"))
        self.await_text("one", "first.")
        self.path("one").unlink()
        self.await_text("one", "first.")

    def test_what_is_heard_of_one_document_has_it_looked_at(self):
        self.serve_notes()
        for name in ("one", "two"):
            self.apply(note(name, "first"))
            self.await_phase(name, "Running")
        before = self.looks().count("two")
        self.path("one").unlink()
        (self.folder / "touched" / "one").write_text("")
        self.await_text("one", "first.")
        (self.folder / "touched" / "nobody").write_text("")
        self.assertEqual(self.looks().count("two"), before)

    def test_documents_outlive_the_agent(self):
        self.serve_notes()
        self.apply(note("one", "first"))
        self.await_text("one", "first.")
        self.kill()
        self.path("one").unlink()
        self.start()
        self.await_text("one", "first.")

    def test_a_deleted_document_is_cleaned_up_and_forgotten(self):
        self.serve_notes()
        self.apply(note("one", "first"))
        self.await_text("one", "first.")
        done = self.forager("delete", "Note/one")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.until(lambda: self.text("one") is None, "the note to be gone")
        self.until(lambda: "one" not in self.forager("get").stdout, "the document to be forgotten")
        self.restart()
        self.assertIsNone(self.text("one"))

    def test_an_error_is_told_and_tried_again(self):
        self.serve_notes()
        (self.folder / "trouble").write_text("no ink")
        self.apply(note("one", "first"))
        status = self.await_phase("one", "Degraded")
        self.assertIn("no ink", status["message"])
        self.until(lambda: len(self.looks()) >= 3, "further tries")
        (self.folder / "trouble").unlink()
        self.await_text("one", "first.")
        self.assertEqual(self.await_phase("one", "Running")["message"], "")

    def test_a_script_that_is_changed_keeps_them_from_then_on(self):
        self.serve_notes()
        self.apply(note("one", "first"))
        self.await_text("one", "first.")
        self.script(NOTES.replace("EVERY", "200ms").replace('desired.text .. desired.suffix)', '"new" .. desired.suffix)'))
        self.assertEqual(self.forager("reload").returncode, 0)
        self.path("one").unlink()
        self.await_text("one", "new.")

    def test_a_diff_says_what_would_be_done_and_does_nothing(self):
        self.serve_notes()
        done = self.forager("diff", self.write(note("one", "first")))
        self.assertIn("there is nothing yet", done.stdout + done.stderr)
        self.assertEqual((self.text("one"), self.forager("get").stdout.count("one")), (None, 0))

    def test_without_an_agent_one_pass_is_enough(self):
        path = self.folder / "notes.lua"
        path.write_text('local forager = require "forager"\n'
                        + NOTES.replace("EVERY", "200ms").replace("FOLDER", str(self.folder)))
        document = self.write(note("one", "first"))

        def reconcile(*flags):
            done = subprocess.run([FORAGER, "reconcile", document, "--script", path, "--json", *flags], text=True,
                                  capture_output=True, timeout=PATIENCE, cwd=self.folder, env=self.environment)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return [json.loads(line) for line in done.stdout.splitlines()]

        self.assertEqual(reconcile()[-1]["phase"], "Running")
        self.assertEqual(self.text("one"), "first.")
        self.path("one").write_text("another")
        self.assertEqual(reconcile()[-1]["name"], "one")
        self.assertEqual(self.text("one"), "first.")
        reconcile("--delete")
        self.assertIsNone(self.text("one"))


def setUpModule():
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


class WebSites(Documents, DockerTest):
    """The ready script, with a web server of the small image whose configuration is the page that it serves."""

    def setUp(self):
        super().setUp()
        self.environment |= {"WEB_SITES_FOLDER": str(self.folder / "sites")}
        self.configure()
        shutil.copy(SITES, self.scripts)

    def site(self, page, replicas=2, **more):
        serve = "trap 'exit 0' TERM; /bin/busybox httpd -f -p 8080 -h /www & wait"
        return {"kind": "WebSite", "metadata": {"name": "shop"},
                "spec": {"image": self.engine.IMAGE, "network": "none", "command": ["sh", "-c", serve],
                         "replicas": replicas, "config": page, "config_path": "/www/index.html", **more}}

    def page(self, name):
        got = self.engine.docker("exec", name, "/bin/busybox", "wget", "-qO-", "http://127.0.0.1:8080/", check=False)
        return got.stdout if got.returncode == 0 else None

    def await_pages(self, *pages):
        names = [f"shop-{number}" for number in range(1, len(pages) + 1)]
        self.until(lambda: [self.page(name) for name in names] == list(pages), f"the pages {pages}")
        self.until(lambda: len(self.engine.ids("label=web-site=shop")) == len(pages), f"{len(pages)} containers")

    def test_sites_come_change_heal_and_go(self):
        self.engine.docker("run", "--detach", "--network=none", "--init", "--name", "stranger", self.engine.IMAGE, "sleep", "1000")
        stranger = self.engine.inspect("stranger")["State"]["StartedAt"]
        self.start()
        self.apply(self.site("the first page\n"))
        self.await_pages("the first page\n", "the first page\n")
        self.assertEqual(self.await_phase("shop", "Running")["ready"], 2)

        begun = time.monotonic()
        self.engine.docker("kill", "shop-2")
        self.until(lambda: len(self.engine.ids("label=web-site=shop", "status=running")) == 2, "another container")
        self.assertLess(time.monotonic() - begun, 10)  # heard of: the next look would be after 30 s
        self.await_pages("the first page\n", "the first page\n")

        self.apply(self.site("the second page\n", replicas=3))
        self.await_pages(*["the second page\n"] * 3)
        self.until(lambda: len([*(self.folder / "sites" / "shop").iterdir()]) == 1, "the old configuration to go")

        self.forager("delete", "WebSite/shop")
        self.until(lambda: not self.engine.ids("label=web-site=shop"), "no container of the site")
        self.until(lambda: "shop" not in self.forager("get").stdout, "no document")
        self.assertFalse((self.folder / "sites" / "shop").exists())
        self.assertEqual(self.engine.inspect("stranger")["State"]["StartedAt"], stranger)

    def test_a_name_of_somebody_else_s_is_left_to_them(self):
        self.engine.docker("run", "--detach", "--network=none", "--init", "--name", "shop-1", self.engine.IMAGE, "sleep", "1000")
        before = self.engine.inspect("shop-1")["Id"]
        self.start()
        self.apply(self.site("a page\n", replicas=1))
        self.assertIn("shop-1", self.await_phase("shop", "Degraded")["message"])
        self.forager("delete", "WebSite/shop")
        self.until(lambda: "shop" not in self.forager("get").stdout, "no document")
        self.assertEqual(self.engine.inspect("shop-1")["Id"], before)
        self.assertEqual(self.engine.inspect("shop-1")["State"]["Running"], True)

    def test_a_server_that_does_not_last_stops_the_change_at_the_first(self):
        self.start()
        self.apply(self.site("a page\n"))
        self.await_pages("a page\n", "a page\n")
        kept = self.engine.inspect("shop-2")["Id"]
        self.apply(self.site("a page\n", command=["sh", "-c", "echo no such directive >&2; exit 3"]))
        self.assertIn("no such directive", self.await_phase("shop", "Degraded")["message"])
        self.assertEqual(self.engine.inspect("shop-2")["Id"], kept)
        self.apply(self.site("a page\n"))
        self.await_pages("a page\n", "a page\n")
        self.assertEqual(self.engine.inspect("shop-2")["Id"], kept)


if __name__ == "__main__":
    main()
