#!/usr/bin/env python3
"""forager repl --attach, inside a running agent: repl_test.py FORAGER."""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, Scenario, main
from terminal import Terminal

SCRIPT = """
forager.func { name = "t.hello", args = { { "who", "string" } }, run = function(ctx, who)
  ctx:log("greeting %s", who)
  return "hello " .. who
end }
forager.func { name = "t.keep", run = function(ctx, value) forager.kv.set("kept", value) end }
"""


class Attached(Scenario):
    def command(self, *args):
        return [FORAGER, "repl", "--attach", "--config", self.config, *args]

    def pipe(self, inputs, *args):
        return subprocess.run(self.command(*args), input=inputs, capture_output=True, text=True, timeout=PATIENCE,
                              cwd=self.folder, env=self.environment)

    def begin(self):
        return subprocess.Popen(self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, cwd=self.folder, env=self.environment)

    def ask_through(self, program, text):
        program.stdin.write(text + "\n")
        program.stdin.flush()
        return program.stdout.readline()

    def sessions(self):
        return self.request("GET", "/v1/status")["result"]["sessions"]

    def test_inputs_are_run_among_the_agents_functions(self):
        self.serve(SCRIPT)
        done = self.pipe("x = forager.call('t.hello', 'Ann')\nx\nerror 'no'\nforager.sh('echo $PPID').stdout + 0\n")
        self.assertEqual(done.stdout, f"hello Ann\n{self.agent.pid}\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("greeting Ann\n", done.stderr)
        self.assertIn("stdin:3: no", done.stderr)
        done = self.pipe("1\nerror 'no'\n", "--json")
        self.assertEqual([json.loads(line)["ok"] for line in done.stdout.splitlines()], [True, False])

    def test_numbers_that_json_cannot_say_are_shown_to_people(self):
        self.serve(SCRIPT)
        done = self.pipe("1 / 0\n2\n")
        self.assertEqual((done.stdout, done.returncode), ("inf\n2\n", 0), done.stderr)
        done = self.pipe("1 / 0\n2\n", "--json")
        refused, two = (json.loads(line) for line in done.stdout.splitlines())
        self.assertIn("infinite number, which JSON cannot say. Ask for text", refused["error"]["message"])
        self.assertEqual(two, {"ok": True, "result": 2})

    def test_what_a_session_declares_is_its_own(self):
        self.serve(SCRIPT)
        script = self.folder / "mine.lua"
        script.write_text("local forager = require 'forager'\n"
                          "forager.func { name = 'mine.own', run = function() return 'own' end }\nloaded = true\n")
        done = self.pipe("forager.call('mine.own'), loaded\n", script)
        self.assertEqual((done.stdout, done.returncode), ("own\ntrue\n", 0), done.stderr)
        self.assertNotIn("mine.own", [one["name"] for one in self.request("GET", "/v1/functions")["result"]])
        script.write_text("return +")
        self.assertEqual(self.pipe("1", script).returncode, 2)

    def test_the_values_of_a_script_are_seen_with_that_script(self):
        self.serve(SCRIPT)
        self.run_work("t.keep", "7")
        done = self.pipe("forager.kv.get 'kept'\n", self.scripts / "script.lua")
        self.assertEqual(done.stdout, "7\n", done.stderr)
        self.assertEqual(self.pipe("forager.kv.get 'kept'\n").stdout, "nil\n")

    def test_a_session_is_listed_and_ends_with_its_client(self):
        self.serve(SCRIPT)
        with self.begin() as program:
            self.assertEqual(self.ask_through(program, "6 * 7"), "42\n")
            (session,) = self.sessions()
            self.assertEqual((session["inputs"], session["script"]), (1, "repl"))
            program.stdin.write("forager.sh 'sleep 1000'\n")
            program.stdin.flush()
            self.until(self.children_of_the_agent, "the command to run")
            program.kill()
        self.until(lambda: not self.sessions(), "the session to end")
        self.until(lambda: not self.children_of_the_agent(), "the command to end")

    def children_of_the_agent(self):
        return self.family()

    def test_ctrl_c_ends_the_call_and_not_the_session(self):
        self.serve(SCRIPT)
        terminal = Terminal(self.command(), cwd=self.folder, env=self.environment | {"TERM": "xterm"})
        terminal.ask("here = 1", "\n")
        terminal.read_until("> ")
        terminal.type("forager.sh 'sleep 1000'\n")
        self.until(self.children_of_the_agent, "the command to run")
        terminal.type("\x03")
        terminal.read_until("cancelled")
        terminal.ask("here + 1", r"2\r\n")
        self.assertEqual(self.family(), [])
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_a_terminal_stays_blocking_for_what_shares_it(self):
        terminal = Terminal([FORAGER, "repl"], cwd=self.folder, env=self.environment | {"TERM": "xterm"})
        shared = pathlib.Path(f"/proc/{terminal.program.pid}/fdinfo/1")
        terminal.ask("\x00\x12'a' .. 'b'", r"ab\r\n")  # such keys do not end it, either
        self.assertFalse(int(re.search(r"flags:\s*(\d+)", shared.read_text())[1], 8) & os.O_NONBLOCK)
        terminal.read_until("> ")
        terminal.type("('y'):rep(60000)\n")
        terminal.read_until("y{60000}\r\n")
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_an_agent_that_goes_away_ends_the_session(self):
        self.serve(SCRIPT)
        with self.begin() as program:
            self.assertEqual(self.ask_through(program, "1"), "1\n")
            self.restart()
            said = program.communicate(timeout=PATIENCE)[1]
            self.assertEqual(program.returncode, 1)
            self.assertIn("went away", said)
            self.assertIn("the session has ended with it", said)
        self.stop()
        done = self.pipe("1\n")
        self.assertEqual((done.stdout, done.returncode), ("", 1))
        self.assertIn("forager agent", done.stderr)

    def test_an_agent_that_stops_says_so(self):
        self.serve(SCRIPT)
        with self.begin() as program:
            program.stdin.write("forager.sh 'sleep 1000'\n")
            program.stdin.flush()
            self.until(self.children_of_the_agent, "the command to run")
            self.assertEqual(self.stop(), 0)
            said = program.communicate(timeout=PATIENCE)[1]
            self.assertEqual(program.returncode, 1)
            self.assertIn("agent stops", said)


if __name__ == "__main__":
    main()
