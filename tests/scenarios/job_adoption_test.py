#!/usr/bin/env python3
"""Jobs in a cluster that go on when the agent is gone, and are adopted by the next one: job_adoption_test.py FORAGER."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from kubernetes_test import KubernetesTest


def setUpModule():
    KubernetesTest.begin_cluster()


# The job says that it has begun, and how often; then it waits, and says more.
WORK = """
local lines
local function work()
  return forager.k8s.run_job { image = "IMAGE", pull = "never", volumes = { ["/out"] = "out" }, MORE
    command = [[
      echo begun >>/out/marks; echo first
      until [ -e /out/gate ]; do sleep 0.1; done
      echo WORD; exit CODE]], check = false, on_line = function(line) lines[#lines + 1] = line end }
end
forager.func { name = "a.work", durable = true, orphans = "ORPHANS", run = function(ctx)
  lines = {}
  local done = BODY
  mark "behind"
  return { done = done, lines = lines }
end }
"""
IN_STEP, OUTSIDE = 'ctx:step("run", work)', "work()"


class JobAdoption(KubernetesTest):
    def setUp(self):
        super().setUp()
        self.out = self.share("out")

    def work(self, body=IN_STEP, more="", word="second", code=0, orphans="adopt"):
        text = WORK.replace("IMAGE", self.cluster.IMAGE).replace("BODY", body).replace("ORPHANS", orphans)
        return text.replace("MORE", more).replace("WORD", word).replace("CODE", str(code))

    def begin_work(self, script=None, **configuration):
        """Gives the id of the work, and the name of its job, once that runs."""
        self.configure(**configuration)
        self.script(script or self.work())
        self.start()
        id = self.submit("a.work")
        self.until(lambda: self.begun() == 1, "the job to begin")
        return id, self.only_job()

    def begun(self):
        marks = self.out / "marks"
        return marks.read_text().count("begun") if marks.exists() else 0

    def only_job(self):
        (job,) = self.jobs()
        return job["metadata"]["name"]

    def go(self):
        (self.out / "gate").touch()

    def await_end_of_job(self):
        self.until(lambda: [job for job in self.jobs() if job["status"].get("completionTime") or job["status"].get("failed")],
                   "the job's end")

    def check_result(self, id, code=0, begun=1):
        result = self.succeeded(id)
        done = result["done"]
        self.assertGreater(done.pop("seconds"), 0)
        self.assertEqual(done, {"stdout": "first\nsecond\n", "stderr": "", "code": code})
        self.assertEqual(result["lines"], ["first", "second"])
        self.assertEqual(self.begun(), begun)
        self.assert_no_jobs()

    def await_adoption(self, id, words="goes on"):
        return self.until(lambda: [line for line in self.lines_of(id) if "adopted" in line and words in line],
                          "the adoption")


class GoesOn(JobAdoption):
    def test_the_next_agents_wait_for_it(self):
        id, job = self.begin_work(self.work(code=3))
        for _ in range(2):
            self.restart()
            self.await_adoption(id)
            self.assertEqual(self.only_job(), job)
        self.go()
        self.check_result(id, code=3)

    def test_one_that_has_ended_meanwhile_gives_its_result(self):
        for body in (IN_STEP, OUTSIDE):
            with self.subTest(body=body):
                id, _ = self.begin_work(self.work(body, code=3))
                self.kill()
                self.go()
                self.await_end_of_job()
                self.start()
                self.await_adoption(id, "has ended meanwhile")
                self.check_result(id, code=3)
                self.stop()
                for name in ("gate", "marks"):
                    (self.out / name).unlink()

    def test_an_agent_that_is_stopped_leaves_it(self):
        id, job = self.begin_work(agent='grace = "0s"')
        self.stop()
        self.assertEqual(self.only_job(), job)
        self.start()
        self.await_adoption(id)
        self.go()
        self.check_result(id)
        self.stop()
        self.assertFalse((self.state / "kept-jobs").exists())


class Ends(JobAdoption):
    def test_it_is_done_again_where_the_function_does_not_say_so(self):
        id, _ = self.begin_work(self.work(orphans="end"))
        self.kill()
        self.go()
        self.start()
        self.check_result(id, begun=2)
        self.assertNotIn("adopted", self.log.read_text())

    def test_another_job_at_its_place_takes_its_place(self):
        id, _ = self.begin_work(self.work(word="other"))
        self.kill()
        self.script(self.work())
        self.go()
        self.start()
        self.check_result(id, begun=2)

    def test_a_cancellation_ends_it(self):
        id, _ = self.begin_work()
        self.restart()
        self.await_adoption(id)
        self.result("cancel", id)
        self.await_state(id, "cancelled")
        self.assert_no_jobs()

    def test_its_time_counts_from_its_start(self):
        id, _ = self.begin_work(self.work(more='timeout = "8s",'))
        self.restart()
        self.assertIn("took longer than 8 s", self.failed(id)["message"])
        self.assert_no_jobs()

    def test_one_that_nobody_asks_for_any_more_is_removed(self):
        id, _ = self.begin_work(agent='grace = "0s"')
        self.stop()
        (self.scripts / "script.lua").unlink()
        self.start()
        self.result("cancel", id)
        self.assert_no_jobs()


if __name__ == "__main__":
    main()
