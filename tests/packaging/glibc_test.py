#!/usr/bin/env python3
"""How new a C library the program needs, against what the documentation says: glibc_test.py FORAGER.
`./dev package` asks the same of the program that goes into the .rpm and the tarball."""
import pathlib
import re
import subprocess
import sys
import unittest

FORAGER = pathlib.Path(sys.argv[1]).absolute()
PROJECT = pathlib.Path(__file__).parents[2]


def number(version):
    return tuple(map(int, version.split(".")))


def promised():
    """The number that every page names, and the .rpm asks for by the symbols themselves."""
    pages = [PROJECT / "README.md", PROJECT / "docs" / "install.md"]
    return {version for page in pages for version in re.findall(r"needs glibc (\d+\.\d+)", page.read_text())}


class NeededLibrary(unittest.TestCase):
    def test_it_runs_with_the_glibc_that_is_promised(self):
        (version,) = promised()
        listed = subprocess.run(["readelf", "--version-info", "--wide", FORAGER], capture_output=True, text=True,
                                check=True, timeout=60).stdout
        needed = set(re.findall(r"Name: GLIBC_(\d+(?:\.\d+)+)", listed))
        self.assertTrue(needed)
        self.assertEqual({one for one in needed if number(one) > number(version)}, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
