#!/usr/bin/env python3
"""Backups of a real PostgreSQL, of folders and of SQLite files in a real object store: backup_test.py FORAGER."""
import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from backup_world import BackupTest, share_postgres
from postgres_server import KEEPER, PASSWORD
from s3_server import SECRET_KEY

WORKFLOW = pathlib.Path(__file__).parents[2] / "scripts" / "workflows" / "nightly-backup.lua"
FIELDS = ["filename", "bucket", "filepath_s3", "exectime_backup", "size", "size_s3", "exectime_upload_s3"]


def setUpModule():
    share_postgres()


class Databases(BackupTest):
    def test_a_database_is_dumped_and_restored_row_by_row(self):
        result = self.call("backup", verify=True)
        self.assertEqual(list(result)[:7], FIELDS)
        self.assertEqual(result["bucket"], "backups")
        content = self.object(result).read_bytes()
        self.assertEqual((result["size"], result["size_s3"]), (len(content), len(content)))
        self.assertEqual(result["checksum"], "sha256:" + hashlib.sha256(content).hexdigest())
        self.assertEqual(self.stored(), [result["filepath_s3"].lstrip("/")])
        self.addCleanup(self.drop, "copy")
        self.call("restore", into="copy", file=result["filename"], checksum=result["checksum"])
        self.assertEqual(self.postgres.rows("copy"), self.postgres.rows("app"))
        self.assertIn("copy' has", self.fail_to("restore", into="copy")["message"])
        self.postgres.sql("DELETE FROM lines; UPDATE orders SET customer = ''", "copy")
        self.call("restore", into="copy", clean=True)
        self.assertEqual(self.postgres.rows("copy"), self.postgres.rows("app"))

    def test_a_restore_test_leaves_no_database_behind(self):
        before = self.postgres.databases()
        self.call("backup", restore_test=True)
        self.assertEqual(self.call("verify", restore_test=True)["relations"], 4)
        self.assertEqual(self.postgres.databases(), before)

    def test_what_another_program_needs_is_there_it_is_a_plain_dump(self):
        result = self.call("backup")
        listed = subprocess.run(["pg_restore", "--list", self.object(result)], capture_output=True, text=True)
        self.assertIn("TABLE DATA public orders", listed.stdout)

    def test_refusals_are_told_and_leave_nothing(self):
        self.environment["DB_PASSWORD"] = "wrong"
        self.assertIn(f"refuses the password of user '{KEEPER}'", self.fail_to("backup")["message"])
        self.environment["DB_PASSWORD"] = PASSWORD
        error = self.fail_to("backup", database="none")
        self.assertEqual(error["code"], "not_found")
        self.assertIn("there is no database 'none' at 127.0.0.1:", error["message"])
        self.assertIn("refuses the password of user 'nobody'", self.fail_to("backup", user="nobody")["message"])
        error = self.fail_to("backup", port=1)
        self.assertEqual(error["code"], "unreachable")
        self.assertIn("there is no PostgreSQL at 127.0.0.1:1", error["message"])
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.store.uploads("backups"), [])

    def test_a_home_with_a_password_file_is_not_read(self):
        (self.folder / ".pgpass").write_text(f"*:*:*:*:{PASSWORD}\n".replace("\\", "\\\\"))
        (self.folder / ".pgpass").chmod(0o600)
        self.environment["DB_PASSWORD"] = ""
        self.assertIn("wants a password", self.fail_to("backup")["message"])

    def test_connection_variables_of_the_environment_lead_nowhere_else(self):
        (self.folder / "pg_service.conf").write_text("[other]\nhost=127.0.0.1\nport=1\nuser=nobody\ndbname=none\n")
        self.environment |= {"PGSERVICE": "other", "PGSERVICEFILE": str(self.folder / "pg_service.conf"),
                             "PGHOSTADDR": "127.0.0.2", "PGOPTIONS": "-c role=none", "PGCLIENTENCODING": "SQL_ASCII"}
        self.call("backup", restore_test=True)
        self.call("restore", into="copy")
        self.addCleanup(self.drop, "copy")
        self.assertEqual(self.postgres.rows("copy"), self.postgres.rows("app"))

    def test_a_missing_program_is_named_with_its_package(self):
        self.environment["PATH"] = str(self.folder)
        error = self.fail_to("backup")
        self.assertEqual(error["code"], "not_found")
        self.assertIn("postgresql-client", error["message"])

    def test_a_database_that_vanishes_while_it_is_dumped_is_no_backup(self):
        self.postgres.make("victim", rows=10)
        self.addCleanup(self.drop, "victim")
        holder = subprocess.Popen(self.postgres.psql("victim"), stdin=subprocess.PIPE, text=True)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        self.addCleanup(holder.stdin.close)
        holder.stdin.write("BEGIN; LOCK TABLE orders;\n")
        holder.stdin.flush()
        self.start()
        id = self.submit("backup.backup", "--kw", "database=victim")
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'victim' AND wait_event_type = 'Lock'"
        self.until(lambda: self.postgres.sql(waits) == "1", "the dump to wait")
        self.postgres.sql('DROP DATABASE "victim" WITH (FORCE)')
        self.assertIn("PostgreSQL at", self.failed(id)["message"])
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.store.uploads("backups"), [])

    def test_what_a_dump_says_is_seen_in_the_log(self):
        self.start()
        id = self.submit("backup.backup")
        self.succeeded(id)
        self.assertIn("stored backup_app_", "\n".join(self.lines_of(id)))

    def test_each_database_keeps_as_many_as_it_should(self):
        self.postgres.make("other", rows=1)
        self.addCleanup(self.drop, "other")
        strange = self.store.data / "backups" / "backups" / "backup_1700000000.bak"
        strange.parent.mkdir(parents=True)
        strange.write_text("of somebody else")
        first = self.call("backup", database="other")
        made = [self.call("backup", keep=2) for _ in range(4)]
        self.assertEqual([self.object(one).exists() for one in made], [False, False, True, True])
        self.assertTrue(self.object(first).exists() and strange.exists())
        listed = self.call("list", database="app")
        self.assertEqual([one["filename"] for one in listed], [made[3]["filename"], made[2]["filename"]])
        self.assertEqual(len(self.call("list")), 3)
        self.assertEqual(self.call("prune", keep=1)["removed"], [made[2]["filename"]])
        self.assertEqual(self.call("prune", keep_for="0s")["removed"], [])

    def test_a_changed_object_is_seen_before_anything_is_restored(self):
        result = self.call("backup")
        path = self.object(result)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xff
        with open(path, "r+b") as file:
            file.write(content)
        self.fail_to("verify", checksum=result["checksum"])
        before = self.postgres.databases()
        self.fail_to("restore", into="copy", checksum=result["checksum"])
        self.assertEqual(self.postgres.databases(), before)


