#!/usr/bin/env python3
"""Two folders with many small files that change, kept in line by way of a colony, killed again and again:
colony_many_test.py FORAGER. `./dev soak many` sets FILES, of which a folder has so many."""
import os
import pathlib
import random
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, main
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_files import FilesTest
from soak import Soak

FILES = int(os.environ.get("FILES", 120))
SOONEST = 0.05  # seconds until one is killed
LATEST = 0.1 + FILES / 200  # as long as all files take where few go in a second


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Many(FilesTest):
    def put(self, side, name, content):
        path = self.folder / side / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def killed(self, chance, *args):
        run = subprocess.Popen([FORAGER, "fs", "sync", "--quiet", *args], cwd=self.folder, env=self.environment,
                               stdout=subprocess.DEVNULL)
        try:
            # As often after a moment as after a while: many have little to do.
            self.assertEqual(run.wait(SOONEST * (LATEST / SOONEST) ** chance.random()), 0)
            return 0
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            return 1

    def settle(self, soak, chance, side, *args):
        soak.tell(sum(self.killed(chance, side, "/l", *args) for _ in range(3)), "kills")
        return self.fs("sync", side, "/l", *args)

    def test_they_are_the_same_in_the_end(self):
        with Soak("many", rounds=2) as soak:
            there = {}
            chance = random.Random(soak.seed)
            for number in range(FILES):
                there[f"{number % 17}/{number}"] = chance.randbytes(chance.randrange(8_000))
            for name, content in there.items():
                self.put("a", name, content)
            self.settle(soak, chance, "a")
            for _ in range(soak.rounds):
                self.settle(soak, chance, "b")
                self.assertEqual(self.tree("b"), there)
                soak.tell(FILES, "files compared")
                self.change(chance, there)
                # What changed in one folder alone wins from there, over what the other one still has.
                self.settle(soak, chance, "a")
                self.settle(soak, chance, "b", "--keep-remote")
                self.settle(soak, chance, "a")
                self.assertEqual(self.tree("a"), there)
                self.assertEqual(self.fs("sync", "b", "/l")["unchanged"], len(there))

    def change(self, chance, there):
        """A few in one folder, and as many new ones in each of them."""
        few = max(1, len(there) // 50)
        for name in chance.sample(sorted(there), few):
            there[name] = chance.randbytes(chance.randrange(8_000))
            self.put("a", name, there[name])
        for side in "ab":
            for _ in range(few):
                name = f"new/{chance.getrandbits(64):x}"
                there[name] = chance.randbytes(100)
                self.put(side, name, there[name])


if __name__ == "__main__":
    main()
