#!/usr/bin/env python3
"""One large file to a colony and back, killed again and again on its way: colony_large_test.py FORAGER.

`./dev soak large` sets SIZE, in bytes."""
import hashlib
import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, main
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_files import FilesTest
from soak import Soak

SIZE = int(os.environ.get("SIZE", 150_000_000))
BLOCK = 1_000_000
SLOW = 300e6  # bytes a second: none is given more time than a file takes at this rate, before it is killed
UNDER_WAY = 80_000_000  # bytes of parts that a kill may cut
MOST_MEMORY = 80_000_000  # bytes, beside what the program has for a file of no size


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Large(FilesTest):
    sidecar = True

    def make(self, path, chance):
        """Random, and no two blocks alike; gives its checksum."""
        path.parent.mkdir()
        block, digest = chance.randbytes(BLOCK - 8), hashlib.sha256()
        with path.open("wb") as file:
            for number in range(SIZE // BLOCK):
                for piece in (number.to_bytes(8), block):
                    file.write(piece)
                    digest.update(piece)
        return digest.hexdigest()

    def sync(self, folder, kill_after=None):
        """Gives whether it came to its end, and what memory it had at most."""
        # What sanitizers keep of memory that is free again is not the program's.
        sanitizers = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}
        run = subprocess.Popen([FORAGER, "fs", "sync", "--quiet", folder, "/l"], cwd=self.folder, env=self.environment | sanitizers,
                               stdout=subprocess.DEVNULL)
        if kill_after:
            self.wait_for_end_of(run, kill_after)
            os.kill(run.pid, signal.SIGKILL)  # its own method would take the costs away
        _, status, cost = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        self.assertIn(run.returncode, (0, -9) if kill_after else (0,))
        return run.returncode == 0, cost.ru_maxrss * 1024

    @staticmethod
    def wait_for_end_of(run, seconds):
        """Without taking its costs away, as wait() would."""
        process = os.pidfd_open(run.pid)
        select.select([process], [], [], seconds)
        os.close(process)

    def there(self, folder):
        """Bytes that a way has brought so far: parts of an upload, and what a download has beside its target."""
        return sum(path.stat().st_size for root in (self.s3.data, self.folder / folder) for path in root.rglob("*") if path.is_file())

    def bring(self, folder, soak, chance):
        """To its end, however often it is killed. What was there stays there."""
        most, before = 0, 0
        for _ in range(5):
            ended, memory = self.sync(folder, chance.uniform(0.2, 0.2 + SIZE / SLOW))
            most = max(most, memory)
            if ended:
                return most
            soak.tell(1, "kills")
            there = self.there(folder)
            self.assertGreaterEqual(there, before - UNDER_WAY)
            before = there
        return max(most, self.sync(folder)[1])

    def test_it_arrives_whole_however_often_it_is_killed(self):
        (self.folder / "none").mkdir()
        (self.folder / "none" / "empty").touch()
        _, base = self.sync("none")
        with Soak("large", rounds=1) as soak:
            for seed in range(soak.seed, soak.seed + soak.rounds):
                self.round(soak, random.Random(seed), base)
                soak.tell(SIZE // BLOCK, "MB each way")

    def round(self, soak, chance, base):
        checksum = self.make(self.folder / "here" / "large", chance)
        most = self.bring("here", soak, chance)
        self.assertEqual([(one["size"], one["checksum"]) for one in self.revisions("/l", "large")], [(SIZE, checksum)])
        self.assertEqual([path for path in self.s3.data.rglob("*") if path.is_file() and ".sgwtmp" in path.parts], [])
        (self.folder / "here" / "large").unlink()
        most = max(most, self.bring("there", soak, chance))
        with (self.folder / "there" / "large").open("rb") as file:
            self.assertEqual(hashlib.file_digest(file, "sha256").hexdigest(), checksum)
        self.assertLess(most - base, MOST_MEMORY)
        self.assertEqual({path.name for path in (self.folder / "there").iterdir()}, {"large", "empty"})


if __name__ == "__main__":
    main()
