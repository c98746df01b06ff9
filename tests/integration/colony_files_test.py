#!/usr/bin/env python3
"""Files of a colony against the real server, an S3 server, and the clients of others: colony_files_test.py FORAGER."""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, main
from colonies import tools
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_files import FilesTest, sum_of
from premises import until
from terminal import Terminal


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Commands(FilesTest):
    def test_a_file_there_and_back(self):
        self.write("week31.csv", "a,b\n1,2\n")
        put = self.fs("put", "week31.csv", "/measurements/raw")
        self.assertEqual(put, {"label": "/measurements/raw", "name": "week31.csv", "size": 8,
                               "checksum": sum_of(b"a,b\n1,2\n")})
        self.assertEqual(self.fs("ls", "/measurements/raw"), [put])
        self.assertEqual(self.fs("ls", "measurements"), [put])
        self.assertEqual(self.fs("ls"), [put])
        self.assertEqual(self.fs("ls", "/meas"), [])
        self.fs("get", "/measurements/raw/week31.csv", "copy.csv")
        self.assertEqual((self.folder / "copy.csv").read_text(), "a,b\n1,2\n")
        (self.folder / "into").mkdir()
        self.fs("get", "/measurements/raw/week31.csv", "into")
        self.assertTrue((self.folder / "into" / "week31.csv").exists())
        [record] = self.revisions("/measurements/raw", "week31.csv")
        stored = record["ref"]["s3object"]
        self.assertEqual((stored["server"], stored["port"], stored["bucket"], stored["tls"], stored["accesskey"],
                          stored["secretkey"]), ("127.0.0.1", self.s3.port, self.bucket, False, "", ""))
        self.assertEqual(self.objects(), {stored["object"]})
        self.assertIn("week31.csv", self.forager("fs", "ls").stdout)
        self.assertEqual(self.fs("rm", "/measurements/raw/week31.csv"), {"files": 1, "revisions": 1})
        self.assertEqual((self.fs("ls"), self.objects()), ([], set()))

    def test_revisions(self):
        for content in ("one", "one", "two", "one"):
            self.write("n", content)
            self.fs("put", "n", "/l")
        self.assertEqual([revision["size"] for revision in self.revisions("/l", "n")], [3, 3, 3])
        self.fs("get", "/l/n", "out")
        self.assertEqual((self.folder / "out").read_text(), "one")
        self.assertEqual(len(self.objects()), 3)
        self.assertEqual(self.fs("rm", "/l", "-r"), {"files": 1})
        self.assertEqual(self.objects(), set())

    def test_what_is_wrong_is_said(self):
        self.write("n", "x")
        self.assertEqual(self.failure("get", "/l/none", "x")["code"], "not_found")
        self.assertIn("/l/none", self.failure("get", "/l/none", "x")["message"])
        self.assertEqual(self.failure("put", "missing", "/l")["code"], "not_found")
        self.assertEqual(self.failure("put", "n", "/a/../b")["code"], "bad_arguments")
        self.assertEqual(self.failure("rm", "/l/none")["code"], "not_found")
        for names, word in ((["AWS_S3_ENDPOINT"], "[s3]"), (["COLONIES_SERVER_HOST"], "[colony]"),
                            (["COLONIES_PRVKEY", "COLONIES_COLONY_PRVKEY"], "[colony] key")):
            without = {name: "" for name in names}
            done = self.forager("fs", "ls", check=False, **without)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(word, done.stderr)
        wrong = self.forager("fs", "put", "n", "/l", check=False, AWS_S3_SECRETKEY="wrong")
        self.assertEqual(wrong.returncode, 1)
        self.assertNotIn("wrong", wrong.stderr)
        self.assertEqual(self.call("getfilesmsg", label="/l") or [], [])
        self.assertEqual(self.forager("fs", check=False).returncode, 2)
        self.assertEqual(self.forager("fs", "put", "n", check=False).returncode, 2)

    def test_progress_on_a_terminal(self):
        for i in range(20):
            self.write(f"d/{i}", os.urandom(200_000))
        terminal = Terminal([FORAGER, "fs", "sync", "d", "/l"], cwd=self.folder, env=self.environment | {"TERM": "xterm"})
        self.assertIn("of 20 files", terminal.read_until(r"uploaded 20 "))
        self.assertEqual(terminal.end(), 0)


