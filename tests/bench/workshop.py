"""What an author of scripts waits for: a week of a schedule in a test, and recorded runs that are run again."""
import contextlib
import json
import subprocess
import tempfile
import time
from pathlib import Path

from measure import Aim, Benchmark, Column, Failed, Runner

NAME = "workshop"
TITLE = "a week in a test, and runs that are recorded and replayed"
WEEK, RUNS = "a week", "runs"
OURS, BARE = "forager test", "lua5.4, the same calls"
RECORD, REPLAY = "forager record", "forager replay"
EVERY = 300  # seconds
CALLS = 7 * 24 * 3600 // EVERY

SCRIPT = f"""
local forager = require "forager"
forager.every("{EVERY}s", function() forager.sh("probe " .. os.time()) end)
"""
TEST = f"""
local test = require "forager.test"
test.it("goes on for a week", function(t)
  t:fake("sh", "well")
  t:load "week.lua"
  t:advance "7d"
  t:equal(#t:calls "sh", {CALLS} + 1)
end)
"""
LOOP = f"""
local calls = {{}}
local function sh(line) calls[#calls + 1] = line; return {{ stdout = "well" }} end
for i = 0, {CALLS} do sh("probe " .. i * {EVERY}) end
assert(#calls == {CALLS} + 1)
"""
# Commands, sleeps, races, chance and time: what differs from run to run.
RUN = """
local forager = require "forager"
math.randomseed(tonumber((...)))
local said = {}
local function note(text) said[#said + 1] = text end
local deeds = {
  function() note(forager.sh("echo $$").stdout) end,
  function() forager.sleep(math.random() * 0.01) end,
  function() note(tostring(forager.time.now())) end,
  function() note(select(2, pcall(forager.sh, "exit " .. math.random(9))).code) end,
  function()
    note(forager.race(
      function() return forager.sh("sleep 0.0" .. math.random(9) .. "; echo $$").stdout end,
      function() return forager.sh("sleep 0.0" .. math.random(9) .. "; echo $$").stdout end))
  end,
  function() note(select(2, pcall(forager.timeout, "10ms", forager.sleep, 1)).code) end,
}
for _ = 1, 6 do deeds[math.random(#deeds)]() end
return said
"""


def benchmark(kit, quick):
    bed = Bed(kit, 5 if quick else 200)
    lua, no_lua = kit.lua()
    return Benchmark(
        name=NAME, title=TITLE, unit="seconds of wall time", rounds=1 if quick else 5, baseline=BARE,
        columns=(Column("value", "s", 1, 3), Column("same", "runs that went as they had gone")), sample=None, around=bed,
        runners=(Runner(OURS, group=WEEK, take=bed.test_a_week), Runner(BARE, group=WEEK, missing=no_lua, take=lambda: bed.loop(lua)),
                 Runner(REPLAY, group=RUNS, take=bed.replay), Runner(RECORD, group=RUNS, take=bed.record)),
        aims=(Aim("a week within a second", lambda result: result.median(OURS, group=WEEK), lambda actual: actual < 1, "s"),
              Aim(f"all {bed.count} runs go as they went", lambda result: min(result.values(REPLAY, "same", RUNS)),
                  lambda actual: actual == bed.count, "runs")),
        notes=(f"The week is a schedule of every {EVERY} s whose function runs a command: {CALLS} calls, answered by the test. lua5.4 does no more "
               "than a loop over the same calls.",
               f"{bed.count} runs of commands, sleeps, races, time-outs, chance and time, one program each; a replay is one where result, lines and all "
               "calls are what they were."))


class Bed(contextlib.AbstractContextManager):
    """A folder with the scripts; the tapes of the latest round are there."""

    def __init__(self, kit, count):
        self.forager, self.count = str(kit.forager), count
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        for name, text in (("week.lua", SCRIPT), ("week_test.lua", TEST), ("loop.lua", LOOP), ("run.lua", RUN)):
            (self.folder / name).write_text(text)
        self.record()
        return self

    def __exit__(self, *about):
        return self.stack.__exit__(*about)

    def run(self, *words, check=True):
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise Failed(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def taken(self, work):
        begun = time.perf_counter()
        same = work()
        sample = {"value": time.perf_counter() - begun}
        return sample if same is None else {**sample, "same": same}

    def test_a_week(self):
        return self.taken(lambda: self.run(self.forager, "test", "week_test.lua") and None)

    def loop(self, lua):
        return self.taken(lambda: self.run(lua, "loop.lua") and None)

    def record(self):
        def each():
            for seed in range(self.count):
                self.run(self.forager, "record", "run.lua", str(seed), "--out", f"{seed}.tape")
        return self.taken(each)

    def replay(self):
        def each():
            return sum(self.is_same(self.run(self.forager, "replay", f"{seed}.tape", "--json", check=False)) for seed in range(self.count))
        return self.taken(each)

    @staticmethod
    def is_same(done):
        return done.returncode == 0 and json.loads(done.stdout)["result"]["identical"]
