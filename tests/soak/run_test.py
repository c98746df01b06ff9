"""The driver of the campaigns: run_test.py FORAGER FOLDER-OF-TEST-PROGRAMS"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import write_up
from campaigns import CAMPAIGNS

FORAGER, TESTS = sys.argv[1:3]
ABOUT = {"date": "2026-11-28", "processor": "Abacus", "cores": 2, "system": "Debian", "kernel": "Linux", "load": 0.5}


def soak(*arguments):
    command = [sys.executable, Path(__file__).with_name("run"), "--forager", FORAGER, "--tests", TESTS, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def result(name, rounds):
    return {"campaign": name, "ok": True, "rounds": rounds, "first_seed": 1, "last_seed": 2, "seconds": 60,
            "seen": {"kills": 1000}}


class Driver(unittest.TestCase):
    def test_runs_a_campaign_and_tells_what_it_has_seen(self):
        done = soak("agent", "--seed", "5", "--rounds", "2", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        (campaign,) = json.loads(done.stdout)["campaigns"]
        self.assertEqual((campaign["rounds"], campaign["first_seed"], campaign["last_seed"]), (2, 5, 6))
        self.assertGreater(campaign["seen"]["invocations"], 0)

    def test_names_a_campaign_that_does_not_exist(self):
        done = soak("kils")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no campaign 'kils'", done.stderr)

    def test_says_which_campaigns_need_test_servers(self):
        for names, needs in [((), "bed\n"), (("kills", "colony"), "bed\n"), (("kills", "--seed", "2"), "\n")]:
            self.assertEqual(soak("--needs", *names).stdout, needs)

    def test_fails_when_a_round_fails_and_says_how_to_repeat_it(self):
        done = subprocess.run([sys.executable, Path(__file__).with_name("run"), "--forager", "/bin/false", "--tests", TESTS,
                               "kills", "--seed", "3", "--rounds", "1"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("./dev soak kills --seed 3 --rounds 1", done.stderr)

    def test_explains_itself_for_each_campaign(self):
        for name in CAMPAIGNS:
            done = soak(name, "--help")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(CAMPAIGNS[name].title, done.stdout)

    def test_writes_a_row_for_each_campaign_and_keeps_those_of_what_did_not_run(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "BENCHMARKS.md")
            path.write_text(f"before\n\n{write_up.BEGIN}\n{write_up.END}\n\nafter\n", encoding="utf-8")
            write_up.write(path, ABOUT, [result("kills", 10), result("full", 20)])
            write_up.write(path, ABOUT, [result("full", 30)])
            text = path.read_text(encoding="utf-8")
            self.assertTrue(text.startswith("before\n") and text.endswith("\nafter\n"))
            rows = {line.split("`")[1]: line.split(" | ")[1:3] for line in text.splitlines() if line.startswith("| `")}
            self.assertEqual(list(rows), list(CAMPAIGNS))
            self.assertEqual((rows["kills"], rows["full"]), (["nothing broken", "10"], ["nothing broken", "30"]))
            self.assertEqual(rows["clock"][0], "not run")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
