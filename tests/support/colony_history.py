"""What happened to the processes of a colony, as they wrote it down themselves, and what of it must not have."""
import collections
import datetime
import os
import random
import time

from colonies.api import Refused
from colony_agent import CANCELLED, FAILED, SUCCESSFUL

# What is alive for so many seconds behind its time limit was not ended in time. Campaigns run the optimised program; with
# sanitizers, beside other tests, it may get no turn for some time.
LATE = 0.05 if "FORAGER_SOAK_SEED" in os.environ else 2

# Each run of a process leaves lines of a file. While it or anything that it started lives, it holds a lock: a second
# run that begins meanwhile finds it taken.
SCRIPT = r"""
local RUN = [[
exec 9>>"locks/$COLONIES_PROCESS_ID"
tell() { echo "$COLONIES_PROCESS_ID $1 $(date +%s.%N)" >>history; }
flock -n 9 || tell overlap
tell begun
i=0
while [ $i -lt $1 ]; do sleep 0.05; tell alive; i=$((i+1)); done
tell done
]]
local function run(ticks)
  sh { "sh", "-c", RUN, "-", tostring(ticks), cwd = "FOLDER" }
end
forager.func { name = "demo.work", args = { { "ticks", "integer" } }, run = function(ctx, ticks)
  ctx:log("%d ticks", ticks)
  run(ticks)
  return ticks
end }
forager.func { name = "demo.broken", args = { { "ticks", "integer" } }, run = function(ctx, ticks)
  run(ticks)
  error "as it should"
end }
forager.func { name = "demo.durable", durable = true, args = { { "ticks", "integer" } }, run = function(ctx, ticks)
  ctx:step("first", function() run(ticks) end)
  ctx:sleep(ticks / 100)
  ctx:step("second", function() run(1) end)
  return ticks
end }
"""


class Load:
    """Processes of all kinds, handed in past all faults."""

    def __init__(self, test, seed):
        self.test = test
        self.chance = random.Random(seed)
        self.expected = {}  # id: what it is
        self.cancelled = {}  # id: when
        self.deaths = []  # of the agent: (killed, up again)
        self.server_deaths = []  # or of its database: (from, to)
        (test.folder / "locks").mkdir()

    def give(self, count):
        for _ in range(count):
            kind = self.chance.choice(["work", "work", "broken", "durable", "limited", "cancelled"])
            ticks = self.chance.randrange(12)
            fields = {"maxexectime": 1 + ticks % 2, "maxretries": 1} if kind == "limited" else {}
            function = {"limited": "work", "cancelled": "work"}.get(kind, kind)
            if kind in ("limited", "cancelled"):
                ticks = self.chance.choice([5, 15, 25, 60, 120])
            spec = self.test.colony.spec("demo." + function, ticks, **fields)
            process = self.test.colony.setup("submitfuncspecmsg", self.test.colony.user.key, spec=spec)
            self.expected[process["processid"]] = (kind, ticks)

    def cancel_some(self):
        due = [id for id, (kind, _) in self.expected.items() if kind == "cancelled" and id not in self.cancelled]
        for id in due:
            try:
                self.test.colony.setup("cancelprocessmsg", self.test.colony.user.key, processid=id)
            except Refused as refused:  # it was faster
                if "Tried to cancel" not in str(refused):
                    raise
            self.cancelled[id] = time.time()

    # The end of it

    def lines(self):
        told = collections.defaultdict(list)
        for line in (self.test.folder / "history").read_text().splitlines():
            id, what, at = line.split()
            told[id].append((what, float(at)))
        return told

    def check(self):
        ended = {id: self.test.ended_process(id) for id in self.expected}
        self.test.until(lambda: not self.test.children(), "all commands to be gone")
        lines = self.lines()
        for id, (kind, ticks) in self.expected.items():
            process = self.with_errors(ended[id])
            with self.test.subTest(process=id, kind=kind, lines=lines[id]):
                self.check_end(process, kind, ticks)
                self.check_runs(process, kind, lines[id])

    def check_end(self, process, kind, ticks):
        test, state = self.test, process["state"]
        allowed = {"broken": [FAILED], "limited": [SUCCESSFUL, FAILED], "cancelled": [CANCELLED, SUCCESSFUL]}
        test.assertIn(state, allowed.get(kind, [SUCCESSFUL]), process["errors"])
        if state == SUCCESSFUL:
            test.assertEqual(process["out"], [ticks])
        elif state == FAILED and self.died_while_failing(process) and not process["errors"]:
            pass  # the server knew, and had no time to write it
        elif kind == "broken":
            test.assertRegex(process["errors"][0], "as it should")
        elif kind == "limited":
            test.assertEqual(process["errors"], ["Maximum execution time limit exceeded"])

    def check_runs(self, process, kind, lines):
        test, whats = self.test, [what for what, _ in lines]
        test.assertNotIn("overlap", whats, "two runs of one process at once")
        if process["state"] == SUCCESSFUL and kind != "durable":
            test.assertIn("done", whats, "a success that did not happen")
        if kind == "durable":
            test.assertGreaterEqual(whats.count("done"), 2)
        last = max((at for what, at in lines if what == "alive"), default=0)
        if kind == "limited" and process["state"] == FAILED and not self.was_dead(seconds(process["execdeadline"]), last):
            test.assertLess(last, seconds(process["execdeadline"]) + LATE,
                            f"alive behind its time limit; deaths: {self.deaths}, of the server: {self.server_deaths}")
        if kind in ("work", "broken"):
            for done, again in zip(lines, lines[whats.index("done") + 1:] if "done" in whats else []):
                test.assertTrue(self.died_between(done[1], again[1]), "finished work was done again")

    # The server writes the state first, and the errors in a statement of their own.

    def with_errors(self, process):
        if process["state"] != FAILED or process["errors"] or self.died_while_failing(process):
            return process
        id = process["processid"]
        return self.test.until(lambda: (seen := self.test.process(id))["errors"] and seen,
                               f"what {id} failed of, which ended at {process['endtime']}; deaths: {self.server_deaths}")

    def died_while_failing(self, process):
        end = seconds(process["endtime"])
        return any(before - 1 < end < after for before, after in self.server_deaths)

    def was_dead(self, limit, last):
        """A dead agent ends nothing when the time comes; the next one does, before it is ready."""
        return any(killed < last < up + 0.05 and limit - 0.6 < up for killed, up in self.deaths)

    def died_between(self, begin, end):
        return any(begin - 1 < killed and up < end + 60 for killed, up in self.deaths)


def seconds(text):
    """Since 1970, of a time as the server writes it."""
    moment, _, fraction = text.rstrip("Z").partition(".")
    whole = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.timezone.utc).timestamp()
    return whole + float("0." + (fraction or "0"))
