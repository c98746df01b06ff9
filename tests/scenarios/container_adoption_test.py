#!/usr/bin/env python3
"""Containers that go on when the agent is gone, and are adopted by the next one: container_adoption_test.py FORAGER."""
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from docker_engine import DockerEngine
from docker_test import DockerTest


def setUpModule():
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


# The container says that it has begun, and how often; then it waits, and says more.
WORK = """
local function work()
  return forager.docker.run { image = "IMAGE", network = "none", volumes = { "FOLDER:/out" }, MORE
    command = { "sh", "-c", [[
      echo begun >>/out/marks; echo first; echo aside >&2
      until [ -e /out/gate ]; do sleep 0.05; done
      echo WORD; exit CODE]] }, check = false, on_line = function(line) lines[#lines + 1] = line end }
end
forager.func { name = "a.work", durable = true, orphans = "ORPHANS", run = function(ctx)
  lines = {}
  local done = BODY
  mark "behind"
  return { done = done, lines = lines }
end }
"""
IN_STEP, OUTSIDE = 'ctx:step("run", work)', "work()"


def work(body=IN_STEP, more="", word="second", code=0, orphans="adopt"):
    text = "local lines\n" + WORK.replace("IMAGE", DockerEngine.IMAGE).replace("BODY", body).replace("ORPHANS", orphans)
    return text.replace("MORE", more).replace("WORD", word).replace("CODE", str(code))


class ContainerAdoption(DockerTest):
    def begin_work(self, script=None, **configuration):
        """Gives the id of the work, and that of its container, once that runs."""
        self.configure(**configuration)
        self.script(script or work())
        self.start()
        id = self.submit("a.work")
        self.await_mark("begun")
        (container,) = self.engine.ids("status=running")
        return id, container

    def await_end_of(self, container):
        self.until(lambda: self.engine.ids("status=exited") == [container], "the container's end")

    def check_result(self, id, code=0, begun=1):
        result = self.succeeded(id)
        done = result["done"]
        self.assertGreater(done.pop("seconds"), 0)
        self.assertEqual(done, {"stdout": "first\nsecond\n", "stderr": "aside\n", "code": code})
        self.assertEqual(sorted(result["lines"]), ["aside", "first", "second"])
        self.assertEqual(self.marks(), ["begun"] * begun + ["behind"])
        self.until(lambda: not self.engine.ids(), "everything to be cleaned up")

    def await_adoption(self, id, words="goes on"):
        return self.until(lambda: [line for line in self.lines_of(id) if "adopted" in line and words in line],
                          "the adoption")


class GoesOn(ContainerAdoption):
    def test_without_a_death_it_is_as_always(self):
        id, _ = self.begin_work()
        self.open_gate()
        self.check_result(id)
        self.assertNotIn("adopted", self.log.read_text())

    def test_the_next_agent_waits_for_it(self):
        id, container = self.begin_work(work(code=3))
        self.restart()
        self.await_adoption(id)
        self.assertEqual(self.engine.ids(), [container])
        self.open_gate()
        self.check_result(id, code=3)
        self.assertIn("adopted", self.forager("explain", id).stdout)

    def test_one_that_has_ended_meanwhile_gives_its_result(self):
        for body in (IN_STEP, OUTSIDE):
            with self.subTest(body=body):
                id, container = self.begin_work(work(body, code=3))
                self.kill()
                self.open_gate()
                self.await_end_of(container)
                self.start()
                self.await_adoption(id, "has ended meanwhile")
                self.check_result(id, code=3)
                self.stop()
                for name in ("gate", "marks"):
                    (self.folder / name).unlink()

    def test_it_is_adopted_again_and_again(self):
        id, container = self.begin_work()
        for _ in range(3):
            self.restart()
            self.await_adoption(id)
        self.assertEqual(self.engine.ids(), [container])
        self.open_gate()
        self.check_result(id)

    def test_an_agent_that_is_stopped_leaves_it(self):
        id, container = self.begin_work(agent='grace = "0s"')
        self.stop()
        self.assertEqual(self.engine.ids("status=running"), [container])
        self.start()
        self.await_adoption(id)
        self.open_gate()
        self.check_result(id)
        self.stop()
        self.assertFalse((self.state / "kept-containers").exists())


class Ends(ContainerAdoption):
    def test_it_is_done_again_where_the_function_does_not_say_so(self):
        id, container = self.begin_work(work(orphans="end"))
        self.kill()
        self.open_gate()
        self.start()
        self.check_result(id, begun=2)
        self.assertNotIn("adopted", self.log.read_text())

    def test_another_container_at_its_place_takes_its_place(self):
        id, container = self.begin_work(work(word="other"))
        self.kill()
        self.script(work())
        self.open_gate()
        self.start()
        self.check_result(id, begun=2)

    def test_a_cancellation_ends_it(self):
        id, _ = self.begin_work()
        self.restart()
        self.await_adoption(id)
        self.result("cancel", id)
        self.await_state(id, "cancelled")
        self.assert_clear()

    def test_its_time_counts_from_its_start(self):
        id, _ = self.begin_work(work(more='timeout = "5s",'))
        self.restart()
        self.assertIn("timed out after 5 s", self.failed(id)["message"])
        self.assert_clear()

    def test_one_that_nobody_asks_for_any_more_is_removed(self):
        """Its work ends without it: the script does not run it any more."""
        id, _ = self.begin_work()
        self.kill()
        self.script('forager.func { name = "a.work", durable = true, run = function() return 1 end }')
        self.start()
        self.assertEqual(self.succeeded(id), 1)
        self.until(lambda: not self.engine.ids(), "it to be removed")

    def test_one_that_was_left_behind_by_a_stop_is_removed_when_its_work_has_ended(self):
        id, _ = self.begin_work(agent='grace = "0s"')
        self.stop(signal.SIGTERM)
        (self.scripts / "script.lua").unlink()
        self.start()
        self.result("cancel", id)
        self.until(lambda: not self.engine.ids(), "it to be removed")


if __name__ == "__main__":
    main()