class Syncs(FilesTest):
    def test_both_ways_and_again(self):
        self.write("d/mine", "1")
        self.write("d/a/b/deep", "22")
        self.write("other", "333")
        self.fs("put", "other", "/l/x", "--name", "theirs")
        self.fs("put", "other", "/lold")
        plan = self.fs("sync", "d", "/l", "--dry-run")
        self.assertEqual(self.counts(plan), (2, 1, 0))
        self.assertEqual([(step["action"], step["path"]) for step in plan["plan"]],
                         [("upload", "a/b/deep"), ("upload", "mine"), ("download", "x/theirs")])
        self.assertEqual(set(self.tree("d")), {"mine", "a/b/deep"})
        self.assertEqual(self.counts(self.fs("sync", "d", "/l")), (2, 1, 0))
        self.assertEqual(self.tree("d"), {"mine": b"1", "a/b/deep": b"22", "x/theirs": b"333"})
        self.assertEqual(set(self.files_at("/l/a/b")), {"deep"})
        again = self.fs("sync", "d", "/l")
        self.assertEqual((self.counts(again), again["unchanged"]), ((0, 0, 0), 3))

    def test_conflicts(self):
        self.write("a/n", "from a")
        self.fs("sync", "a", "/l")
        self.write("b/n", "from b")
        self.assertEqual(self.counts(self.fs("sync", "b", "/l", "--keep-remote")), (0, 1, 1))
        self.assertEqual(self.tree("b"), {"n": b"from a"})
        self.write("b/n", "from b")
        self.assertEqual(self.counts(self.fs("sync", "b", "/l")), (1, 0, 1))
        self.assertEqual(len(self.revisions("/l", "n")), 2)
        self.assertEqual(self.counts(self.fs("sync", "a", "/l", "--keep-remote")), (0, 1, 1))
        self.assertEqual(self.tree("a"), {"n": b"from b"})

    def test_a_mirror(self):
        self.write("d/n", "x")
        self.write("d/gone", "x")
        self.fs("sync", "d", "/l")
        (self.folder / "d/gone").unlink()
        self.assertEqual(self.fs("sync", "d", "/l", "--delete")["removed"], 1)
        self.assertEqual((set(self.files_at("/l")), len(self.objects())), ({"n"}, 1))

    def test_names_of_all_kinds(self):
        names = ["with space", "ünïcode", "per%cent", "under_score", "back\\slash", "'quote\"", ".hidden", "a&b=c+d", "-dash"]
        for name in names:
            self.write(f"d/{name}/{name}", name)
        self.fs("sync", "d", "/l%_\\x")
        self.fs("sync", "copy", "/l%_\\x")
        self.assertEqual(self.tree("copy"), self.tree("d"))
        self.assertEqual(self.fs("ls", "/l"), [])

    def test_empty_and_large(self):
        self.write("d/empty", b"")
        self.write("d/large", os.urandom(20_000_000))
        self.fs("sync", "d", "/l")
        self.fs("sync", "copy", "/l")
        self.assertEqual(self.tree("copy"), self.tree("d"))
        self.assertFalse([path for path in (self.folder / "copy").iterdir() if path.name.startswith(".")])

    def test_names_from_the_server_that_would_lead_elsewhere(self):
        self.write("n", "x")
        self.fs("put", "n", "/l")
        [record] = self.revisions("/l", "n")
        for label, name in (("/l", "../escaped"), ("/l", ".."), ("/l", "a/b"), ("/l/../../up", "n"), ("/l", "new\nline")):
            self.call("addfilemsg", file=record | {"label": label, "name": name, "fileid": ""})
        self.assertEqual(self.counts(self.fs("sync", "d/inner", "/l")), (0, 1, 0))
        self.assertEqual(self.tree("d"), {"inner/n": b"x"})

    def test_bytes_that_are_not_what_the_record_says(self):
        self.write("n", "right")
        self.fs("put", "n", "/l")
        [key] = self.objects()
        self.s3.object(key, self.bucket).write_bytes(b"wrong")
        self.assertEqual(self.failure("sync", "d", "/l")["code"], "refused")
        self.assertEqual(self.tree("d"), {})

    def test_ten_thousand_are_hashed_once(self):
        count = 400
        for i in range(count):
            self.write(f"d/{i % 10}/{i}", f"content {i}")
        self.assertEqual(self.fs("sync", "d", "/l")["uploaded"], count)
        deadline = time.monotonic() + PATIENCE
        while (report := self.fs("sync", "d", "/l"))["hashed"] and time.monotonic() < deadline:
            pass
        self.assertEqual((report["hashed"], report["unchanged"]), (0, count))


