#!/usr/bin/env python3
"""What people do wrong in their first scripts, and what they are told: mistakes_test.py FORAGER [--write].

mistakes.md beside this file has the mistakes: for each a heading, the script, and what the program says to it. --write
puts in what it says now, to be read and judged before it is committed.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

FORAGER = pathlib.Path(sys.argv[1]).absolute()
TABLE = pathlib.Path(__file__).with_name("mistakes.md")


class Mistake:
    """One section of the table: blocks of code, each a file, and the calls of the program with their outputs."""

    def __init__(self, text):
        self.title, _, self.body = text.partition("\n")
        self.files = {(name or "first.lua"): code
                      for name, code in re.findall(r"```lua ?(\S*)\n(.*?)```", self.body, re.DOTALL)}
        self.calls = []
        for line in re.sub(r"```.*?```", "", self.body, flags=re.DOTALL).splitlines():
            if line.startswith("    $ forager "):
                self.calls.append((line.removeprefix("    $ forager "), []))
            elif line.startswith("    "):
                self.calls[-1][1].append(line[4:])

    def said(self, arguments):
        """What the program says to it."""
        with tempfile.TemporaryDirectory() as folder:
            for name, code in self.files.items():
                (pathlib.Path(folder) / name).write_text(code)
            words = shlex.split(arguments)
            done = subprocess.run([FORAGER, *words], cwd=folder, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=60,
                                  input=self.files["first.lua"] if words[0] == "repl" else "",
                                  env={**os.environ, "FORAGER_AGENT_SOCKET": f"{folder}/no.sock", "HOME": folder})
        return done.returncode, [line.rstrip() for line in done.stdout.splitlines() if line.strip()]


def mistakes():
    return [Mistake(text) for text in re.split(r"^## ", TABLE.read_text(), flags=re.MULTILINE)[1:]]


def write():
    table = TABLE.read_text().partition("\n## ")[0] + "\n"
    for mistake in mistakes():
        blocks = re.findall(r"```lua.*?```\n", mistake.body, re.DOTALL)
        lines = [line for arguments, _ in mistake.calls
                 for line in (f"$ forager {arguments}", *mistake.said(arguments)[1])]
        table += f"## {mistake.title}\n\n" + "\n".join(blocks) + "\n" + "".join(f"    {line}\n" for line in lines) + "\n"
    TABLE.write_text(table.rstrip("\n") + "\n")


class Mistakes(unittest.TestCase):
    def test_every_mistake_is_told_as_the_table_says(self):
        for mistake in mistakes():
            self.assertTrue(mistake.files and mistake.calls, mistake.title)
            for arguments, expected in mistake.calls:
                with self.subTest(mistake.title, arguments=arguments):
                    status, said = mistake.said(arguments)
                    self.assertEqual(said, expected)
                    self.assertIn(status, (1, 2))

    def test_every_message_has_its_place_and_its_line(self):
        for mistake in mistakes():
            for arguments, expected in mistake.calls:
                with self.subTest(mistake.title, arguments=arguments):
                    self.assertRegex(expected[0], r"(\w+\.lua|stdin|<code>):\d+: |^done$")
                    if "<code>" not in expected[0]:  # Python shows its lines itself
                        self.assertRegex("\n".join(expected), r"(?m)^  \d+ \| .*\S")

    def test_the_table_is_long_and_names_nothing_twice(self):
        titles = [mistake.title for mistake in mistakes()]
        self.assertGreater(len(titles), 60)
        self.assertEqual(len(titles), len(set(titles)))


if __name__ == "__main__":
    if sys.argv[2:] == ["--write"]:
        write()
    else:
        unittest.main(argv=sys.argv[:1])
