#!/usr/bin/env python3
"""Syncs that are killed at each of their steps, and two at once with faults: colony_kills_test.py FORAGER."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, main
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_files import FilesTest
from fault_proxy import FaultProxy
from premises import until
from redis_server import free_port

LARGE = random.Random(1).randbytes(20_000_000)  # three parts, three ranges


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Proxied(FilesTest):
    """With a network before the colony, and one before the store."""
    proxied = True

    def setUp(self):
        super().setUp()
        self.network = self.enterContext(FaultProxy(self.s3.port, free_port()))
        self.environment["AWS_S3_ENDPOINT"] = f"127.0.0.1:{self.network.port}"

    def begin(self, *args):
        return subprocess.Popen([FORAGER, "fs", *map(str, args), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True, cwd=self.folder, env=self.environment)

    def killed_when_held(self, where, *args):
        run = self.begin(*args)
        until(lambda: where.held, lambda: f"nothing is held; {run.poll()}")
        run.kill()
        run.communicate()
        for network in (self.proxy, self.network):
            network.cut()
            network.heal()

    def is_settled(self, label, folder, files):
        """What is there is there once, on both sides, and nothing else."""
        self.assertEqual(self.tree(folder), files)
        self.assertEqual(set(self.files_at(label)), set(files))
        recorded = [self.revisions(label, name) for name in files]
        keys = [revision["ref"]["s3object"]["object"] for revisions in recorded for revision in revisions]
        self.assertEqual(sorted(keys), sorted(self.objects()))
        self.assertEqual(self.s3.uploads(self.bucket), [])
        self.leaves_no_notes()
        return recorded

    def leaves_no_notes(self):
        """Of what was to be sent; that of an upload whose end nobody heard of goes when it is old."""
        self.assertEqual(list(self.state.rglob("sending-*")), [])


class Uploads(Proxied):
    def steps(self):
        """Where an upload is stopped: in the store's parts, and in the colony's records."""
        return {"half the parts are there": (self.network, "hold", "partNumber=3"),
                "all parts are there": (self.network, "hold", "?uploadId="),
                "the object is there, and nobody knows": (self.network, "hold_reply", "?uploadId="),
                "the object is there without a record": (self.proxy, "hold", "addfilemsg"),
                "the record is there, and nobody knows": (self.proxy, "hold_reply", "addfilemsg")}

    def killed_at_each_step(self):
        """Gives the step's name when the sync of `d` was killed there; what a test makes of it is removed again."""
        for step, (where, act, about) in self.steps().items():
            with self.subTest(step):
                self.write("d/large", LARGE)
                getattr(where, act)(about)
                self.killed_when_held(where, "sync", "d", "/l")
                yield step
                self.clear()

    def clear(self):
        shutil.rmtree(self.folder / "d")
        self.fs("rm", "/l", "-r")

    def test_the_next_sync_goes_on(self):
        for _ in self.killed_at_each_step():
            report = self.fs("sync", "d", "/l")
            self.assertEqual(report["conflicts"], 0)
            [revisions] = self.is_settled("/l", "d", {"large": LARGE})
            self.assertEqual(len(revisions), 1)

    def test_a_file_that_is_another_one_by_then_leaves_nothing_of_the_first(self):
        for _ in self.killed_at_each_step():
            self.write("d/large", LARGE[:-1])
            self.fs("sync", "d", "/l")
            [revisions] = self.is_settled("/l", "d", {"large": LARGE[:-1]})
            self.assertLessEqual(len(revisions), 2)

    def test_a_file_that_is_gone_by_then_leaves_nothing_unless_it_was_recorded(self):
        for step in self.killed_at_each_step():
            (self.folder / "d/large").unlink()
            self.fs("sync", "d", "/l")
            self.is_settled("/l", "d", {"large": LARGE} if step.startswith("the record") else {})

    def test_a_put_goes_on_or_leaves_nothing(self):
        for content in (LARGE, LARGE[:-1]):
            with self.subTest(len(content)):
                self.write("d/large", LARGE)
                self.network.hold("partNumber=3")
                self.killed_when_held(self.network, "put", "d/large", "/l")
                self.write("d/large", content)
                self.fs("put", "d/large", "/l")
                self.is_settled("/l", "d", {"large": content})
                self.clear()