class Others(FilesTest):
    """Records written by each are read by all."""

    def pycolonies(self):
        tools.use_pycolonies()
        import pycolonies
        return pycolonies.Colonies(self.colony.host, self.colony.port, tls=False)

    def test_the_command_line_of_others(self):
        self.write("theirs/a", "1")
        self.write("theirs/sub/b", "22")
        self.write("theirs/empty", "")
        self.colonies("fs", "sync", "--dir", "theirs", "--label", "/l", "--yes")
        self.assertEqual(self.counts(self.fs("sync", "mine", "/l")), (0, 3, 0))
        self.assertEqual(self.tree("mine"), {"a": b"1", "sub/b": b"22", "empty": b""})
        self.write("mine/c", "333")
        self.write("mine/none", "")
        self.fs("sync", "mine", "/l")
        self.colonies("fs", "sync", "--dir", "copy", "--label", "/l", "--yes")
        copy = {path: content for path, content in self.tree("copy").items() if not path.endswith(".cfs")}
        self.assertEqual(copy, {"a": b"1", "sub/b": b"22", "empty": b"", "c": b"333", "none": b""})

    def test_snapshots_of_each(self):
        self.write("d/a", "1")
        self.write("d/sub/b", "22")
        self.fs("sync", "d", "/l")
        made = self.fs("snapshot", "create", "/l", "mine")
        self.assertEqual((made["files"], made["label"]), (2, "/l"))
        self.colonies("fs", "snapshot", "create", "--label", "/l", "--snapshotname", "theirs")
        self.write("d/a", "changed")
        self.fs("sync", "d", "/l")
        for name in ("mine", "theirs"):
            self.fs("snapshot", "get", name, name)
            self.assertEqual(self.tree(name), {"a": b"1", "sub/b": b"22"})
        self.assertEqual({one["name"] for one in self.fs("snapshot", "ls")}, {"mine", "theirs"})
        self.fs("snapshot", "rm", made["id"])
        self.fs("snapshot", "rm", "theirs")
        self.assertEqual(self.fs("snapshot", "ls"), [])

    def test_python(self):
        client = self.pycolonies()
        key = self.colony.user.key
        names = {name: value for name, value in self.environment.items() if name.startswith("AWS_S3_")}
        self.enterContext(unittest.mock.patch.dict(os.environ, names | {"AWS_S3_TLS": "false", "AWS_S3_SKIPVERIFY": "false"}))
        self.write("theirs", "from python")
        client.upload_file(self.colony.name, key, filepath=str(self.folder / "theirs"), label="/l")
        self.fs("get", "/l/theirs", "got")
        self.assertEqual((self.folder / "got").read_text(), "from python")
        self.write("mine", "from here")
        self.fs("put", "mine", "/l")
        client.download_file(self.colony.name, key, str(self.folder / "out"), label="/l", filename="mine")
        self.assertEqual((self.folder / "out" / "mine").read_text(), "from here")


class Scripts(FilesTest):
    def returned(self, text):
        path = self.write("script.lua", "local forager = require 'forager'\nlocal cfs = forager.cfs\n" + text)
        document = json.loads(self.forager("run", "--json", path, check=False).stdout)
        self.assertTrue(document["ok"], document)
        return document["result"]

    def test_files_and_snapshots(self):
        self.write("n", "one")
        result = self.returned("""
          local put = cfs.put("n", "/l")
          cfs.put("n", "/l/sub", { name = "other" })
          local snapshot = cfs.snapshots.create("/l", "s")
          local got = cfs.get("/l/n", "copy")
          local plan = cfs.sync("d", "/l", { dry_run = true })
          local report = cfs.sync("d", "/l")
          local down = cfs.snapshots.download("s", "then")
          local all = cfs.ls "/l"
          local removed = { cfs.remove "/l/n", cfs.remove("/l", { recursive = true }) }
          local ok, problem = pcall(cfs.get, "/l/n", "x")
          cfs.snapshots.remove(snapshot.id)
          return { put = put, same = got.checksum == put.checksum, plan = #plan.plan, downloaded = report.downloaded,
            down = down.downloaded, all = #all, removed = removed, ok = ok, code = problem.code,
            left = #cfs.snapshots.list(), files = snapshot.files }""")
        self.assertEqual(result["put"], {"label": "/l", "name": "n", "size": 3, "checksum": sum_of(b"one")})
        del result["put"]
        self.assertEqual(result, {"same": True, "plan": 2, "downloaded": 2, "down": 2, "all": 2, "removed": [1, 1],
                                  "ok": False, "code": "not_found", "left": 0, "files": 2})
        self.assertEqual(self.tree("then"), {"n": b"one", "sub/other": b"one"})

    def test_progress(self):
        self.write("d/large", os.urandom(9_000_000))
        self.write("d/small", "x")
        told = self.returned("""
          local told = { put = {}, get = {}, sync = {}, down = {} }
          local function bytes(list)
            return function(done, whole) list[#list + 1] = { done, whole } end
          end
          local function all(list)
            return function(progress) list[#list + 1] = progress end
          end
          cfs.put("d/large", "/p", { on_progress = bytes(told.put) })
          cfs.get("/p/large", "copy", { on_progress = bytes(told.get) })
          cfs.sync("d", "/l", { on_progress = all(told.sync) })
          cfs.snapshots.create("/l", "s")
          cfs.snapshots.download("s", "then", { on_progress = all(told.down) })
          return told""")
        for way in ("put", "get"):
            self.assertEqual(told[way][-1], [9_000_000, 9_000_000])
        for way, phase in (("sync", "comparing"), ("down", "transferring")):
            self.assertEqual(told[way][0]["phase"], phase)
            self.assertEqual(told[way][-1], {"phase": "transferring", "done": 2, "whole": 2, "done_bytes": 9_000_001,
                                             "whole_bytes": 9_000_001})

    def test_mistakes(self):
        result = self.returned("""
          local function told(f, ...)
            local ok, problem = pcall(f, ...)
            return ok and "fine" or problem.code .. ": " .. problem.message
          end
          return { told(cfs.sync, "d"), told(cfs.sync, "d", "/l", { keepremote = true }), told(cfs.put, "n", "/a/../b"),
            told(cfs.get, "/l/", "x"), told(cfs.snapshots.create, "/none", "s") }""")
        for problem, word in zip(result, ("argument 2", "keep_remote", "'..'", "LABEL/NAME", "no file")):
            self.assertIn(word, problem)


