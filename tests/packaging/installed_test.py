#!/usr/bin/env python3
"""The files that an installation consists of: installed_test.py FORAGER BUILD PREFIX SYSCONFDIR."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from installed_tree import below, install, only

FORAGER, BUILD, PREFIX, SYSCONFDIR = (pathlib.Path(argument).absolute() for argument in sys.argv[1:5])
PROJECT = pathlib.Path(__file__).parents[2]


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = install(BUILD, cls)
        cls.prefix = below(cls.root, PREFIX)
        cls.data = cls.prefix / "share"
        cls.configuration = below(cls.root, SYSCONFDIR) / "forager"

    def text_of_page(self, name):
        """A manual page as people read it, in one line and without its typography."""
        text = output_of("mandoc", "-T", "utf8", "-O", "width=500", only(self.root, name))
        return re.sub(r"\s+", " ", re.sub(r".\x08", "", text))

    def test_the_program_runs(self):
        self.assertRegex(output_of(self.prefix / "bin" / "forager", "version"), r"^forager \d")

    def test_all_scripts_and_stubs_are_there_to_read(self):
        for folder, source in (("scripts", PROJECT / "scripts"), ("meta", PROJECT / "lua" / "meta")):
            laid = self.data / "forager" / folder
            names = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
            self.assertEqual(sorted(path.relative_to(laid) for path in laid.rglob("*") if path.is_file()), names)

    def test_a_script_of_the_installation_runs(self):
        done = output_of(self.prefix / "bin" / "forager", "check", self.data / "forager" / "scripts" / "hello.lua")
        self.assertEqual(done, "")

    def test_the_configuration_is_the_default_and_has_folders_for_more(self):
        file = self.configuration / "forager.toml"
        self.assertEqual(file.read_text(), output_of(FORAGER, "config", "default"))
        self.assertEqual(file.stat().st_mode & 0o777, 0o644)
        self.assertEqual(sorted(path.name for path in self.configuration.iterdir()), ["conf.d", "forager.toml", "scripts"])
        self.assertEqual([*(self.configuration / "scripts").iterdir(), *(self.configuration / "conf.d").iterdir()], [])

    def test_documentation_and_licence_are_there(self):
        laid = self.data / "doc" / "forager"
        for name in ("LICENSE", "README.md", "CHANGELOG.md", "agent.md", "reference.md", "lua-reference.md", "decisions"):
            self.assertTrue((laid / name).exists(), name)
        for name, source in (("README.md", "README.md"), ("index.md", "docs/README.md")):
            self.assertEqual((laid / name).read_text(), (PROJECT / source).read_text())

    def test_nothing_else_is_installed(self):
        known = [self.prefix / "bin" / "forager", self.data / "forager", self.data / "doc" / "forager", self.configuration]
        rest = [path for path in self.root.rglob("*") if path.is_file() and not any(path.is_relative_to(one) for one in known)]
        self.assertEqual(sorted(path.name for path in rest),
                         ["_forager", "forager", "forager.1", "forager.conf", "forager.conf", "forager.fish",
                          "forager.service", "forager.toml.5"])

    def test_the_manual_pages_are_in_form(self):
        for name in ("forager.1", "forager.toml.5"):
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", only(self.root, name)], capture_output=True,
                                  text=True, timeout=60)
            self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_manual_names_every_command_and_flag(self):
        page = self.text_of_page("forager.1")
        commands = re.findall(r"(?m)^  (\w+) ", output_of(FORAGER, "--help").split("Subcommands:")[1])
        self.assertGreater(len(commands), 15)
        for command in commands:
            self.assertIn(f"forager {command}", page)
            for flag in re.findall(r"--[a-z][a-z-]*", output_of(FORAGER, command, "--help")):
                self.assertIn(flag, page)

    def test_the_manual_names_every_key(self):
        page = self.text_of_page("forager.toml.5")
        keys = re.findall(r"(?m)^#(\w+ = .*)$", output_of(FORAGER, "config", "default"))
        self.assertGreater(len(keys), 60)
        for key in keys:
            self.assertIn(key, page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
