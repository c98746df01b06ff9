#!/usr/bin/env python3
"""forager config, and the texts that follow its table: config_test.py FORAGER ROOT."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

FORAGER, ROOT = (pathlib.Path(argument).absolute() for argument in sys.argv[1:3])


def documentation(default_file):
    """What the reference says of all keys, made of the default file."""
    lines = []
    comment, names = [], []
    for line in [*default_file.splitlines()[8:], ""]:
        section = re.fullmatch(r"#?(\[+[\w.]+\]+)", line)
        key = re.fullmatch(r"#(\w+) = (.*)", line)
        if section:
            lines += ["", f"`{section[1]}`: {' '.join(comment)}", "", "| key | default | |", "| --- | --- | --- |"]
            comment = []
        elif key:
            names.append((key[1], key[2]))
        elif line.startswith("# "):
            comment.append(line[2:])
        elif names:
            shown = ", ".join(f"`{name}`" for name, _ in names)
            lines.append(f"| {shown} | `{names[0][1]}` | {' '.join(comment)} |")
            comment, names = [], []
    return "\n".join(lines).strip() + "\n"


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, text, name="forager.toml"):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def forager(self, *args, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **variables}
        return subprocess.run([FORAGER, "config", *args], env=environment, cwd=self.folder, capture_output=True,
                              text=True, timeout=60, check=False)

    def test_every_value_is_explained_with_where_it_comes_from(self):
        path = self.write("[agent]\nconcurrency = 3\n[[executor]]\ntype = 'unix'\n")
        done = self.forager("explain", "--config", path, COLONIES_SERVER_HOST="h", COLONIES_COLONY_NAME="c",
                            COLONIES_PRVKEY="a secret")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, rf"(?m)^concurrency = 3 +# {re.escape(path)}:2$")
        self.assertRegex(done.stdout, rf"(?m)^\[\[executor\]\]\ntype = \"unix\" +# {re.escape(path)}:4$")
        self.assertRegex(done.stdout, r'(?m)^key = "\(hidden\)" +# environment COLONIES_PRVKEY$')
        self.assertRegex(done.stdout, r"(?m)^tls = true +# default$")
        self.assertNotIn("a secret", done.stdout)

    def test_programs_get_a_list(self):
        done = self.forager("explain", "--json", "--config", self.write("[limits]\nmemory = '2GB'\n"))
        document = json.loads(done.stdout)
        self.assertIs(document["ok"], True)
        self.assertEqual(document["warnings"], [])
        self.assertIn({"key": "limits.memory", "value": "2GB", "from": f"{self.folder}/forager.toml:2"},
                      document["result"])
        self.assertIn({"key": "colony.key", "value": "", "from": "default"}, document["result"])

    def test_what_is_explained_reads_back_as_the_same(self):
        path = self.write("[agent]\nname = \"a\\n\\\"b\\\" é\"\nscripts = ['x', '/y']\n[[executor]]\n[[executor]]\n")
        first = self.forager("explain", "--config", path).stdout
        again = self.forager("explain", "--config", self.write(first, "again.toml")).stdout
        values = [re.sub(r" +# .*", "", text) for text in (first, again)]
        self.assertEqual(*values)

    def test_all_problems_are_found_at_once(self):
        path = self.write("[agent]\nnmae = 1\n[s3]\ntls = 2\n")
        done = self.forager("check", path)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual(done.stdout, f"{path}:2:1: there is no key 'nmae' in [agent]; did you mean 'name'?\n"
                                      f"{path}:4:1: s3.tls must be true or false, not 2\n")
        document = json.loads(self.forager("check", "--json", path).stdout)
        self.assertIs(document["ok"], False)
        self.assertEqual(len(document["findings"]), 2)
        explained = self.forager("explain", "--config", path)
        self.assertEqual((explained.returncode, explained.stdout), (2, ""))
        self.assertEqual(explained.stderr, "forager: " + done.stdout)

    def test_what_is_right_passes_and_may_be_warned_of(self):
        path = self.write("[colony]\nhost = 'h'\nname = 'n'\n")
        done = self.forager("check", path)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("warning: ", done.stderr)

    def test_check_of_everything_knows_configuration_files(self):
        path = self.write("[agent]\nnmae = 1\n")
        done = subprocess.run([FORAGER, "check", path], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}:2:1: there is no key 'nmae'", done.stdout)

    def test_a_command_that_is_incomplete_or_misspelt_says_how_it_goes_on(self):
        for words, message in [((), "needs to know which: explain, check and default"),
                               (("explian",), "there is no 'forager config explian'; did you mean 'explain'?"),
                               (("explain", "--jsno"), "'forager config explain' has no flag '--jsno'"),
                               (("explain", "x"), "'forager config explain' has no use for 'x'")]:
            with self.subTest(words=words):
                done = self.forager(*words)
                self.assertEqual(done.returncode, 2)
                self.assertIn(message, done.stderr)

    def test_the_packaged_file_is_the_default_file(self):
        self.assertEqual((ROOT / "packaging" / "config" / "forager.toml").read_text(), self.forager("default").stdout,
                         "forager config default > packaging/config/forager.toml would mend that")

    def test_the_samples_of_the_documentation_have_no_mistakes(self):
        samples = [(page.name, text) for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
                   for text in re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)]
        self.assertGreater(len(samples), 10)
        for page, text in samples:
            told = self.forager("check", self.write(text)).stdout.splitlines()
            # The files with secrets are on the reader's machine.
            self.assertEqual([line for line in told if "no such file or directory" not in line], [], f"{page}:\n{text}")

    def test_the_reference_lists_every_key(self):
        expected = documentation(self.forager("default").stdout)
        self.assertIn(expected, (ROOT / "docs" / "reference.md").read_text(), "the reference should have:\n" + expected)


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0)
