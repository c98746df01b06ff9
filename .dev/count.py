"""Counts what Meson's tests did: count.py TESTLOG prints "PASSED FAILED" to stdout, and to stderr what failed.

A test that closes with a count of its own cases (doctest's summary, or "N passed, N failed" alone on a line) counts
with those; any other test counts as one. A program that ends badly has failed even where all of its cases passed.
"""
import json
import re
import sys

DOCTEST = re.compile(r"^\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed", re.M)
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)
OUTPUT_KEPT = 20_000  # characters of a failed test's output that are shown


def cases(test):
    """(passed, failed) of one test program."""
    output = re.sub(r"\x1b\[[0-9;]*m", "", test.get("stdout", ""))
    counted = DOCTEST.findall(output) or PLAIN.findall(output)
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if not counted:
        return (1, 0) if good else (0, 1)
    passed, failed = map(int, counted[-1])
    return (passed, failed) if good or failed else (passed, 1)


def main(log):
    passed = failed = 0
    with open(log, encoding="utf-8") as lines:
        for test in map(json.loads, lines):
            good, bad = cases(test)
            passed += good
            failed += bad
            if bad:
                output = (test.get("stdout", "") + test.get("stderr", "")).strip()[-OUTPUT_KEPT:]
                print(f"--- {test['name']}: {test['result']}\n{output}", file=sys.stderr)
    print(passed, failed)


if __name__ == "__main__":
    main(sys.argv[1])