class Encryption(BackupTest):
    def test_an_encrypted_backup_is_read_by_age_and_by_who_has_the_key(self):
        if not shutil.which("age"):
            self.skipTest("there is no program age: install Debian's package of that name")
        key = self.folder / "backup.key"
        subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
        self.environment["FORAGER_BACKUP_ENCRYPTION_KEY_FILE"] = str(key)
        result = self.call("backup", verify=True)
        self.assertTrue(result["filename"].endswith(".dump.age"))
        opened = self.folder / "opened.dump"
        subprocess.run(["age", "-d", "-i", key, "-o", opened, self.object(result)], check=True)
        self.assertEqual(opened.stat().st_size, result["size"])
        listed = subprocess.run(["pg_restore", "--list", opened], capture_output=True, text=True)
        self.assertIn("TABLE DATA public orders", listed.stdout)
        self.addCleanup(self.drop, "copy")
        self.call("restore", into="copy")
        self.assertEqual(self.postgres.rows("copy"), self.postgres.rows("app"))
        # What age has encrypted is read, too.
        recipient = key.read_text().split("public key: ")[1].split()[0]
        again = subprocess.run(["age", "-r", recipient, opened], capture_output=True, check=True).stdout
        self.object(result).unlink()
        self.object(result).write_bytes(again)
        self.drop("copy")
        self.call("restore", into="copy")
        self.assertEqual(self.postgres.rows("copy"), self.postgres.rows("app"))
        secret = key.read_text().split()[-1]
        self.assertNotIn(secret.encode(), b"".join(path.read_bytes() for path in self.folder.rglob("*.log")))


class Stores(BackupTest):
    def test_a_store_that_is_away_is_told_and_a_local_copy_stays(self):
        self.store.stop()
        self.assertEqual(self.fail_to("backup")["code"], "unreachable")
        self.store.start()
        self.environment["BACKUP_PATH"] = str(self.folder / "dumps")
        result = self.call("backup", local_copy=True)
        self.assertEqual(pathlib.Path(result["filepath_local"]).read_bytes(), self.object(result).read_bytes())

    def test_a_wrong_key_is_told_and_not_shown(self):
        self.environment["AWS_S3_SECRETKEY"] = "not-" + SECRET_KEY
        error = self.fail_to("backup")
        self.assertEqual(error["code"], "refused")
        self.assertNotIn("not-" + SECRET_KEY, json.dumps(error))

    def test_without_a_store_the_family_is_not_available(self):
        for name in [name for name in self.environment if name.startswith("AWS_")]:
            del self.environment[name]
        self.start()
        error = self.refusal("submit", "backup.backup")
        self.assertIn("set [s3] endpoint and bucket", error["message"])

    def test_an_upload_that_died_with_the_agent_is_abandoned_by_the_next_run(self):
        data = self.folder / "data"
        data.mkdir()
        (data / "noise").write_bytes(random.Random(1).randbytes(60_000_000))
        self.start()
        id = self.submit("backup.backup", "--kw", f"directory={data}")
        self.until(lambda: self.store.uploads("backups"), "the first part to be there")
        self.store.freeze()
        self.kill()
        self.store.freeze(False)
        self.assertEqual(self.stored(), [])
        self.start()
        self.succeeded(id)  # begun again
        self.assertEqual(len(self.stored()), 1)
        self.assertEqual(self.store.uploads("backups"), [])
        copy = self.folder / "copy"
        self.call("restore", directory=str(data), into=str(copy))
        self.assertEqual((copy / "noise").read_bytes(), (data / "noise").read_bytes())


