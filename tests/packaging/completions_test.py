#!/usr/bin/env python3
"""The completions in the shells that they are for: completions_test.py FORAGER BUILD PREFIX."""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, Scenario
from installed_tree import install

BUILD = pathlib.Path(sys.argv[2]).absolute()

SCRIPT = """
forager.func { name = "t.quick", run = function() return 1 end }
"""

BASH = """
source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$(($# - 2))
_forager
printf '%s\\n' "${COMPREPLY[@]}"
"""

FISH = """
source $argv[1]
complete -C "$argv[2]" | string replace -r '\\t.*' ''
"""

# What is added is printed, too, a line each.
ZSH = """
PS1='> ' fpath=(FOLDER $fpath)
autoload -U compinit; compinit -u -D
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && print -l -- '' found:$^hits
  builtin compadd "$@"
}
comppostfuncs=(finished)
finished() { print -- $'\\n''the end' }
bindkey '^I' complete-word
print it is ready
"""


class Completions(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.root = install(BUILD, cls)

    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "forager").symlink_to(FORAGER)
        self.environment["PATH"] = f"{self.folder}/bin:{self.environment['PATH']}"
        self.environment["FORAGER_AGENT_SOCKET"] = str(self.socket)
        self.work = self.folder / "work"
        self.work.mkdir()
        for name in ("one.lua", "two.toml", "three.txt"):
            (self.work / name).touch()
        (self.work / "folder").mkdir()

    def run_shell(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=self.work,
                              env=self.environment)
        self.assertEqual(done.stderr, "")
        return sorted(set(done.stdout.split()))

    def bash(self, *words):
        return self.run_shell("bash", "--norc", "-c", BASH, "-", self.laid("bash-completion", "forager"), "forager", *words)

    def fish(self, *words):
        return self.run_shell("fish", "--no-config", "-c", FISH, self.laid("fish", "forager.fish"),
                              "forager " + " ".join(words))

    def zsh(self, *words):
        (self.folder / ".zshrc").write_text(ZSH.replace("FOLDER", str(self.laid("zsh", "_forager").parent)))
        terminal, its_end = pty.openpty()
        shell = subprocess.Popen(["zsh", "-i"], stdin=its_end, stdout=its_end, stderr=its_end, cwd=self.work,
                                 env=self.environment | {"ZDOTDIR": str(self.folder), "TERM": "dumb"},
                                 start_new_session=True)
        os.close(its_end)
        try:
            self.read_until(terminal, "it is ready\r\n")
            os.write(terminal, ("forager " + " ".join(words) + "\t").encode())
            seen = self.read_until(terminal, "the end")
            return sorted(set(re.findall(r"found:(\S+)", seen)))
        finally:
            shell.kill()
            shell.wait()
            os.close(terminal)

    def read_until(self, terminal, mark):
        seen = ""
        deadline = time.monotonic() + PATIENCE
        while mark not in seen:
            self.assertLess(time.monotonic(), deadline, seen)
            if select.select([terminal], [], [], 1)[0]:
                seen += os.read(terminal, 65536).decode(errors="replace")
        return seen

    def laid(self, shell, name):
        (path,) = (path for path in self.root.rglob(name) if path.is_file() and f"/{shell}" in str(path.parent))
        return path

    def proposed(self, words, expected):
        """In each shell, for the last of these words."""
        for shell in (self.bash, self.fish, self.zsh):
            with self.subTest(shell.__name__):
                self.assertEqual([one.rstrip("/") for one in shell(*words)], expected)

    def test_commands(self):
        self.proposed(["s"], ["show", "signal", "status", "submit"])
        self.proposed(["config", ""], ["check", "default", "explain"])

    def test_flags_of_a_command(self):
        self.proposed(["submit", "--id"], ["--idempotency-key"])
        self.proposed(["config", "check", "--j"], ["--json"])
        self.proposed(["ps", "--state", "s"], ["sleeping", "succeeded"])

    def test_files_of_the_kind_that_is_wanted(self):
        self.proposed(["run", ""], ["folder", "one.lua"])
        self.proposed(["check", ""], ["folder", "one.lua", "two.toml"])
        self.proposed(["status", "--config", ""], ["folder", "two.toml"])
        self.proposed(["apply", ""], ["folder", "one.lua", "three.txt", "two.toml"])
        self.proposed(["delete", "t"], ["three.txt", "two.toml"])

    def test_functions_and_ids_of_the_running_agent(self):
        self.serve(SCRIPT)
        id = self.submit("t.quick")
        self.proposed(["call", "t."], ["t.quick"])
        self.proposed(["submit", "t."], ["t.quick"])
        self.proposed(["show", ""], [id])

    def test_without_an_agent_there_is_nothing_to_see(self):
        self.proposed(["show", ""], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
