#!/usr/bin/env python3
"""The agent's state on a real disk that is full again and again: full_test.py FORAGER.
A long campaign: `./dev soak full`. Needs a mount namespace of its own; where that is not allowed, nothing is tried."""
import itertools
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main
from mixed_load import HTTP, SCRIPT, MixedLoad
from own_mounts import fill, in_own_mounts, small_disk
from soak import Soak

SOAK = Soak("full", rounds=4)  # a round: the disk is filled and made free again
EACH = 8  # submissions for each round, half of them while it is full


class Full(Scenario):
    def setUp(self):
        super().setUp()
        small_disk(self, self.state, 32)
        self.ballast = self.state / "ballast"

    def test_nothing_is_lost_while_there_is_no_room_and_it_goes_on_when_there_is(self):
        with SOAK, MixedLoad(self, SOAK.seed) as load:
            self.serve(SCRIPT, agent='grace = "1s"', limits="retention_count = 1000000" + HTTP)
            self.waiting, self.cancelled, refusals = self.late(), [], 0
            ways = itertools.cycle((self.go_on, self.stop_meanwhile, self.die_meanwhile))
            for _ in range(SOAK.rounds):
                load.give(EACH // 2)
                fill(self.ballast)
                load.give(EACH // 2)
                self.is_refused_and_says_so()
                refusals += self.cancellation_is_refused()
                next(ways)()
                self.make_room()
                if self.waiting in self.cancelled:
                    self.waiting = self.late()
            self.result("cancel", self.waiting)
            for id in self.cancelled:
                self.assertEqual(self.result("show", id)["state"], "cancelled")
            self.assertGreater(refusals, 0)
            load.finish()
        SOAK.tell(SOAK.rounds, "full disks")
        SOAK.tell(len(load.accepted), "submissions")

    def make_room(self):
        self.ballast.unlink()
        if self.agent.poll() is not None:
            self.start()
        self.until(lambda: not self.status()["trouble"], "the trouble to be over")

    def is_refused_and_says_so(self):
        """As soon as what was free in the file itself is used up."""
        def refused():
            document = self.request("POST", "/v1/invocations", {"function": "k.plain", "args": [-1]})
            return None if document["ok"] else document["error"]

        error = self.until(refused, "a refusal")
        self.assertEqual(error["code"], "limit", error)
        self.assertIn("full", error["message"])
        self.assertIn("full", self.until(lambda: self.status()["trouble"], "the trouble to be told"))

    def late(self):
        work = {"function": "k.plain", "args": [-1], "delay": "1000h"}
        return self.request("POST", "/v1/invocations", work)["result"]["id"]

    def cancellation_is_refused(self):
        """What is so small finds room now and then; when it is acknowledged, it stands."""
        document = self.request("POST", f"/v1/invocations/{self.waiting}/cancel")
        if document["ok"]:
            self.cancelled.append(self.waiting)
            return False
        self.assertIn("full", document["error"]["message"], document)
        self.until(lambda: "full" in self.result("explain", self.waiting), "the explanation to name the trouble")
        self.assertIn("nothing can be kept: the disk", self.log_of_this_life())
        return True

    def status(self):
        return self.request("GET", "/v1/status")["result"]["store"]

    def go_on(self):
        self.assertIsNone(self.agent.poll())

    def die_meanwhile(self):
        self.kill()

    def stop_meanwhile(self):
        self.assertEqual(self.stop(), 0, self.log_of_this_life())


if __name__ == "__main__":
    in_own_mounts(main)
