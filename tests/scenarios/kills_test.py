#!/usr/bin/env python3
"""Work that is handed in while the agent is killed again and again: kills_test.py FORAGER."""
import http.client
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main

SEED = 20261124
KILLS = 30
INVOCATIONS = 200

# Each run of a step leaves a number that no other run draws, in a file of the step: the recorded one must be the last.
SCRIPT = """
local function step(ctx, name, n)
  return ctx:step(name, function()
    local drawn = tostring(math.random(1 << 60))
    sh { "sh", "-c", 'echo "$1" >>"$2"', "-", drawn, ("%d.%s"):format(n, name), cwd = "FOLDER/effects" }
    return drawn
  end)
end
forager.func { name = "k.work", durable = true, args = { { "n", "integer" } }, run = function(ctx, n)
  local first = step(ctx, "first", n)
  ctx:sleep "20ms"
  local inner = ctx:call("k.inner", n)
  return { first = first, inner = inner, last = step(ctx, "last", n) }
end }
forager.func { name = "k.inner", durable = true, args = { { "n", "integer" } }, run = function(ctx, n)
  return step(ctx, "inner", n)
end }
"""


class Kills(Scenario):
    def test_everything_that_was_accepted_is_done_and_no_recorded_step_is_done_again(self):
        (self.folder / "effects").mkdir()
        self.serve(SCRIPT, agent="concurrency = 8")
        self.accepted = {}
        self.over = False
        self.turns = threading.Semaphore(0)
        client = threading.Thread(target=self.submit_all)
        client.start()
        self.addCleanup(client.join)
        self.addCleanup(self.give_up)
        chance = random.Random(SEED)
        for _ in range(KILLS):
            self.turns.release(-(-INVOCATIONS // KILLS))  # some in each life
            time.sleep(chance.uniform(0, 0.3))  # waits for nothing: the moment is what is tried
            self.restart()
        client.join()
        self.assertEqual((len(self.accepted), len(set(self.accepted.values()))), (INVOCATIONS, INVOCATIONS))
        for n, id in self.accepted.items():
            for step, drawn in self.succeeded(id).items():
                self.assertEqual(drawn, self.effects(n, step)[-1], f"{n}.{step}, seed {SEED}")
        self.assertEqual(self.result("ps", "--open"), [])
        self.assertEqual(len(self.result("ps", "--all")), INVOCATIONS)

    def give_up(self):
        """The client has nobody to wait for any more, when the test has failed before it was done."""
        self.over = True
        self.turns.release(INVOCATIONS)

    def submit_all(self):
        """As a careful client does: what was not answered is handed in again under the same key."""
        for n in range(INVOCATIONS):
            self.turns.acquire()
            while n not in self.accepted and not self.over:
                body = {"function": "k.work", "args": [n], "idempotency_key": str(n)}
                try:
                    self.accepted[n] = self.request("POST", "/v1/invocations", body)["result"]["id"]
                except (OSError, http.client.HTTPException):
                    time.sleep(0.005)

    def effects(self, n, step):
        return (self.folder / "effects" / f"{n}.{step}").read_text().splitlines()


if __name__ == "__main__":
    main()
