#!/usr/bin/env python3
"""What becomes of Python code, and of the processes that fork for it, when the agent dies: python_test.py FORAGER."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main

SCRIPT = """
local function python(code, env)
  return forager.python { code = code, python = "/usr/bin/python3", cwd = "FOLDER", env = env }
end
forager.func { name = "t.parent", run = function() return python "import os\\nresult = os.getppid()" end }
forager.func { name = "t.long", run = function()
  return python "import subprocess, time\\nsubprocess.Popen(['sleep', '3600'], start_new_session=True)\\nopen('begun', 'w')\\ntime.sleep(3600)"
end }
"""


def lives(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


class Python(Scenario):
    def warm(self):
        """Gives the process that forks for all later calls."""
        self.serve(SCRIPT)
        self.assertEqual(self.result("call", "t.parent"), self.agent.pid, "the first one is the agent's own child")
        nursery = self.result("call", "t.parent")
        self.assertNotEqual(nursery, self.agent.pid)
        self.assertEqual(self.result("call", "t.parent"), nursery)
        return nursery

    def begin(self):
        self.submit("t.long")
        self.until((self.folder / "begun").exists, "the code to begin")

    def test_what_forks_ends_with_a_killed_agent_and_what_it_forked_with_the_next(self):
        nursery = self.warm()
        self.begin()
        left = [process for process in self.children() if process != nursery]
        self.assertEqual(len(left), 2)
        self.kill()
        self.until(lambda: not lives(nursery), "the nursery to see that it is alone")
        self.assertTrue(all(map(lives, left)))
        self.start()
        self.assertFalse(any(map(lives, left)), "gone when the next agent is ready")

    def test_all_of_it_is_gone_when_the_agent_has_stopped(self):
        nursery = self.warm()
        self.begin()
        left = self.children()
        self.assertIn(nursery, left)
        self.stop()
        self.assertFalse(any(map(lives, left)))

    def test_code_that_was_forked_is_cancelled_with_what_it_started(self):
        nursery = self.warm()
        id = self.submit("t.long")
        self.until((self.folder / "begun").exists, "the code to begin")
        left = [process for process in self.children() if process != nursery]
        self.assertEqual(self.forager("cancel", id).returncode, 0)
        self.await_state(id, "cancelled")
        self.until(lambda: not any(map(lives, left)), "both processes to be gone")
        self.assertTrue(lives(nursery))

    def test_a_nursery_that_is_killed_is_replaced(self):
        nursery = self.warm()
        os.kill(nursery, signal.SIGKILL)
        self.assertNotIn(self.result("call", "t.parent"), (nursery, self.agent.pid))


if __name__ == "__main__":
    main()
