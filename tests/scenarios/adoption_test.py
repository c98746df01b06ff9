#!/usr/bin/env python3
"""Commands that go on when the agent is gone, and are adopted by the next one: adoption_test.py FORAGER."""
import os
import pathlib
import shutil
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main

# The command says that it has begun, and how often; then it waits, and says more.
WORK = """
forager.func { name = "a.work", durable = true, orphans = "adopt", OPTIONS run = function(ctx)
  local lines = {}
  local done = ctx:step("encode", function()
    return sh { "sh", "-c", [[
      echo $$ >pid; echo begun >>marks; echo first; echo aside >&2
      until [ -e gate ]; do sleep 0.05; done
      echo MORE; exit ${1:-0}]], "-", CODE, cwd = "FOLDER", check = false,
      on_line = function(line) lines[#lines + 1] = line end }
  end)
  mark "behind"
  return { done = done, lines = lines }
end }
"""


def work(options="", more="second", code=0):
    return WORK.replace("OPTIONS", options).replace("MORE", more).replace("CODE", str(code))


class Adoption(Scenario):
    def kept(self):
        """The folders of what is kept."""
        return list((self.state / "kept").glob("*"))

    def keeper(self):
        (folder,) = self.kept()
        return int((folder / "keeper").read_text().split()[0])

    def command(self):
        return int((self.folder / "pid").read_text())

    def begin(self, script=work(), function="a.work", **configuration):
        """Gives the id once the command runs."""
        self.serve(script, **configuration)
        id = self.submit(function)
        self.await_mark("begun")
        return id

    def check_result(self, id, code=0):
        result = self.succeeded(id)
        done = result["done"]
        self.assertGreater(done.pop("seconds"), 0)
        self.assertEqual(done, {"stdout": "first\nsecond\n", "stderr": "aside\n", "code": code})
        self.assertEqual(sorted(result["lines"]), ["aside", "first", "second"])
        self.assertEqual(self.marks(), ["begun", "behind"])
        self.until(lambda: not self.kept() and not self.children(), "everything to be cleaned up")

    def await_adoption(self, id, words="goes on"):
        return self.until(lambda: [line for line in self.lines_of(id) if "adopted" in line and words in line],
                          "the adoption")

    def await_end_of(self, process):
        """Of one that is no child of ours."""
        def gone():
            try:
                return "\nState:\tZ" in pathlib.Path(f"/proc/{process}/status").read_text()
            except OSError:
                return True
        self.until(gone, f"process {process} to end")


