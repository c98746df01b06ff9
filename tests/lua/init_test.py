#!/usr/bin/env python3
"""forager init: what it makes, and that it passes every check: init_test.py FORAGER."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

FORAGER = pathlib.Path(sys.argv[1]).absolute()


class Init(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def forager(self, *args, folder=None):
        return subprocess.run([FORAGER, *args], capture_output=True, text=True, timeout=60, cwd=folder or self.folder,
                              env={**os.environ, "FORAGER_AGENT_SOCKET": str(self.folder / "no.sock")})

    def files(self):
        return {str(path.relative_to(self.folder)): path.read_text() for path in self.folder.rglob("*") if path.is_file()}

    def test_the_folder_has_a_script_that_works_and_the_settings_of_editors(self):
        done = self.forager("init")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        made = self.files()
        for name in ("first.lua", "first_test.lua", "README.md", ".luarc.json", ".emmyrc.json", ".luacheckrc", ".forager/meta/forager.lua"):
            self.assertIn(name, made)
        called = self.forager("call", "first.disk", "--script", "first.lua", "--json")
        self.assertEqual(json.loads(called.stdout)["result"]["folder"], "/")
        self.assertLessEqual(len(made["README.md"].splitlines()), 12)

    def test_the_settings_lead_to_the_stubs(self):
        self.forager("init")
        luarc, emmyrc = (json.loads((self.folder / name).read_text()) for name in (".luarc.json", ".emmyrc.json"))
        for library in (*luarc["workspace.library"], *emmyrc["workspace"]["library"]):
            self.assertTrue((self.folder / library / "commands.lua").is_file(), library)

    def test_all_that_it_makes_passes_check(self):
        self.forager("init")
        for path in self.folder.glob("*.lua"):
            done = self.forager("check", path.name)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), path.name)

    @unittest.skipUnless(shutil.which("luacheck"), "needs luacheck")
    def test_all_that_it_makes_passes_luacheck(self):
        self.forager("init")
        done = subprocess.run(["luacheck", "--quiet", "--no-color", "."], cwd=self.folder, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_first_tests_pass(self):
        self.forager("init")
        done = self.forager("test", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["tests"]), 2)

    def test_nothing_is_overwritten_and_what_is_missing_is_made(self):
        (self.folder / "first.lua").write_text("return 1\n")
        done = self.forager("init")
        self.assertIn("kept first.lua", done.stdout)
        self.assertIn("made README.md", done.stdout)
        before = self.files()
        self.assertEqual(before["first.lua"], "return 1\n")
        (self.folder / "README.md").unlink()
        document = json.loads(self.forager("init", "--json").stdout)
        self.assertEqual(document["result"]["made"], ["README.md"])
        self.assertEqual(self.files(), before)

    def test_a_link_is_not_followed(self):
        (self.folder / "README.md").symlink_to(self.folder / "elsewhere.md")
        self.assertIn("kept README.md", self.forager("init").stdout)
        self.assertFalse((self.folder / "elsewhere.md").exists())

    def test_the_folder_may_be_named_and_is_made(self):
        self.assertEqual(self.forager("init", "new/folder").returncode, 0)
        self.assertTrue((self.folder / "new/folder/first.lua").is_file())

    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.folder / "file").write_text("")
        done = self.forager("init", "file/below")
        self.assertEqual(done.returncode, 1)
        self.assertIn("file/below", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