class Faults(FilesTest):
    def killed(self, *args, after):
        """Killed after so many seconds, where it has not ended by then."""
        run = subprocess.Popen([FORAGER, "fs", *map(str, args)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               cwd=self.folder, env=self.environment)
        try:
            run.wait(after)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
            return True
        return False

    def assert_settled(self, names):
        """One record of each, its bytes there, and nothing else in any folder."""
        for name in names:
            self.assertEqual(len(self.revisions("/l", name)), 1, name)

    def test_killed_again_and_again(self):
        chance = random.Random(4711)
        there = {}
        for i in range(120):
            there[f"up{i}"] = self.write(f"d/up{i}", os.urandom(chance.randrange(1, 60_000))).read_bytes()
        for i in range(60):
            there[f"down{i}"] = self.write(f"seed/down{i}", os.urandom(chance.randrange(1, 60_000))).read_bytes()
        there["large"] = self.write("d/large", os.urandom(24_000_000)).read_bytes()
        self.fs("sync", "seed", "/l")
        kills = 0
        for i in range(1, 13): # each a little later than the one before, whatever the machine's pace
            kills += self.killed("sync", "d", "/l", after=0.05 * i)
            for name, content in self.tree("d").items():
                if not name.startswith(".forager-"):
                    self.assertEqual(content, there[name], name)
        self.assertGreater(kills, 1)
        report = self.fs("sync", "d", "/l")
        self.assertEqual(report["conflicts"], 0)
        self.assertEqual(sorted(self.tree("d")), sorted(there))
        self.assertEqual(self.tree("d"), there)
        self.assert_settled(there)

    def test_an_object_store_that_dies_and_comes_back(self):
        for i in range(60):
            self.write(f"d/{i}", os.urandom(300_000))
        run = subprocess.Popen([FORAGER, "fs", "sync", "d", "/l", "--json"], stdout=subprocess.PIPE, text=True,
                               cwd=self.folder, env=self.environment)
        until(lambda: (self.s3.data / self.bucket).exists() and len(self.objects()) > 3, lambda: "nothing came to the store")
        self.s3.kill()
        self.s3.start()
        out, _ = run.communicate(timeout=PATIENCE)
        self.assertTrue(json.loads(out)["ok"], out)
        self.assertEqual(self.fs("sync", "d", "/l")["unchanged"], 60)
        self.assert_settled(str(i) for i in range(60))

    def test_two_at_once_on_one_label(self):
        for who in ("a", "b"):
            for i in range(30):
                self.write(f"{who}/{who}{i}", f"{who} {i}")
            self.write(f"{who}/same", who)
        runs = [subprocess.Popen([FORAGER, "fs", "sync", who, "/l"], cwd=self.folder, env=self.environment,
                                 stdout=subprocess.DEVNULL) for who in ("a", "b")]
        self.assertEqual([run.wait(PATIENCE) for run in runs], [0, 0])
        for who in ("a", "b"):
            self.fs("sync", who, "/l", "--keep-remote")
        self.assertEqual(self.tree("a"), self.tree("b"))
        self.assertEqual(len(self.tree("a")), 61)
        contents = {revision["checksum"] for revision in self.revisions("/l", "same")}
        self.assertIn(sum_of(self.tree("a")["same"]), contents)
        self.assertLessEqual(len(contents), 2)


class Proxied(FilesTest):
    """With a network between the client and the Colonies server that does what networks do."""

    proxied = True

    def test_answers_that_are_lost(self):
        for i in range(30):
            self.write(f"d/{i}", f"content {i}")
        self.proxy.drop_reply(about="addfilemsg", times=3)
        self.assertEqual(self.fs("sync", "d", "/l")["uploaded"], 30)
        for i in range(30):
            self.assertEqual(len(self.revisions("/l", str(i))), 1)


if __name__ == "__main__":
    main()
