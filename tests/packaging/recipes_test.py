#!/usr/bin/env python3
"""What the recipes of packages repeat, against where it comes from: recipes_test.py."""
import pathlib
import re
import unittest

PROJECT = pathlib.Path(__file__).parents[2]
DEB = PROJECT / "packaging" / "deb"
OF_THE_RECIPE = {"debhelper-compat", "dh-sequence-installsysusers"}
FOR_DEVELOPERS = {"ccache", "doctest-dev"}


def build_packages():
    lines = (PROJECT / ".dev" / "packages").read_text().splitlines()
    return {line.split()[1] for line in lines if line.startswith("build ")}


def build_depends():
    (field,) = re.findall(r"^Build-Depends:\n((?: .*\n)+)", (DEB / "control").read_text(), re.M)
    return set(re.findall(r"^ ([\w.+-]+)", field, re.M))


class Recipes(unittest.TestCase):
    def test_the_deb_is_built_with_what_the_project_is_built_with(self):
        self.assertEqual(build_depends() - OF_THE_RECIPE, build_packages() - FOR_DEVELOPERS)

    def test_the_licence_is_that_of_the_project(self):
        licence = (PROJECT / "LICENSE").read_text().split("\n\n", 2)
        stated = (DEB / "copyright").read_text()
        self.assertIn(licence[1].replace("Copyright (c) ", "Copyright: "), stated)
        text = re.sub(r"^ \.?", "", stated.split("License: Expat\n")[-1], flags=re.M)
        self.assertEqual(text.split(), licence[2].split())


if __name__ == "__main__":
    unittest.main()
