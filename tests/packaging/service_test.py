#!/usr/bin/env python3
"""The unit as it is shipped, judged by systemd: service_test.py FORAGER BUILD PREFIX TABLES."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from installed_tree import below, install, only

FORAGER, BUILD, PREFIX, TABLES = (pathlib.Path(argument).absolute() for argument in sys.argv[1:5])

EXPOSURE = 12  # in tenths; docs/decisions/0010-service.md has the reasons


def analyze(*args):
    return subprocess.run(["systemd-analyze", "--no-pager", *args], capture_output=True, text=True, timeout=60)


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = install(BUILD, cls)
        cls.unit = only(cls.root, "forager.service")
        # What the machine has beside it.
        (cls.root / "bin").mkdir()
        shutil.copy("/bin/sh", cls.root / "bin" / "sh")
        cls.base = below(cls.root, "/usr/lib/systemd/system")
        cls.base.mkdir(parents=True, exist_ok=True)
        for name in ("sysinit", "basic", "shutdown", "multi-user", "network-online", "time-sync"):
            (cls.base / f"{name}.target").write_text("[Unit]\nDescription=a target\n")
        cls.loaded = cls.base / "forager.service"
        if cls.loaded != cls.unit:
            shutil.copy(cls.unit, cls.loaded)

    def verify(self, drop_in=None):
        folder = self.base / "forager.service.d"
        shutil.rmtree(folder, ignore_errors=True)
        if drop_in:
            folder.mkdir()
            (folder / "site.conf").write_text(drop_in)
        done = analyze("verify", "--man=no", f"--root={self.root}", "forager.service")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_systemd_has_nothing_to_say_against_it(self):
        self.verify()

    def test_it_is_no_more_exposed_than_we_say(self):
        done = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", self.unit)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_drop_in_holds_with_all_its_proposals(self):
        for path in (below(self.root, PREFIX) / "share" / "forager" / "systemd").iterdir():
            with self.subTest(path.name):
                self.verify(path.read_text())
                self.verify(re.sub(r"(?m)^#(\w+=)", r"\1", path.read_text()))

    def test_every_secret_can_be_a_credential(self):
        sections = json.loads(TABLES.read_text())["sections"]
        secrets = [f'{section["name"]}.{key["name"]}' for section in sections if not section["repeated"]
                   for key in section["keys"] if key["secret"]]
        lines = re.findall(r"(?m)^LoadCredential=(.*)$", self.unit.read_text())
        self.assertEqual(lines, [f"{secret}:forager.{secret}" for secret in secrets])

    def test_it_waits_for_the_default_grace(self):
        explained = subprocess.run([FORAGER, "config", "explain", "--json"], capture_output=True, text=True, check=True,
                                   timeout=60, env={"HOME": "/nonexistent"})
        (grace,) = [one["value"] for one in json.loads(explained.stdout)["result"] if one["key"] == "agent.grace"]
        seconds = int(re.fullmatch(r"(\d+)s", grace)[1])
        self.assertGreaterEqual(int(re.search(r"(?m)^TimeoutStopSec=(\d+)s$", self.unit.read_text())[1]), seconds + 15)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
