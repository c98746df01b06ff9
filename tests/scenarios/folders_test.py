#!/usr/bin/env python3
"""The folders that an agent's commands begin in, and what becomes of them: folders_test.py FORAGER."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main

SCRIPT = """
local function here() return sh("pwd").stdout:sub(1, -2) end
forager.func { name = "t.here", run = function()
  local mode = sh("stat -c %a .").stdout:sub(1, -2)
  sh "echo one >file; mkdir -p deep/er; chmod 0 deep"
  local seen = sh("cat file").stdout
  local python = forager.python { code = "import os\\nresult = [os.getcwd(), os.path.exists('file')]" }
  return { here = here(), mode = mode, seen = seen, python = python,
           named = sh("pwd", { cwd = "FOLDER" }).stdout:sub(1, -2), files = forager.files.exists "marks" }
end }
forager.func { name = "t.meet", run = function(ctx, name)
  sh("echo " .. name .. " >thumb.png")
  mark(name)
  hold "gate"
  return sh("cat thumb.png").stdout
end }
forager.func { name = "t.calls", run = function(ctx) return { here(), ctx:call "t.inner", here() } end }
forager.func { name = "t.inner", run = here }
forager.func { name = "t.fails", run = function() mark(here()) error "no" end }
forager.func { name = "t.slow", run = function() mark(here()) sh "sleep 1000" end }
forager.func { name = "t.plain", run = function(ctx) return 1 end }
forager.func { name = "t.lasts", durable = true, run = function(ctx)
  ctx:step("make", function() sh "echo made >file" mark(here()) end)
  ctx:wait "go"
  return ctx:step("use", function() return sh("cat file").stdout end)
end }
"""


class Folders(Scenario):
    def left(self):
        scratch = self.state / "scratch"
        return sorted(path.name for path in scratch.iterdir()) if scratch.exists() else []

    def test_commands_and_python_begin_in_a_folder_of_their_invocation_which_goes_with_it(self):
        self.serve(SCRIPT)
        self.assertEqual(self.run_work("t.plain"), 1)
        self.assertFalse((self.state / "scratch").exists())
        first, second = self.run_work("t.here"), self.run_work("t.here")
        folder = pathlib.Path(first["here"])
        self.assertEqual(folder.parent, self.state / "scratch")
        self.assertEqual((first["mode"], first["seen"], first["python"]), ("700", "one\n", [str(folder), True]))
        self.assertNotEqual(first["here"], second["here"])
        self.assertEqual(first["named"], str(self.folder))
        self.assertEqual(self.left(), [])
        self.assertFalse((self.folder / "file").exists())

    def test_invocations_at_once_do_not_meet(self):
        self.serve(SCRIPT)
        ids = [self.submit("t.meet", name) for name in ("a", "b")]
        for name in ("a", "b"):
            self.await_mark(name)
        self.open_gate()
        self.assertEqual([self.succeeded(id) for id in ids], ["a\n", "b\n"])

    def test_what_a_function_calls_has_a_folder_of_its_own(self):
        self.serve(SCRIPT)
        before, inner, after = self.run_work("t.calls")
        self.assertEqual(before, after)
        self.assertNotEqual(before, inner)

    def test_built_in_functions_have_one_too(self):
        self.serve(SCRIPT)
        self.assertEqual(pathlib.Path(self.run_work("unix.unix_command", "pwd").strip()).parent, self.state / "scratch")
        code = "import os\ndef f(): return os.getcwd()"
        self.assertEqual(pathlib.Path(self.run_work("python.python_code", code)).parent, self.state / "scratch")
        self.assertEqual(self.run_work("unix.unix_command", "pwd", "--kw", f"cwd={self.folder}"), f"{self.folder}\n")
        self.assertEqual(self.left(), [])

    def test_it_is_removed_after_failures_cancellations_and_deaths(self):
        self.serve(SCRIPT)
        self.failed(self.submit("t.fails"))
        self.assertEqual(self.left(), [])
        id = self.submit("t.slow")
        self.until(lambda: len(self.marks()) == 2, "it to run")
        self.result("cancel", id)
        self.end_of(id)
        self.assertEqual(self.left(), [])
        self.submit("t.slow")
        self.until(lambda: len(self.marks()) == 3, "it to run")
        (pathlib.Path(self.marks()[-1]) / "left").touch()
        self.restart()
        self.until(lambda: len(self.marks()) == 4, "it to be begun again")
        self.assertEqual(len(self.left()), 1)
        self.assertFalse((pathlib.Path(self.marks()[-1]) / "left").exists())

    def test_that_of_a_durable_function_lasts_until_its_end(self):
        self.serve(SCRIPT)
        ended, id = self.submit("t.lasts"), self.submit("t.lasts")
        self.until(lambda: len(self.marks()) == 2, "both to wait")
        self.assertEqual(len(self.left()), 2)
        self.restart()
        self.result("signal", ended, "go")
        self.assertEqual(self.succeeded(ended), "made\n")
        self.until(lambda: len(self.left()) == 1, "its folder to be gone")
        self.result("cancel", id)
        self.end_of(id)
        self.until(lambda: not self.left(), "its folder to be gone")

    def test_one_of_a_durable_function_that_was_called_and_not_submitted_goes_with_it(self):
        self.serve('forager.func { name = "t.it", durable = true, run = function(ctx) return sh("pwd").stdout end }')
        self.assertIn("scratch", self.result("call", "t.it"))
        self.assertEqual(self.left(), [])


main()
