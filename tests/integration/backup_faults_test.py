#!/usr/bin/env python3
"""Backups while stores and databases do what goes wrong with them: backup_faults_test.py FORAGER."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import descendants, main
from backup_world import BackupTest, share_postgres
from fault_proxy import FaultProxy
from redis_server import free_port


def setUpModule():
    share_postgres()


def refusal(status, code):
    words = f"<Error><Code>{code}</Code><Message>by the test</Message></Error>".encode()
    return (f"HTTP/1.1 {status} No\r\nContent-Type: application/xml\r\nContent-Length: {len(words)}\r\n\r\n").encode() + words


INTERNAL = refusal(500, "InternalError")
FORBIDDEN = refusal(403, "AccessDenied")


class Proxied(BackupTest):
    """With a network before the store that does what networks do, and a folder that makes a backup of several parts."""

    def setUp(self):
        super().setUp()
        self.proxy = self.enterContext(FaultProxy(self.store.port, free_port()))
        self.environment["AWS_S3_ENDPOINT"] = f"127.0.0.1:{self.proxy.port}"
        self.data = self.folder / "data"
        self.data.mkdir()
        (self.data / "noise").write_bytes(random.Random(1).randbytes(20_000_000))

    def back_up(self, **kwargs):
        return self.call("backup", directory=str(self.data), **kwargs)

    def is_whole(self, result):
        self.assertEqual(self.stored(), [result["filepath_s3"].lstrip("/")])
        self.assertEqual("sha256:" + hashlib.sha256(self.object(result).read_bytes()).hexdigest(), result["checksum"])
        self.assertEqual(self.store.uploads("backups"), [])

    def is_no_backup(self):
        self.proxy.heal()
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.store.uploads("backups"), [])
        self.assertEqual(self.call("list"), [])
        self.assertEqual(self.fail_to("verify", directory=str(self.data))["code"], "not_found")


class Stores(Proxied):
    def test_a_store_in_trouble_for_a_while_has_all_of_it_in_the_end(self):
        for about in ("HEAD /backups", "?uploads=", "partNumber=2", "POST /backups", "GET /backups"):
            self.proxy.answer(INTERNAL, about, times=2)
        self.is_whole(self.back_up(verify=True))

    def test_connections_that_break_in_the_middle_of_a_part_cost_that_part_alone(self):
        for about in ("partNumber=1&", "partNumber=3&"):
            self.proxy.break_off(about)
        self.is_whole(self.back_up())
        self.assertEqual(self.proxy.count("partNumber="), 5)

    def test_answers_that_are_lost_make_no_second_backup(self):
        for about in ("?uploads=", "partNumber=2", "POST /backups/backups/", "HEAD /backups/backups/"):
            self.proxy.drop_reply(about)
        result = self.back_up()
        self.assertEqual(self.stored(), [result["filepath_s3"].lstrip("/")])
        self.assertEqual(len(self.call("list")), 1)

    def test_a_slow_store_is_waited_for(self):
        self.proxy.delay(0.4)
        self.is_whole(self.back_up())

    def test_a_store_that_forbids_something_on_the_way_has_no_backup(self):
        for about in ("?uploads=", "partNumber=2", "POST /backups/backups/"):
            with self.subTest(about):
                self.proxy.answer(FORBIDDEN, about, times=1)
                error = self.fail_to("backup", directory=str(self.data))
                self.assertEqual((error["code"], error["s3_code"]), ("refused", "AccessDenied"))
                self.is_no_backup()

    def test_what_was_stored_and_cannot_be_compared_is_named(self):
        self.proxy.answer(FORBIDDEN, "HEAD /backups/backups/", times=1)
        error = self.fail_to("backup", directory=str(self.data))
        [key] = self.stored()
        self.assertIn(f"it is stored as '{key}' all the same", error["message"])
        self.assertEqual([one["key"] for one in self.call("list")], [key])
        self.call("verify", directory=str(self.data))

    def test_an_upload_that_is_half_there_is_no_backup(self):
        self.start()
        self.proxy.answer(INTERNAL, "partNumber=2", times=100)
        id = self.submit("backup.backup", "--kw", f"directory={self.data}")
        self.until(lambda: self.store.uploads("backups"), "a part to be there")
        self.assertEqual(self.call("list"), [])
        self.assertEqual(self.fail_to("verify", directory=str(self.data))["code"], "not_found")
        self.result("cancel", id)
        self.end_of(id)
        self.is_no_backup()

    def test_nothing_is_removed_where_the_list_breaks_off_or_the_new_one_is_none(self):
        first = self.back_up()
        self.proxy.answer(INTERNAL, "list-type=2", times=100)
        second = self.back_up(keep=1)
        self.assertIn("old backups were not removed", second["warning"])
        self.proxy.heal()
        self.proxy.answer(FORBIDDEN, "POST /backups/backups/")
        self.fail_to("backup", directory=str(self.data), keep=1)
        self.assertTrue(self.object(first).exists() and self.object(second).exists())
        self.proxy.answer(FORBIDDEN, "DELETE /backups/backups/")
        third = self.back_up(keep=1)
        self.assertIn("AccessDenied", third["warning"])
        self.assertEqual((third["removed"], len(self.stored())), (0, 3))
        self.is_whole(self.back_up(keep=1))

    def test_what_cannot_be_read_back_does_not_stay_as_a_backup(self):
        good = self.back_up()
        damaged = b"\x1f\x8bno archive" * 1000
        answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(damaged)}\r\n\r\n".encode() + damaged
        self.proxy.answer(answer, "GET /backups/backups/")
        error = self.fail_to("backup", directory=str(self.data), verify=True, keep=1)
        self.assertIn("removed", error["message"])
        self.is_whole(good)

    def test_what_may_not_be_read_back_stays(self):
        self.proxy.answer(FORBIDDEN, "GET /backups/backups/")
        error = self.fail_to("backup", directory=str(self.data), verify=True)
        [key] = self.stored()
        self.assertIn(f"it is stored as '{key}' all the same", error["message"])

    def test_a_download_that_breaks_off_goes_on_and_one_that_is_forbidden_restores_nothing(self):
        self.back_up()
        copy = self.folder / "copy"
        self.proxy.answer(FORBIDDEN, "GET /backups/backups/")
        self.fail_to("restore", directory=str(self.data), into=str(copy))
        self.assertFalse(copy.exists())
        self.proxy.drop_reply("GET /backups/backups/")
        self.call("restore", directory=str(self.data), into=str(copy))
        self.assertEqual((copy / "noise").read_bytes(), (self.data / "noise").read_bytes())
        self.assertEqual(list(self.folder.glob(".forager-*")), [])

    def test_a_store_that_is_away_leaves_the_local_copy_and_no_other_file(self):
        dumps = self.folder / "dumps"
        self.environment["BACKUP_PATH"] = str(dumps)
        self.proxy.answer(FORBIDDEN, "partNumber=2")
        error = self.fail_to("backup", directory=str(self.data), local_copy=True)
        [copy] = dumps.iterdir()
        self.assertIn(str(copy), error["message"])
        self.is_no_backup()


class Databases(Proxied):
    def test_a_server_that_dies_in_the_middle_of_a_dump_leaves_no_backup(self):
        self.postgres.make("victim", rows=1)
        self.addCleanup(self.drop, "victim")
        noise = random.Random(2)
        rows = "\n".join(f"{n}\t\\\\x{noise.randbytes(100_000).hex()}" for n in range(300))
        self.postgres.sql(f"CREATE TABLE noise (n int, b bytea); GRANT ALL ON noise TO PUBLIC; COPY noise FROM stdin;\n{rows}\n\\.\n",
                          "victim")
        self.start()
        id = self.submit("backup.backup", "--kw", "database=victim")
        self.until(lambda: self.store.uploads("backups"), "the first part to be there")
        [dump] = [process for process in descendants(self.agent.pid) if is_running(process, "pg_dump")]
        os.kill(dump, signal.SIGSTOP)
        self.addCleanup(self.postgres.start)
        self.postgres.kill()
        os.kill(dump, signal.SIGCONT)
        error = self.failed(id)
        self.assertIn("PostgreSQL at 127.0.0.1", error["message"])
        self.is_no_backup_of("victim")

    def is_no_backup_of(self, database):
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.store.uploads("backups"), [])
        self.assertEqual(self.call("list", database=database), [])

    def test_a_restore_whose_store_dies_leaves_no_database(self):
        self.call("backup")
        before = self.postgres.databases()
        for function, words in (("restore", {"into": "copy"}), ("verify", {"restore_test": True})):
            self.proxy.answer(FORBIDDEN, "GET /backups/backups/")
            self.fail_to(function, **words)
            self.assertEqual(self.postgres.databases(), before)


class Kills(Proxied):
    """Of an agent with a durable backup: the next one does it again, and leaves nothing of the first."""

    def setUp(self):
        super().setUp()
        self.dumps = self.folder / "dumps"
        self.environment["BACKUP_PATH"] = str(self.dumps)

    def killed_when_held(self, act, about, **kwargs):
        getattr(self.proxy, act)(about)
        self.start()
        words = [word for name, value in kwargs.items() for word in ("--kw", f"{name}={json.dumps(value)}")]
        id = self.submit("backup.backup", "--kw", f"directory={self.data}", *words)
        self.proxy.await_held()
        self.kill()
        self.proxy.cut()
        self.proxy.heal()
        return id

    def again(self, id, copies=0):
        self.start()
        result = self.succeeded(id)
        self.assertEqual(self.store.uploads("backups"), [])
        self.assertEqual(len(list(self.dumps.iterdir())) if self.dumps.exists() else 0, copies)
        notes = [path for path in self.state.rglob("*") if path.is_file() and "upload" in str(path.parent)]
        self.assertEqual(notes, [])
        self.call("verify", directory=str(self.data), checksum=result["checksum"])
        return result

    def test_parts_without_an_object(self):
        for about in ("partNumber=3", "?uploadId="):
            with self.subTest(about):
                id = self.killed_when_held("hold", about, keep=1)
                self.assertEqual(self.call("list"), [])
                self.is_whole(self.again(id))
                self.stop()
                shutil.rmtree(self.store.data / "backups" / "backups")

    def test_an_object_of_which_nobody_knows_is_whole_and_is_pruned(self):
        for act, about in (("hold_reply", "?uploadId="), ("hold", "HEAD /backups/backups/")):
            with self.subTest(about):
                id = self.killed_when_held(act, about, keep=1)
                self.call("verify", directory=str(self.data))
                self.is_whole(self.again(id))
                self.stop()
                shutil.rmtree(self.store.data / "backups" / "backups")

    def test_half_of_the_old_ones_are_removed(self):
        old = [self.back_up(keep=4) for _ in range(3)]
        id = self.killed_when_held("hold_reply", "DELETE /backups/backups/", keep=1)
        self.assertEqual(len(self.stored()), 3)
        self.assertFalse(self.object(old[0]).exists() and self.object(old[2]).exists())
        self.is_whole(self.again(id))

    def test_the_scratch_database_of_a_restore_test(self):
        before = self.postgres.databases()
        self.proxy.hold("GET /backups/backups/")
        self.start()
        id = self.submit("backup.backup", "--kw", "restore_test=true")
        self.proxy.await_held()
        self.kill()
        self.assertEqual(len(self.postgres.databases() - before), 1)
        self.proxy.cut()
        self.proxy.heal()
        self.start()
        self.succeeded(id)
        self.assertEqual(self.postgres.databases(), before)

    def test_a_local_copy_that_is_on_its_way_or_half_written(self):
        for about in ("partNumber=2", "?uploadId="):
            with self.subTest(about):
                id = self.killed_when_held("hold", about, keep=1, local_copy=True)
                result = self.again(id, copies=1)
                self.is_whole(result)
                self.assertEqual(pathlib.Path(result["filepath_local"]).read_bytes(), self.object(result).read_bytes())
                self.stop()
                shutil.rmtree(self.store.data / "backups" / "backups")
                shutil.rmtree(self.dumps)

    def test_a_moment_of_a_database(self):
        path = self.folder / "live.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE t (b)")
            database.execute("INSERT INTO t VALUES (?)", (random.Random(3).randbytes(20_000_000),))
        database.close()
        self.proxy.hold("partNumber=2")
        self.start()
        id = self.submit("backup.backup", "--kw", f"sqlite={path}")
        self.proxy.await_held()
        self.kill()
        self.proxy.cut()
        self.proxy.heal()
        self.start()
        self.succeeded(id)
        self.assertEqual(list(self.dumps.iterdir()), [])
        self.assertEqual(self.store.uploads("backups"), [])


def is_running(process, program):
    return pathlib.Path(f"/proc/{process}/comm").read_text().strip() == program


if __name__ == "__main__":
    main()
