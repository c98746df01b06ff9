#!/usr/bin/env python3
"""forager keygen: keygen_test.py FORAGER."""
import json
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import unittest

FORAGER = pathlib.Path(sys.argv.pop(1)).absolute()
# Of the reference: the smallest key, and what the server's own library makes of it.
KEY = "1".rjust(64, "0")
ID = "2036f5bc759cfb3589fb4e2342bc9b3c843c5ef27dc8ded538de328a7567089b"


class Keygen(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def keygen(self, *args, stdin=""):
        return subprocess.run([FORAGER, "keygen", *args], input=stdin, capture_output=True, text=True, timeout=60,
                              cwd=self.folder)

    def id_of(self, key):
        return self.keygen("--id", stdin=key).stdout

    def test_a_new_key_is_printed_with_its_id(self):
        first, second = (self.keygen().stdout for _ in range(2))
        self.assertNotEqual(first, second)
        key, id = re.fullmatch(r"key ([0-9a-f]{64})\nid  ([0-9a-f]{64})\n", first).groups()
        self.assertEqual(self.id_of(key), id + "\n")

    def test_for_programs_it_is_one_document(self):
        document = json.loads(self.keygen("--json").stdout)
        self.assertIs(document["ok"], True)
        self.assertEqual(self.id_of(document["result"]["key"]), document["result"]["id"] + "\n")

    def test_a_key_goes_to_a_file_for_its_owner_alone_and_is_not_shown(self):
        done = self.keygen("--out", "key")
        path = self.folder / "key"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(self.id_of(path.read_text()), done.stdout)
        self.assertNotIn(path.read_text().strip(), done.stdout + done.stderr)
        result = json.loads(self.keygen("--out", "other", "--json").stdout)["result"]
        self.assertEqual(sorted(result), ["file", "id"])

    def test_nothing_is_overwritten(self):
        (self.folder / "key").write_text(KEY)
        done = self.keygen("--out", "key")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr,
                         "forager: 'key' is there already, and no key is overwritten: name another file\n")
        self.assertEqual((self.folder / "key").read_text(), KEY)

    def test_a_file_that_cannot_be_written_is_named(self):
        done = self.keygen("--out", "none/key")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("cannot write 'none/key'", done.stderr)

    def test_the_id_of_a_key_from_a_file_or_a_pipe(self):
        (self.folder / "key").write_text(f" {KEY}\n\n")
        self.assertEqual(self.keygen("--id", "key").stdout, ID + "\n")
        self.assertEqual(self.keygen("--id", stdin=KEY).stdout, ID + "\n")
        self.assertEqual(json.loads(self.keygen("--id", "--json", stdin=KEY).stdout)["result"], {"id": ID})

    def test_what_is_no_key_is_refused_without_being_shown(self):
        for text in ["", "no key", "0x" + KEY, KEY + "00", "0" * 64, "f" * 64]:
            done = self.keygen("--id", stdin=text)
            self.assertEqual((done.returncode, done.stdout), (1, ""), text)
            self.assertIn("this is no private key: ", done.stderr)
            if text:
                self.assertNotIn(text, done.stderr)
        self.assertIn("holds more than a key", self.keygen("--id", stdin="0" * 100_000).stderr)
        self.assertIn("cannot read 'none'", self.keygen("--id", "none").stderr)

    def test_flags_that_contradict_each_other_are_wrong_usage(self):
        for args in [["--id", "--out", "key"], ["key"]]:
            self.assertEqual(self.keygen(*args).returncode, 2, args)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
