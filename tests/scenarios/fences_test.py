#!/usr/bin/env python3
"""What keeps scripts within their limits, and the agent alive beside them: fences_test.py FORAGER."""
import pathlib
import resource
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main

HANGS = """
forager.func { name = "t.hangs", timeout = "1s", run = function()
  mark "begun"
  return string.find(("a"):rep(3000), ("a-"):rep(12) .. "b")
end }
"""


class Limits(Scenario):
    def test_output_is_cut_where_the_command_says_nothing_itself(self):
        self.serve("""
          forager.func { name = "t.long", run = function(ctx, limit)
            return sh("seq 100000", { limit = limit }).stdout
          end }""", limits='output = "8KB"')
        for text in (self.run_work("t.long"), self.run_work("unix.unix_command", "seq 100000")):
            self.assertLess(len(text), 9000)
            self.assertRegex(text, r"\[… \d+ bytes cut …\]")
        self.assertEqual(len(self.run_work("t.long", "1000000")), 588895)

    def test_tasks_beyond_the_limit_are_an_error_that_names_it(self):
        self.serve("""
          forager.func { name = "t.many", run = function(ctx, count)
            for i = 1, count do forager.spawn(forager.sleep, "1h") end
            return "enough"
          end }""", limits="tasks = 100")
        self.assertEqual(self.run_work("t.many", "100"), "enough")
        error = self.failed(self.submit("t.many", "101", "--retries", "0"))
        self.assertEqual(error["code"], "limit")
        self.assertIn("limits.tasks", error["message"])

    def test_descriptors_are_as_many_as_configured(self):
        self.serve("", limits="open_files = 300")
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        words = pathlib.Path(f"/proc/{self.agent.pid}/limits").read_text().split("Max open files")[1].split()[:2]
        self.assertEqual([int(word) for word in words], [min(300, hard), hard])

    def test_permissions_that_are_not_enforced_are_refused(self):
        self.configure(limits=f'\n[[permission]]\nscripts = ["{self.scripts}/*"]\nrun = ["/bin/nothing"]')
        self.script("")
        agent = self.launch()
        self.assertEqual(agent.wait(PATIENCE), 2)
        self.assertIn("[[permission]] is not enforced by this version", self.log.read_text())


class Values(Scenario):
    def test_numbers_that_are_not_finite_are_refused_as_without_an_agent(self):
        script = self.script('forager.func { name = "t.nan", run = function() return { a = { 0/0 } } end }')
        message = "the result.a[1] is not a number (NaN), which is not data"
        self.start()
        for words in (("submit", "t.nan", "--wait"), ("call", "t.nan"), ("call", "--script", script, "t.nan")):
            error = self.refusal(*words)
            self.assertEqual((error["code"], error["message"]), ("bad_arguments", message))


class Computing(Scenario):
    def test_others_are_served_beside_loops_that_never_end(self):
        self.serve("""
          forager.func { name = "t.loop", run = function() mark "loop" while true do end end }
          forager.func { name = "t.one", run = function() return 1 end }""")
        loops = [self.submit("t.loop") for _ in range(10)]
        self.await_mark("loop", 10)
        for _ in range(10):
            self.assertEqual(self.result("call", "t.one"), 1)
        for id in loops:
            self.result("cancel", id)
            self.assertEqual(self.end_of(id)["state"], "cancelled")

    def test_what_hangs_the_agent_is_given_up_after_five_deaths(self):
        self.serve(HANGS)
        id = self.submit("t.hangs")
        for life in range(5):
            self.await_mark("begun", life + 1)
            self.restart()
        error = self.failed(id)
        self.assertEqual(self.marks().count("begun"), 5)
        self.assertIn("died", error["message"])
        self.assertEqual(self.run_work("echo.echo", "x"), "x")


main()