class Downloads(Proxied):
    def setUp(self):
        super().setUp()
        self.write("seed/large", LARGE)
        self.fs("sync", "seed", "/l")
        self.network.hold("bytes=8388608-")
        self.killed_when_held(self.network, "sync", "d", "/l")

    def test_half_a_download_is_no_file_and_is_gone_on_with(self):
        self.assertFalse((self.folder / "d/large").exists())
        self.fs("sync", "d", "/l")
        self.is_settled("/l", "d", {"large": LARGE})

    def test_half_a_download_of_what_has_changed_or_gone_leaves_nothing(self):
        self.write("seed/large", b"small")
        self.fs("sync", "seed", "/l")
        self.fs("sync", "d", "/l")
        self.is_settled("/l", "d", {"large": b"small"})
        self.write("seed/large", LARGE)
        self.fs("sync", "seed", "/l")
        self.network.hold("bytes=8388608-")
        self.killed_when_held(self.network, "sync", "d", "/l", "--keep-remote")
        self.fs("rm", "/l", "-r")
        self.fs("sync", "d", "/l")
        self.is_settled("/l", "d", {"large": b"small"})


class Removals(Proxied):
    def test_a_removal_that_is_half_done_is_done_by_the_next_one(self):
        for about in ("hold", "hold_reply"):
            with self.subTest(about):
                self.write("d/keep", "k")
                self.write("d/gone", "g")
                self.fs("sync", "d", "/l")
                (self.folder / "d/gone").unlink()
                getattr(self.proxy, about)("removefilemsg")
                self.killed_when_held(self.proxy, "sync", "d", "/l", "--delete")
                self.fs("sync", "d", "/l", "--delete")
                self.is_settled("/l", "d", {"keep": b"k"})


class TwoAtOnce(Proxied):
    """Two agents, each with a folder of its own and one label, while networks do what they do."""

    def setUp(self):
        super().setUp()
        for who in ("a", "b"):
            for i in range(20):
                self.write(f"{who}/{who}{i}", f"{who} {i}")
            self.write(f"{who}/same", who)
            self.write(f"{who}/large-{who}", os.urandom(9_000_000))

    def nothing_is_lost(self):
        wanted = self.tree("a") | self.tree("b")
        del wanted["same"]
        for who in ("a", "b"):
            self.fs("sync", who, "/l", "--keep-remote")
        self.assertEqual(self.tree("a"), self.tree("b"))
        self.assertEqual(wanted, {name: content for name, content in self.tree("a").items() if name != "same"})
        self.assertIn(self.tree("a")["same"], (b"a", b"b"))
        for revisions in self.is_settled("/l", "a", self.tree("a")):
            if revisions[0]["name"] != "same":
                self.assertEqual(len(revisions), 1)

    def both(self):
        return [self.begin("sync", who, "/l") for who in ("a", "b")]

    def test_lost_answers_and_broken_parts(self):
        self.proxy.drop_reply("addfilemsg", 5)
        self.network.drop_reply("PUT", 4)
        self.network.break_off("PUT", 4)
        for run in self.both():
            out, _ = run.communicate(timeout=PATIENCE)
            self.assertTrue(json.loads(out)["ok"], out)
        self.nothing_is_lost()

    def test_one_is_killed_and_the_store_dies(self):
        self.proxy.hold("addfilemsg", 1)
        runs = self.both()
        self.proxy.await_held()
        self.s3.kill()
        runs[0].kill()
        self.s3.start()
        self.proxy.cut()
        self.proxy.heal()
        for run in runs:
            run.communicate(timeout=PATIENCE)
        for who in ("a", "b"):
            self.fs("sync", who, "/l")
        self.nothing_is_lost()


if __name__ == "__main__":
    main()
