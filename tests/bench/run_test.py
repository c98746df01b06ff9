"""Every benchmark gives numbers, whatever they are: run_test.py FORAGER FOLDER-OF-C++-PEERS"""
import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import measure
import tables

FORAGER, PEERS = sys.argv[1:3]
DRIVER = Path(__file__).with_name("run")


def bench(*arguments, forager=FORAGER):
    with tempfile.TemporaryDirectory() as work:
        command = [DRIVER, "--forager", forager, "--peers", PEERS, "--work", work, *arguments]
        return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)


class Driver(unittest.TestCase):
    def test_gives_numbers_for_every_benchmark_and_says_what_is_missing(self):
        # Go builds its library on first use, which takes longer than all else here.
        done = bench("--quick", "--json", "--without", "go", "--without", "boto3", "--without", "kubernetes")
        self.assertEqual(done.returncode, 0, done.stderr)
        benchmarks = {one["name"]: one for one in json.loads(done.stdout)["benchmarks"]}
        self.assertEqual(list(benchmarks), ["switch", "sleepers", "startup", "children", "python", "durable",
                                            "ready", "idle", "events", "monitors", "size", "colony", "broker",
                                            "objects", "sync", "backup", "containers", "kubernetes", "reconcile", "documents", "workshop"])
        for name, benchmark in benchmarks.items():
            self.assertNotIn("missing", benchmark["rows"][0], "the first row is Forager's")
            for row in benchmark["rows"]:
                with self.subTest(benchmark=name, row=row["label"]):
                    self.check_row(row)

    def check_row(self, row):
        if "missing" in row:
            self.assertRegex(row["missing"], "^(absent|left out): ")
            return
        for key, value in row["median"].items():
            self.assertTrue(math.isfinite(value) and value >= 0, key)

    def test_prints_a_table_of_one_benchmark(self):
        done = bench("--quick", "size")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"stripped +\d+\.\d\d ")
        self.assertIn("aim: 6 MB", done.stdout)

    def test_names_a_benchmark_that_does_not_exist(self):
        done = bench("sise")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no benchmark 'sise'", done.stderr)

    def test_fails_when_a_program_fails(self):
        done = bench("--quick", "switch", forager="/bin/false")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/bin/false run", done.stderr)

    def test_leaves_empty_what_was_not_measured_of_a_row(self):
        columns = (measure.Column("value", "s"), measure.Column("more", "more"))
        runners = (measure.Runner("all", take=lambda: {"value": 1, "more": 2}),
                   measure.Runner("less", take=lambda: {"value": 3}))
        result = measure.run(measure.Benchmark(name="some", title="Some", unit="s", columns=columns, runners=runners,
                                               baseline="all", rounds=1, sample=None))
        self.assertEqual([row[-1] for row in tables.rows(result)], ["2", ""])
        self.assertEqual([row["median"] for row in tables.data(result)["rows"]], [{"value": 1, "more": 2}, {"value": 3}])

    def test_writes_the_sections_that_were_measured_and_no_others(self):
        benchmark = measure.Benchmark(name="second", title="All", unit="s", columns=(measure.Column("value", "s"),),
                                      runners=(), baseline="", rounds=1, sample=None)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "BENCHMARKS.md")
            path.write_text(f"before\n\n{tables.BEGIN}\n\n### other\n\nkept\n\n### second\n\nold\n\n### first\n\n"
                            f"kept\n\n{tables.END}\nafter\n", encoding="utf-8")
            tables.write(path, "Measured here.", [measure.run(benchmark)], ["first", "second"])
            text = path.read_text(encoding="utf-8")
        self.assertRegex(text, f"(?s)^before\n\n{tables.BEGIN}\n\n### first\n\nkept\n\n### second\n\nAll: s.*"
                               f"- Measured here.\n\n### other\n\nkept\n\n{tables.END}\nafter\n$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