class GoesOn(Adoption):
    def test_without_a_death_it_is_as_always(self):
        id = self.begin()
        self.open_gate()
        self.check_result(id)
        self.assertNotIn("adopted", self.log.read_text())

    def test_after_a_kill(self):
        id = self.begin()
        process = self.command()
        self.restart()
        self.await_adoption(id)
        self.assertIn(process, self.children())
        self.assertIn(f"process {process} goes on", self.result("explain", id))
        self.assertIn("was adopted", self.record(id)["note"])
        self.open_gate()
        self.check_result(id)
        self.assertIn(f"process {process} goes on", self.result("explain", id))
        adopted = [line for line in self.log.read_text().splitlines() if "adopted `" in line and "a.work" in line]
        self.assertEqual(len(adopted), 1)
        self.assertIn(id, adopted[0])

    def test_a_keeper_whose_folder_was_removed_ends_with_its_command(self):
        self.begin()
        keeper = self.keeper()
        self.kill()
        shutil.rmtree(self.state / "kept")
        self.open_gate()
        self.await_end_of(keeper)

    def test_after_two_kills(self):
        id = self.begin()
        for _ in range(2):
            self.restart()
            self.await_adoption(id)
        self.open_gate()
        self.check_result(id)

    def test_after_a_kill_before_the_replay(self):
        id = self.begin()
        self.kill()
        self.launch_and_kill_early()
        self.start()
        self.await_adoption(id)
        self.open_gate()
        self.check_result(id)

    def launch_and_kill_early(self):
        agent = self.launch()
        self.until(lambda: f"{agent.pid} " in (self.state / "agent.lock").read_text(), "the agent's mark")
        agent.kill()
        agent.wait()

    def test_when_it_ended_while_no_agent_lived(self):
        for code in (0, 3):
            with self.subTest(code):
                id = self.begin(work(code=code))
                self.kill()
                keeper = self.keeper()
                self.open_gate()
                self.await_end_of(keeper)
                self.start()
                self.check_result(id, code)
                self.await_adoption(id, "has ended meanwhile")
                self.kill()
                for name in ("gate", "marks", "pid"):
                    (self.folder / name).unlink()

    def test_a_stop_leaves_it_running_and_ends_all_else(self):
        id = self.begin("""
        forager.func { name = "a.other", run = function() mark "other" hold "never" end }
        """ + work(), agent='grace = "0s"')
        self.submit("a.other")
        self.await_mark("other")
        process = self.command()
        self.assertEqual(self.stop(), 0)
        self.assertIn(process, self.children())
        (self.folder / "scripts" / "script.lua").unlink()
        self.script(work())
        self.start()
        self.await_adoption(id)
        self.open_gate()
        self.end_of(id)
        self.assertEqual([mark for mark in self.marks() if mark != "other"], ["begun", "behind"])
        self.assertEqual(self.succeeded(id)["done"]["stdout"], "first\nsecond\n")

    def test_several_commands_of_one_step_are_told_apart(self):
        self.serve("""
        forager.func { name = "a.two", durable = true, orphans = "adopt", run = function(ctx)
          return ctx:step("both", function()
            local first = sh { "sh", "-c", "echo one >>marks; echo one", cwd = "FOLDER" }.stdout
            return first .. sh { "sh", "-c", [[echo two >>marks; until [ -e gate ]; do sleep 0.05; done; echo two]],
                                 cwd = "FOLDER" }.stdout
          end)
        end }""")
        id = self.submit("a.two")
        self.await_mark("two")
        self.restart()
        self.await_adoption(id)
        self.open_gate()
        self.assertEqual(self.succeeded(id), "one\ntwo\n")
        self.assertEqual(self.marks(), ["one", "two"])

    def test_outside_of_steps(self):
        self.serve("""
        forager.func { name = "a.plain", durable = true, orphans = "adopt", run = function(ctx)
          return sh { "sh", "-c", [[echo begun >>marks; until [ -e gate ]; do sleep 0.05; done; echo done]],
                      cwd = "FOLDER" }.stdout
        end }""")
        id = self.submit("a.plain")
        self.await_mark("begun")
        self.restart()
        self.await_adoption(id)
        self.open_gate()
        self.assertEqual(self.succeeded(id), "done\n")
        self.assertEqual(self.marks(), ["begun"])

    def test_in_a_function_that_another_one_calls(self):
        self.serve(work() + """
        forager.func { name = "a.outer", durable = true, run = function(ctx) return ctx:call "a.work" end }""")
        id = self.submit("a.outer")
        self.await_mark("begun")
        self.restart()
        self.await_adoption(id)
        self.open_gate()
        self.check_result(id)


