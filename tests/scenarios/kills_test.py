#!/usr/bin/env python3
"""Work of every kind that is handed in while the agent is killed again and again: kills_test.py FORAGER.
A long campaign: `./dev soak kills`."""
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main, processes_marked
from mixed_load import HTTP, SCRIPT, MixedLoad
from soak import Soak

SOAK = Soak("kills", rounds=30)  # a round is a life of the agent
EACH = 7  # submissions for each life


class Kills(Scenario):
    def test_everything_that_was_accepted_is_done_and_no_recorded_step_is_done_again(self):
        with SOAK, MixedLoad(self, SOAK.seed) as load:
            self.serve(SCRIPT, agent="concurrency = 12", limits="retention_count = 1000000" + HTTP)
            chance = random.Random(SOAK.seed)
            for _ in range(SOAK.rounds):
                load.give(EACH)
                long = chance.random() < 0.05  # so long that files settle
                time.sleep(1.5 if long else chance.uniform(0, 0.3))  # waits for nothing: the moment is what is tried
                self.die_and_rise(load)
            load.finish()
        SOAK.tell(SOAK.rounds, "kills")
        SOAK.tell(len(load.accepted), "submissions")
        SOAK.tell(len(load.hooked) + len(load.files), "hooks and files")

    def die_and_rise(self, load):
        self.kill()
        load.look_at_records()
        orphans = processes_marked(self.marker())
        self.start()
        left = set(orphans) & set(processes_marked(self.marker()))
        self.assertEqual(left, set(), "what a dead agent has left is gone")


if __name__ == "__main__":
    main()
