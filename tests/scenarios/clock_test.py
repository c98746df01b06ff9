#!/usr/bin/env python3
"""The calendar's clock is set under the agent, both ways: clock_test.py FORAGER CLOCK_SHIFT.so.
A long campaign: `./dev soak clock`."""
import contextlib
import json
import pathlib
import random
import sqlite3
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
SHIM = pathlib.Path(sys.argv.pop(2)).absolute()
from agent_world import Scenario, main
from soak import Soak

SOAK = Soak("clock", rounds=3)  # a round: the clock is set twice under everything that waits
HOUR, DAY = 3600, 86400

SCRIPT = """
forager.func { name = "c.sleep", durable = true, run = function(ctx) mark "sleeps" ctx:sleep "1s" return "up" end }
forager.func { name = "c.wait", durable = true, run = function(ctx)
  return pcall(ctx.wait, ctx, "never", { timeout = "1s" })
end }
forager.func { name = "c.slow", run = function() forager.sleep "1s" return "done" end }
forager.func { name = "c.hold", run = function() forager.sleep "1h" end }
for _, missed in ipairs { "all", "once", "skip" } do
  local flow = forager.workflow("c." .. missed)
  flow:task { "run", run = function() end }
  flow:cron("*/10 * * * *", { missed = missed, zone = "UTC" })
end
"""


class Clock(Scenario):
    def setUp(self):
        super().setUp()
        self.shift_file = self.folder / "shift"
        self.ahead = 0
        self.move(0)
        self.environment |= {"LD_PRELOAD": str(SHIM), "CLOCK_SHIFT": str(self.shift_file)}
        # Where the agent is built with it, it would want to come first.
        self.environment["ASAN_OPTIONS"] = self.environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.serve(SCRIPT, limits='retention = "3650d"')  # which is counted by the calendar

    def move(self, seconds):
        self.ahead += seconds
        with open(self.shift_file, "r+b" if self.shift_file.exists() else "wb") as file:
            file.write(struct.pack("q", self.ahead))

    def look(self):
        """Schedules look at the clock by themselves within a minute, and at once after a reload."""
        self.result("reload")

    def known_schedules(self):
        with contextlib.closing(sqlite3.connect(self.state / "forager.db")) as database:
            return database.execute("SELECT count(*) FROM schedule").fetchone()[0]

    def runs(self, missed):
        rows = self.request("GET", f"/v1/invocations?function=c.{missed}&limit=10000")["result"]
        return [row["id"] for row in rows]

    def test_who_waits_for_a_length_of_time_waits_just_as_long(self):
        with SOAK:
            chance = random.Random(SOAK.seed)
            for _ in range(SOAK.rounds):
                there = chance.choice((-1, 1)) * chance.randrange(HOUR, 400 * DAY)
                self.wait_while_the_clock_is_set(there, restart=chance.random() < 0.3)
            SOAK.tell(2 * SOAK.rounds, "settings of the clock")

    def wait_while_the_clock_is_set(self, there, restart):
        begun = time.monotonic()
        seen = len(self.marks())
        sleeps, waits = self.submit("c.sleep"), self.submit("c.wait")
        slow, late = self.submit("c.slow", "--timeout", "1h"), self.submit("c.hold", "--timeout", "1s")
        self.await_mark("sleeps", seen + 1)
        self.move(there)
        if restart:
            self.restart()
        self.assertEqual(self.succeeded(sleeps), "up")
        self.assertGreaterEqual(time.monotonic(), begun + 1)
        self.move(-there)
        self.assertEqual(self.succeeded(waits)[0], False)
        self.assertEqual(self.succeeded(slow), "done")
        self.assertEqual(self.failed(late)["code"], "timed_out")
        self.assertLess(time.monotonic(), begun + HOUR / 2)

    def test_schedules_follow_it_and_no_run_comes_twice(self):
        self.until(lambda: self.known_schedules() == 3, "the schedules to begin with the present")
        self.move(600 - int(time.time()) % 600 + 60)  # a minute behind a due time
        self.look()
        self.until(lambda: self.runs("once"), "the run of the first leap")
        before = {missed: len(self.runs(missed)) for missed in ("all", "once", "skip")}
        self.move(HOUR)
        self.look()
        self.until(lambda: len(self.runs("all")) == before["all"] + 6, "six runs that the clock has left out")
        self.until(lambda: len(self.runs("once")) == before["once"] + 1, "one run for all of them")
        seen = {missed: self.runs(missed) for missed in ("all", "once", "skip")}
        self.move(-HOUR)
        for _ in range(6):
            self.move(600)
            self.look()
        self.restart()
        self.assertEqual({missed: self.runs(missed) for missed in ("all", "once", "skip")}, seen)
        self.move(600)
        self.look()
        self.until(lambda: len(self.runs("all")) == len(seen["all"]) + 1, "the next run")

    def test_a_delay_is_over_when_the_clock_says_so(self):
        id = self.submit("c.slow", "--delay", "2d")
        self.move(3 * DAY)
        self.restart()
        self.assertEqual(self.succeeded(id), "done")

    def test_nothing_is_forgotten_when_the_clock_was_wrong(self):
        id = self.submit("c.slow")
        self.succeeded(id)
        for there in (-400 * DAY, DAY):
            self.move(there)
            self.restart()
            self.assertEqual(self.succeeded(id), "done")
            self.move(-there)

    def ages(self):
        """What the agent knows of its clock, if anything."""
        with contextlib.closing(sqlite3.connect(self.state / "forager.db")) as database:
            row = database.execute("SELECT value FROM value WHERE space = '' AND key = 'ages'").fetchone()
        return json.loads(row[0]) if row else {"ahead": 0, "seen": 0}

    def test_nothing_is_forgotten_when_the_clock_is_wrong_at_the_start(self):
        id = self.submit("c.slow")
        self.succeeded(id)
        self.until(lambda: self.ages()["seen"], "the agent to know its clock")
        self.kill()
        self.move(5000 * DAY)  # beyond the retention
        for _ in range(2):
            self.start()
            self.until(lambda: self.ages()["ahead"], "the agent to doubt its clock")
            self.succeeded(self.submit("c.slow"))
            self.assertEqual(self.succeeded(id), "done")
            self.kill()


if __name__ == "__main__":
    main()
