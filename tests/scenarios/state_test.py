#!/usr/bin/env python3
"""The state file, sound, damaged and of another time, and what scripts keep in it: state_test.py FORAGER."""
import json
import pathlib
import re
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main

KEEP = """
forager.func { name = "NAME.set", args = { { "key", "string" }, { "value", "any" } },
  run = function(ctx, key, value) forager.kv.set(key, value) end }
forager.func { name = "NAME.get", run = function(ctx, key) return forager.kv.get(key) end }
forager.func { name = "NAME.list", run = function(ctx) return forager.kv.list() end }
forager.func { name = "NAME.delete", run = function(ctx, key) return forager.kv.delete(key) end }
forager.func { name = "NAME.count", run = function(ctx)
  return forager.kv.update("count", function(count) return (count or 0) + 1 end)
end }
"""


class KeyValues(Scenario):
    def setUp(self):
        super().setUp()
        self.script(KEEP.replace("NAME", "a"), "a.lua")
        self.script(KEEP.replace("NAME", "b"), "b.lua")
        self.start()

    def test_what_was_set_survives_a_kill(self):
        value = {"list": [1, 2.5, None], "text": "ä\n", "empty": []}
        self.result("call", "a.set", "k", json.dumps(value))
        self.restart()
        self.assertEqual(self.run_work("a.get", "k"), value)
        self.run_work("a.delete", "k")
        self.restart()
        self.assertIsNone(self.result("call", "a.get", "k"))

    def test_each_script_has_its_own(self):
        self.run_work("a.set", "k", "of a")
        self.run_work("b.set", "k", "of b")
        self.run_work("b.set", "more", "1")
        self.assertEqual(self.run_work("a.get", "k"), "of a")
        self.assertEqual(self.run_work("a.list"), ["k"])
        self.assertEqual(self.run_work("b.list"), ["k", "more"])

    def test_updates_at_once_all_count(self):
        ids = [self.request("POST", "/v1/invocations", {"function": "a.count"})["result"]["id"] for _ in range(50)]
        for id in ids:
            self.succeeded(id)
        self.assertEqual(self.run_work("a.get", "count"), 50)

    def test_a_reload_keeps_them(self):
        self.run_work("a.set", "k", "kept")
        self.result("reload")
        self.assertEqual(self.run_work("a.get", "k"), "kept")


class File(Scenario):
    def setUp(self):
        super().setUp()
        self.file = self.state / "forager.db"
        self.script('forager.func { name = "t.late", run = function() end }')
        self.start()
        self.id = self.submit("t.late", "--delay", "1h")

    def set_aside(self):
        """Without the logs beside them."""
        return [path for path in self.state.glob("forager.db.damaged-*") if not path.name.endswith("-wal")]

    def damaged(self, content):
        """Starts on a file that holds this instead."""
        self.stop()
        self.file.write_bytes(content)
        self.start()
        (aside,) = self.set_aside()
        self.assertEqual(aside.read_bytes(), content)
        self.assertIn(str(aside), self.log.read_text())
        self.assertEqual(self.result("ps"), [])
        self.succeeded(self.submit("t.late"))

    def test_one_that_is_no_database_is_set_aside(self):
        self.damaged(b"no database at all, but more than a hundred bytes of something else " * 100)

    def test_one_with_broken_pages_is_set_aside(self):
        self.stop()
        content = self.file.read_bytes()
        self.start()
        self.damaged(content[:4096] + b"\xff" * 4096 + content[8192:])

    def test_one_that_was_cut_is_set_aside(self):
        self.stop()
        content = self.file.read_bytes()
        self.start()
        self.damaged(content[: len(content) // 2])

    def test_damage_in_the_middle_of_the_file_has_it_set_aside_once(self):
        for _ in range(10):
            self.succeeded(self.submit("echo.echo", "x" * 50_000))
        self.stop()
        content = self.file.read_bytes()
        middle = len(content) // 2
        self.file.write_bytes(content[:middle] + b"\xff" * (len(content) // 4) + content[middle + len(content) // 4 :])
        self.start()
        self.assertEqual((len(self.set_aside()), self.result("ps", "--all")), (1, []))
        self.restart()
        self.assertEqual(len(self.set_aside()), 1)

    def test_an_empty_one_is_a_new_one_and_told(self):
        self.stop()
        self.file.write_bytes(b"")
        self.start()
        self.assertEqual((self.result("ps"), self.set_aside()), ([], []))
        self.assertIn(f"the state file {self.file} is there and empty", self.log_of_this_life())
        self.assertIn("empty", self.result("status")["store"]["damage"])

    def test_a_log_whose_file_is_empty_or_gone_is_set_aside_with_it(self):
        for lose in (lambda: self.file.write_bytes(b""), self.file.unlink):
            self.submit("t.late", "--delay", "1h")
            self.kill()
            log = self.file.with_name("forager.db-wal").read_bytes()
            lose()
            self.start()
            words = self.result("status")["store"]["damage"]
            (aside,) = re.findall(r"kept as (\S+forager.db.damaged-\S+?), and", words)
            self.assertEqual(pathlib.Path(aside + "-wal").read_bytes(), log)
            self.assertIn(words, self.log_of_this_life())
            self.assertEqual(self.result("ps"), [])

    def test_what_a_damaged_log_has_lost_is_told(self):
        for _ in range(30):
            self.submit("t.late", "--delay", "1h")
        self.kill()
        path = self.file.with_name("forager.db-wal")
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + b"\xff" * 5000 + content[middle + 5000 :])
        damaged = path.read_bytes()
        self.start()
        words = self.result("status")["store"]["damage"]
        self.assertRegex(words, r"^the log of the state file is damaged: what the last \d+ commits")
        self.assertIn(words, self.log_of_this_life())
        self.assertEqual(pathlib.Path(words.split()[-1]).read_bytes(), damaged)
        self.assertNotEqual(self.result("ps"), [])

    def refused(self, words, change):
        self.stop()
        database = sqlite3.connect(self.file)
        database.execute(change)
        database.commit()
        database.close()
        content = self.file.read_bytes()
        done = self.forager("agent")
        self.assertEqual(done.returncode, 1)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual((self.file.read_bytes(), self.set_aside()), (content, []))

    def test_one_of_a_newer_agent_is_refused_and_left_as_it_is(self):
        self.refused([str(self.file), "version 1000", "newer agent"], "PRAGMA user_version = 1000")

    def test_one_of_another_program_is_refused_and_left_as_it_is(self):
        self.refused([str(self.file), "another program"], "PRAGMA application_id = 7")

    def test_one_that_somebody_reads_is_no_trouble(self):
        database = sqlite3.connect(self.file)
        self.addCleanup(database.close)
        database.execute("BEGIN")
        self.assertEqual(database.execute("SELECT id FROM invocation").fetchall(), [(self.id,)])
        self.restart()
        self.assertNotEqual(self.submit("t.late"), self.id)

    def test_ended_work_is_forgotten_beyond_its_count(self):
        self.stop()
        self.configure(limits="retention_count = 3")
        self.start()
        ids = [self.submit("t.late") for _ in range(6)]
        for id in ids:
            self.succeeded(id)
        self.restart()
        self.until(lambda: len(self.result("ps", "--all")) == 4, "three that ended and one that has not")
        self.assertEqual({one["id"] for one in self.result("ps", "--all")}, {self.id, *ids[3:]})


if __name__ == "__main__":
    main()
