#!/usr/bin/env python3
"""forager repl as its users meet it: repl_test.py FORAGER."""
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from terminal import PATIENCE, Terminal

FORAGER = pathlib.Path(sys.argv[1]).absolute()


def cpu_time(process):
    """Seconds that it has computed, this far."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Repl(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm", "REPL": folder.name}
        self.environment |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}

    def script(self, text):
        path = self.folder / "mine.lua"
        path.write_text(text)
        return path

    def pipe(self, inputs, *args):
        return subprocess.run([FORAGER, "repl", *args], input=inputs, capture_output=True, text=True,
                              cwd=self.folder, env=self.environment, timeout=PATIENCE)

    def answers(self, inputs, *args):
        done = self.pipe(inputs, "--json", *args)
        return [json.loads(line) for line in done.stdout.splitlines()], done.returncode

    def children(self):
        """Processes that the program has started, and that are left."""
        marker, found = b"REPL=" + os.fsencode(self.environment["REPL"]) + b"\0", []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if marker in (process / "environ").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue
        return found

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.01)


class Pipe(Repl):
    def test_values_go_to_stdout_and_prints_to_stderr(self):
        done = self.pipe("1 + 1\nx = 'text'\nx\nprint(x)\nnil, 'two'\n-- nothing\n\n{ 1, a = { 'b' } }\n")
        self.assertEqual(done.stdout, 'text\n'.join(["2\n", "nil\ntwo\n{ 1, a = { \"b\" } }\n"]))
        self.assertEqual((done.stderr, done.returncode), ("text\n", 0))

    def test_an_input_has_as_many_lines_as_it_needs(self):
        done = self.pipe("for i = 1, 2 do\n  print(i)\nend\nfunction twice(n)\n\n  return 2 * n\nend\ntwice(\n4)")
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("8\n", "1\n2\n", 0))

    def test_all_inputs_are_run_and_a_failure_is_exit_code_1(self):
        done = self.pipe("error 'first'\n1 +\n)\nlocal function f()\n  nobody.knows()\nend f()\n'last'\n")
        self.assertEqual((done.stdout, done.returncode), ("last\n", 1))
        self.assertIn("stdin:1: first", done.stderr)
        self.assertIn("stdin:5: undefined global 'nobody'", done.stderr)
        self.assertIn("stdin:5: in function 'f'", done.stderr)
        self.assertEqual(self.pipe("for i = 1, 2 do").returncode, 1)

    def test_json_gives_one_document_for_each_input(self):
        answers, code = self.answers("1\n1, nil\nx = 1\nerror { code = 'mine', message = 'no', shelf = 3 }\nprint\n")
        self.assertEqual(code, 1)
        self.assertEqual([answer.get("result") for answer in answers[:3]], [1, [1, None], None])
        self.assertEqual(answers[3], {"ok": False, "error": {"code": "mine", "message": "no", "shelf": 3,
                                                             "where": answers[3]["error"]["where"]}})
        self.assertTrue(answers[4]["result"].startswith("function"), answers[4])

    def test_json_has_no_word_for_some_numbers_and_says_what_to_do(self):
        answers, code = self.answers("{ 1, { 0/0 } }\n1\n")
        self.assertEqual(code, 1)
        self.assertEqual((answers[0]["ok"], answers[0]["error"]["code"]), (False, "bad_arguments"))
        self.assertEqual(answers[0]["error"]["message"],
                         "the result[2][1] is not a number (NaN), which JSON cannot say. Ask for text, as tostring(…) "
                         "gives it, or leave out --json.")
        self.assertEqual(answers[1], {"ok": True, "result": 1})

    def test_calls_that_wait_wait_and_locals_are_their_inputs_own(self):
        done = self.pipe("forager.sh('echo hello').stdout\nlocal a = 1\na\n")
        self.assertEqual(done.stdout, "hello\n")
        self.assertIn("undefined global 'a'", done.stderr)

    def test_tasks_go_on_between_inputs_and_end_with_the_session(self):
        done = self.pipe("c = forager.channel()\n"
                         "t = forager.spawn(function() c:send(1) c:send(2) forager.sh 'sleep 1000' end)\n"
                         "c:receive()\nc:receive()\nt:state()\n")
        self.assertEqual(done.stdout.split(), ["1", "true", "2", "true", "waiting"], done.stderr)
        self.assertEqual((self.children(), done.returncode), ([], 0))

    def test_a_task_that_fails_unheard_is_told(self):
        done = self.pipe("forager.spawn(function() forager.sleep '1ms' error 'oh no' end) and nil\n"
                         "forager.sleep '100ms'\n")
        self.assertIn("a task failed: stdin:1: oh no\n", done.stderr)

    def test_a_script_is_loaded_first(self):
        script = self.script("local forager = require 'forager'\nshelf = 5\nforager.func { name = 't.twice', "
                             "args = { { 'n', 'integer' } }, run = function(ctx, n) return 2 * n end }\n")
        done = self.pipe("forager.call('t.twice', shelf)\n", script)
        self.assertEqual((done.stdout, done.returncode), ("10\n", 0), done.stderr)
        self.assertEqual(self.pipe("1", self.script("return +")).returncode, 2)
        done = self.pipe("1", self.script("error 'not today'"))
        self.assertEqual((done.stdout, done.returncode), ("", 1))
        self.assertIn("mine.lua:1: not today", done.stderr)

    def test_a_file_and_nothing_are_read_like_a_pipe(self):
        with self.script("1 + 2\n").open() as text:
            done = subprocess.run([FORAGER, "repl"], stdin=text, capture_output=True, text=True, timeout=PATIENCE,
                                  cwd=self.folder, env=self.environment)
        self.assertEqual((done.stdout, done.returncode), ("3\n", 0), done.stderr)
        done = subprocess.run([FORAGER, "repl"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, cwd=self.folder, env=self.environment)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))

    def test_an_answer_comes_before_the_next_input(self):
        program = subprocess.Popen([FORAGER, "repl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   cwd=self.folder, env=self.environment)
        with program:
            for number in range(3):
                program.stdin.write(f"{number} + 1\n")
                program.stdin.flush()
                self.assertEqual(program.stdout.readline(), f"{number + 1}\n")

    def test_a_signal_ends_it_with_its_children(self):
        program = subprocess.Popen([FORAGER, "repl"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   cwd=self.folder, env=self.environment)
        with program:
            program.stdin.write("forager.sh 'sleep 1000'\n")
            program.stdin.flush()
            self.until(lambda: len(self.children()) > 1, "the command to run")
            program.send_signal(signal.SIGINT)
            self.assertEqual(program.wait(PATIENCE), 130)
        self.assertEqual(self.children(), [])

    def test_a_signal_that_comes_while_it_closes_waits_for_the_end_of_what_it_started(self):
        program = subprocess.Popen([FORAGER, "repl"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   cwd=self.folder, env=self.environment)
        with program:
            program.stdin.write("forager.spawn(function() local last <close> = setmetatable({}, { __close = function()"
                                " print 'closing' forager.sh 'until [ -e gate ]; do sleep 0.05; done' end })"
                                " forager.sleep '1h' end)\nforager.sleep '10ms'\n")
            program.stdin.close()
            self.assertEqual(program.stderr.readline(), "closing\n")
            program.send_signal(signal.SIGTERM)
            time.sleep(0.1)  # for it to be heard
            (self.folder / "gate").touch()
            self.assertEqual(program.wait(PATIENCE), 143, program.stderr.read())
        self.assertEqual(self.children(), [])


class Person(Repl):
    def terminal(self, *args):
        return Terminal([FORAGER, "repl", *args], cwd=self.folder, env=self.environment)

    def test_inputs_are_edited_and_answered(self):
        terminal = self.terminal()
        terminal.ask("1 + 41", r"42\r\n")
        terminal.ask("for i = 1, 2 do", ">> ")
        terminal.type("print('line ' .. i) end\n")
        terminal.read_until(r"line 1\r\nline 2\r\n")
        terminal.ask("'wrong'\x01\x0b'right'", r"\nright\r\n")
        terminal.ask("'ä' .. 'ö'", r"äö\r\n")
        terminal.ask("\x1b[A", r"äö\r\n")
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_ctrl_c_ends_the_call_and_not_the_session(self):
        terminal = self.terminal()
        for call in ("forager.sh 'sleep 1000'", "while true do end",
                     "table.sort({ 1, 2, 3 }, function() while true do end end)"):
            terminal.ask("here = 1", "\n")
            terminal.read_until("> ")
            terminal.type(call + "\n")
            terminal.read_until(r"\n")
            if "sleep" in call:
                self.until(lambda: len(self.children()) > 1, "the command to run")
            terminal.type("\x03")
            terminal.read_until("cancelled")
            terminal.ask("here + 1", r"2\r\n")
            self.assertEqual(len(self.children()), 1)
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_ctrl_c_again_ends_the_program_where_it_cannot_end_the_call(self):
        terminal = self.terminal()
        terminal.ask("print 'it begins' ; (('a'):rep(100000)):find(('.-'):rep(20) .. 'b')", "it begins\r\n")
        pid = terminal.program.pid
        begun = cpu_time(pid)
        self.until(lambda: cpu_time(pid) > begun + 0.3, "the call that cannot be ended")
        while terminal.program.poll() is None:
            terminal.type("\x03")
            time.sleep(0.1)
        terminal.read_until("ended by Interrupt")
        self.assertEqual(terminal.end(), 130)

    def test_what_is_typed_while_an_input_runs_is_read_behind_it(self):
        for typed, shown in (("6 * 7\n", r"42\r\n"), ("", "")):
            terminal = self.terminal()
            terminal.ask("print 'it begins' forager.sh 'until [ -e gate ]; do sleep 0.05; done'", "it begins\r\n")
            terminal.type(typed + "\x04")
            (self.folder / "gate").touch()
            terminal.read_until(shown)
            self.assertEqual(terminal.end(), 0)
            (self.folder / "gate").unlink()

    def test_ctrl_c_before_the_first_prompt_leaves(self):
        for rest in ("forager.sh 'sleep 1000'", "while true do end"):
            terminal = self.terminal(self.script(f"local forager = require 'forager' print 'it is loaded' {rest}"))
            terminal.read_until("it is loaded")
            if "sleep" in rest:
                self.until(lambda: len(self.children()) > 1, "the command to run")
            terminal.type("\x03")
            self.assertEqual(terminal.end(), 130)
            self.assertEqual(self.children(), [])

    def test_ctrl_c_at_the_prompt_drops_what_is_typed_and_says_how_to_leave(self):
        terminal = self.terminal()
        terminal.read_until("> ")
        terminal.type("for i = 1, 2 do\n")
        terminal.read_until(">> ")
        terminal.type("nonsense\x03")
        terminal.ask("6 * 7", r"42\r\n")
        terminal.read_until("> ")
        terminal.type("\x03")
        terminal.read_until("Ctrl-D leaves")
        terminal.ask("6 * 8", r"48\r\n")
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_what_was_typed_is_remembered_for_its_user_alone(self):
        terminal = self.terminal()
        terminal.ask("'first'", r"first\r\n")
        terminal.ask(" 'a secret'", r"a secret\r\n")
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)
        history = self.folder / ".local/state/forager/history"
        self.assertEqual(stat.S_IMODE(history.stat().st_mode), 0o600)
        self.assertIn("'first'", history.read_text())
        self.assertNotIn("secret", history.read_text())
        terminal = self.terminal()
        terminal.ask("\x1b[A", r"first\r\n")
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_a_print_meanwhile_leaves_what_is_typed(self):
        terminal = self.terminal()
        terminal.ask("forager.spawn(function() forager.sh 'until [ -e gate ]; do sleep 0.05; done' print 'news' end)",
                     "task")
        terminal.read_until("> ")
        terminal.type("6 *")
        (self.folder / "gate").touch()
        terminal.read_until("news\r\n")
        terminal.type(" 7\n")
        terminal.read_until(r"42\r\n")
        terminal.read_until("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
