#!/usr/bin/env python3
"""Backups into, from and onto real disks that are full: backup_full_test.py FORAGER.
Needs a mount namespace of its own; where that is not allowed, nothing is tried."""
import pathlib
import random
import shutil
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from backup_world import BackupTest
from own_mounts import in_own_mounts, small_disk

MEGA = 1_000_000


class Full(BackupTest):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        self.data.mkdir()
        self.small = self.folder / "small"
        self.environment["BACKUP_PATH"] = str(self.small)

    def noise(self, megabytes):
        (self.data / "noise").write_bytes(random.Random(megabytes).randbytes(megabytes * MEGA))

    def is_empty(self, folder):
        self.assertEqual(list(folder.rglob("*")), [])

    def is_not_stored(self):
        self.assertEqual((self.stored(), self.store.uploads("backups")), ([], []))


class FullStore(Full):
    def open_store(self):
        small_disk(self, self.folder / "s3" / "data", 32)
        return super().open_store()

    def test_a_store_without_room_keeps_what_it_had_and_no_part_of_the_new_one(self):
        self.noise(5)
        good = self.call("backup", directory=str(self.data), keep=1)
        self.noise(40)
        error = self.fail_to("backup", directory=str(self.data), keep=1)
        self.assertEqual((error["code"], error["s3_code"]), ("limit", "InsufficientStorage"))
        self.assertEqual(self.stored(), [good["filepath_s3"].lstrip("/")])
        self.assertEqual(self.store.uploads("backups"), [])
        self.assertEqual([one["filename"] for one in self.call("list")], [good["filename"]])
        self.call("verify", directory=str(self.data), checksum=good["checksum"])
        self.noise(6)
        self.call("backup", directory=str(self.data), keep=1)
        self.assertEqual(len(self.stored()), 1)


class FullFolders(Full):
    def test_a_local_copy_without_room_leaves_nothing(self):
        small_disk(self, self.small, 8)
        self.noise(12)
        error = self.fail_to("backup", directory=str(self.data), local_copy=True)
        self.assertEqual(error["code"], "limit")
        self.assertIn("no space left", error["message"])
        self.is_empty(self.small)
        self.is_not_stored()

    def test_a_moment_of_a_database_without_room_leaves_nothing(self):
        small_disk(self, self.small, 2)
        path = self.folder / "large.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE t (b)")
            database.execute("INSERT INTO t VALUES (?)", (b"x" * 4 * MEGA,))
        database.close()
        self.assertIn("full", self.fail_to("backup", sqlite=str(path))["message"])
        self.is_empty(self.small)
        self.is_not_stored()

    def test_a_restore_without_room_leaves_what_was_there(self):
        self.noise(12)
        self.call("backup", directory=str(self.data))
        disk = self.folder / "disk"
        small_disk(self, disk, 8)
        target = disk / "target"
        target.mkdir()
        (target / "old").write_text("old")
        self.fail_to("restore", directory=str(self.data), into=str(target), clean=True)
        self.assertEqual([path.name for path in disk.iterdir()], ["target"])
        self.assertEqual((target / "old").read_text(), "old")
        shutil.rmtree(target)
        self.fail_to("restore", directory=str(self.data), into=str(target))
        self.is_empty(disk)


if __name__ == "__main__":
    in_own_mounts(main)