class IsEnded(Adoption):
    TREE = """
    forager.func { name = "a.tree", durable = true, orphans = "adopt", OPTIONS run = function(ctx)
      ctx:step("tree", function()
        sh { "sh", "-c", [[
          setsid sleep 1000 & (setsid env -i SCENARIO=FOLDER /bin/sleep 1000 &)
          echo begun >>marks; sleep 1000]], cwd = "FOLDER", TIMEOUT }
      end)
    end }"""

    def tree(self, options="", timeout=""):
        return self.TREE.replace("OPTIONS", options).replace("TIMEOUT", timeout)

    def test_by_a_cancellation_after_its_adoption(self):
        id = self.begin(self.tree(), "a.tree")
        self.restart()
        self.await_adoption(id)
        self.result("cancel", id)
        self.assertEqual(self.end_of(id)["state"], "cancelled")
        self.assertEqual((self.children(), self.kept()), ([], []))

    def test_by_a_cancellation_before_its_adoption(self):
        id = self.begin(self.tree(), "a.tree")
        self.kill()
        (self.scripts / "script.lua").unlink()
        self.start()
        self.assertNotEqual(self.children(), [])
        self.result("cancel", id)
        self.assertEqual(self.end_of(id)["state"], "cancelled")
        self.until(lambda: not self.children() and not self.kept(), "everything to be ended")

    def test_by_the_command_s_own_timeout_after_its_adoption(self):
        id = self.begin(self.tree(timeout='timeout = "1s"'), "a.tree")
        self.restart()
        self.assertEqual(self.failed(id)["code"], "timed_out")
        self.assertEqual((self.children(), self.kept()), ([], []))

    def test_by_the_function_s_timeout_after_its_adoption(self):
        id = self.begin(self.tree('timeout = "1s",'), "a.tree")
        self.restart()
        self.assertEqual(self.failed(id)["code"], "timed_out")
        self.assertEqual((self.children(), self.kept()), ([], []))

    def test_by_the_function_s_end(self):
        self.serve("""
        forager.func { name = "a.left", durable = true, orphans = "adopt", run = function(ctx)
          sh("setsid sleep 1000 >/dev/null 2>&1 &")
        end }""")
        self.succeeded(self.submit("a.left"))
        self.until(lambda: not self.children(), "what was left to be ended")

    def test_when_the_command_has_changed(self):
        id = self.begin()
        old = self.command()
        self.kill()
        self.script(work(more="third"))
        self.start()
        self.await_mark("begun", 2)
        self.assertNotIn(old, self.children())
        self.open_gate()
        self.assertEqual(self.succeeded(id)["done"]["stdout"], "first\nthird\n")

    def test_when_the_function_adopts_nothing_any_more(self):
        id = self.begin()
        old = self.command()
        self.kill()
        self.script(work().replace('orphans = "adopt",', ""))
        self.start()
        self.await_mark("begun", 2)
        self.assertNotIn(old, self.children())
        self.open_gate()
        self.assertEqual(self.succeeded(id)["done"]["stdout"], "first\nsecond\n")

    def test_when_its_keeper_was_killed_while_no_agent_lived(self):
        id = self.begin()
        old = self.command()
        self.kill()
        os.kill(self.keeper(), signal.SIGKILL)
        self.start()
        self.await_mark("begun", 2)
        self.assertNotIn(old, self.children())
        self.open_gate()
        self.assertEqual(self.succeeded(id)["done"]["code"], 0)

    def test_when_its_keeper_is_killed(self):
        id = self.begin()
        os.kill(self.keeper(), signal.SIGKILL)
        self.assertEqual(self.succeeded(id)["done"]["code"], 137)
        self.assertEqual((self.children(), self.kept()), ([], []))

    def test_when_the_machine_was_started_anew(self):
        """Seen from the next agent: another start of the machine, and none of the processes."""
        id = self.begin()
        self.kill()
        for process in (self.keeper(), *self.children()):
            os.kill(process, signal.SIGKILL)
        (folder,) = self.kept()
        (folder / "keeper").write_text(" ".join([*(folder / "keeper").read_text().split()[:2], "another-start"]))
        (folder / "result").write_text("of no use")
        self.start()
        self.await_mark("begun", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id)["done"]["code"], 0)

    def test_when_its_record_is_gone(self):
        self.begin()
        self.kill()
        for file in self.state.glob("forager.db*"):
            file.unlink()
        self.start()
        self.until(lambda: not self.children() and not self.kept(), "everything to be ended")


class Declared(Adoption):
    def test_it_is_for_durable_functions(self):
        for options in ('orphans = "adopt"', 'durable = true, orphans = "keep"'):
            with self.subTest(options):
                self.script(f'forager.func {{ name = "a.bad", {options}, run = function() end }}')
                done = self.forager("check", self.scripts / "script.lua")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("orphans", done.stdout + done.stderr)

    def test_scratch_folders_are_refused(self):
        self.serve("""
        forager.func { name = "a.scratch", durable = true, orphans = "adopt", run = function(ctx)
          ctx:step("s", function() return sh { "pwd", scratch = true }.stdout end)
        end }""")
        self.assertIn("scratch", self.failed(self.submit("a.scratch"))["message"])


if __name__ == "__main__":
    main()