class Files(BackupTest):
    def test_a_folder_comes_back_as_it_was(self):
        data = self.folder / "my data"
        (data / "sub").mkdir(parents=True)
        (data / "sub" / "ä b").write_bytes(os.urandom(100_000))
        (data / "sub" / "ä b").chmod(0o640)
        (data / "link").symlink_to("sub/ä b")
        with (data / "sparse").open("wb") as sparse:
            sparse.truncate(20_000_000)
        self.call("backup", directory=str(data), verify=True)
        content = (data / "sub" / "ä b").read_bytes()
        shutil.rmtree(data)
        self.call("restore", directory=str(data))
        self.assertEqual((data / "link").read_bytes(), content)
        self.assertEqual((data / "sub" / "ä b").stat().st_mode & 0o777, 0o640)
        self.assertEqual((data / "sparse").stat().st_size, 20_000_000)
        self.assertLess((data / "sparse").stat().st_blocks, 1000)

    def test_a_sqlite_file_is_backed_up_while_it_is_written(self):
        path = self.folder / "live.db"
        live = sqlite3.connect(path)
        self.addCleanup(live.close)
        live.execute("PRAGMA journal_mode = wal")
        live.execute("CREATE TABLE t (n)")
        live.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
        live.commit()
        live.execute("INSERT INTO t VALUES (-1)")  # of a transaction that is not committed
        self.call("backup", sqlite=str(path), verify=True)
        copy = self.folder / "copy.db"
        self.call("restore", sqlite=str(path), into=str(copy))
        with sqlite3.connect(copy) as restored:
            self.assertEqual(restored.execute("SELECT count(*), sum(n) FROM t").fetchone(), (1000, sum(range(1000))))
        restored.close()
        self.assertEqual({left.name for left in self.folder.glob("copy.db*")}, {"copy.db"})
        self.assertEqual(list(self.folder.glob(".forager-*")), [])
        self.assertIn("is there", self.fail_to("restore", sqlite=str(path))["message"])
        live.close()
        os.chown(path, 65534, 65534)
        path.chmod(0o664)
        self.call("restore", sqlite=str(path), clean=True)
        self.assertEqual((path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o7777), (65534, 65534, 0o664))


class Hook:
    """Keeps what is posted to it."""

    def __init__(self):
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Nightly(BackupTest):
    def setUp(self):
        super().setUp()
        self.hook = self.enterContext(Hook())
        self.environment |= {"BACKUP_HOOK": self.hook.url, "BACKUP_KEEP": "1", "BACKUP_TEST": "true"}

    def test_a_night_dumps_verifies_prunes_and_reports(self):
        shutil.copy(WORKFLOW, self.scripts)
        self.postgres.make("shop", rows=5)
        self.addCleanup(self.drop, "shop")
        self.environment["BACKUP_DATABASES"] = "app, shop"
        self.start()
        for night in range(2):
            self.run_work("nightly-backup")
            report = self.hook.heard[night]
            self.assertEqual((report["ok"], report["failed"], set(report["backups"])), (True, [], {"app", "shop"}))
            self.assertEqual(len(report["backups"]["app"]["pruned"]), night)
        self.assertEqual(len(self.stored()), 2)

    def test_a_night_with_a_database_that_fails_keeps_the_others_and_removes_nothing_of_it(self):
        self.environment["BACKUP_DATABASES"] = "app,gone"
        done = self.forager("run", WORKFLOW)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("no good backup of gone: there is no database 'gone' at 127.0.0.1:", done.stderr)
        report = self.hook.heard[0]
        self.assertIn("there is no database 'gone'", report["why"]["gone"])
        self.assertEqual((report["ok"], report["failed"], list(report["backups"])), (False, ["gone"], ["app"]))

    def test_a_night_without_a_store_says_what_to_set(self):
        for name in [name for name in self.environment if name.startswith("AWS_S3_")]:
            del self.environment[name]
        done = self.forager("run", WORKFLOW)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("no good backup of default: no object store is configured: set [s3] endpoint", done.stderr)


if __name__ == "__main__":
    main()
