#!/usr/bin/env python3
"""forager record and forager replay: what ran runs again where there is no world: replay_test.py FORAGER."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

FORAGER = pathlib.Path(sys.argv[1]).absolute()

# A run of every kind of thing that differs from run to run, of as many kinds as its seed gives it.
MIXED = """
local forager = require "forager"
local seed = tonumber((...))
math.randomseed(seed)
local order = {}
local function note(...) order[#order + 1] = table.concat({ ... }, " ") end
local deeds = {
  function() note("sh", forager.sh("echo $RANDOM$$; date +%N").stdout) end,
  function() note("fails", select(2, pcall(forager.sh, "exit " .. math.random(1, 9))).exit_code) end,
  function() note("time", forager.time.now(), os.time(), forager.time.monotonic()) end,
  function() forager.sleep(math.random() * 0.02); note "slept" end,
  function() note("call", forager.call("unix.unix_command", "echo $$")) end,
  function() forager.files.write("state", tostring(math.random())); note(forager.files.read "state") end,
  function()
    note("race", forager.race(
      function() return forager.sh("sleep 0.0" .. math.random(1, 9) .. "; echo $$").stdout end,
      function() return forager.sh("sleep 0.0" .. math.random(1, 9) .. "; echo $$").stdout end))
  end,
  function() note("late", select(2, pcall(forager.timeout, "30ms", forager.sh, "sleep 5")).code) end,
}
for _ = 1, math.random(3, 8) do deeds[math.random(#deeds)]() end
local chance = {}
math.randomseed()
for i = 1, 3 do chance[i] = math.random(1 << 40) end
forager.log("%s", table.concat(order, "|"))
return { order = order, chance = chance }
"""


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.elsewhere = self.folder / "elsewhere"
        self.elsewhere.mkdir()

    def forager(self, *words, folder=None, input=None):
        return subprocess.run([FORAGER, *words], capture_output=True, text=True, timeout=120, cwd=folder or self.folder,
                              input=input, env={**os.environ, "FORAGER_AGENT_SOCKET": str(self.folder / "no.sock")})

    def write(self, text, name="script.lua"):
        (self.folder / name).write_text(text)
        return name

    def recorded(self, *words, code=0):
        done = self.forager("record", *words, "--out", "run.tape")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def replayed(self, *words, code=0, input=None):
        """Where nothing is of what there was."""
        done = self.forager("replay", str(self.folder / "run.tape"), *words, folder=self.elsewhere, input=input)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(os.listdir(self.elsewhere), [])
        return done

    def test_a_run_goes_as_it_went(self):
        self.write(MIXED)
        for seed in range(25):
            with self.subTest(seed):
                self.recorded("script.lua", str(seed))
                self.assertTrue(json.loads(self.replayed("--json").stdout)["result"]["identical"])

    def test_a_tape_is_its_owner_s(self):
        self.write("return 1")
        self.recorded("script.lua")
        self.assertEqual((self.folder / "run.tape").stat().st_mode & 0o777, 0o600)

    def test_a_run_that_failed_fails_again(self):
        self.write('local forager = require "forager"\nlocal pid = forager.sh("echo $$").stdout\nerror("no " .. pid, 0)\n')
        self.recorded("script.lua", code=1)
        self.assertIn("it came to the failure 'no ", self.replayed().stdout)

    def test_a_function_with_its_arguments(self):
        self.write('local forager = require "forager"\n'
                   'forager.func { name = "mine.greet", args = { { "name", "string" }, { "loud", "boolean", default = false } },\n'
                   '  run = function(_, name, loud) return forager.sh({ "echo", name, tostring(loud) }).stdout end }\n')
        self.recorded("mine.greet", "--script", "script.lua", "--kw", "name=Ada", "--kw", "loud=true")
        done = self.replayed()
        self.assertIn('   1 sh "echo Ada true"', done.stdout)
        self.assertIn('1 step, as then; it came to "Ada true\\n"', done.stdout)

    def test_a_script_that_has_changed_leaves_the_tape_and_says_where(self):
        script = 'local forager = require "forager"\nforager.sh "echo one"\nlocal two = forager.sh("echo two").stdout\nreturn two\n'
        self.write(script)
        self.recorded("script.lua")
        self.replayed()
        tape = str(self.folder / "run.tape")
        self.assertEqual(self.forager("replay", tape, "--current").returncode, 0)
        changes = {
            ("echo two", "echo three"): "script.lua:3",
            ("return two", "return 3"): 'it came to 3 instead of "two\\n"',
            ('forager.sh "echo one"', ""): "it did not ask for sh",
            ("return two", 'forager.sh "true"'): "which was not asked for then",
            ("return two", 'print "hello" return two'): "it said 'hello' instead of ''",
        }
        for (old, new), words in changes.items():
            self.write(script.replace(old, new))
            done = self.forager("replay", tape, "--current")
            self.assertEqual(done.returncode, 1, (old, new))
            self.assertIn(words, done.stderr)

    def test_a_break_shows_where_it_is_and_what_the_names_hold(self):
        self.write('local forager = require "forager"\n'
                   'local names = { "a", "b" }\n'
                   'for i, name in ipairs(names) do\n'
                   '  local hidden = i * 10\n'
                   '  forager.sh { "echo", name }\n'
                   '  hidden = nil\n'
                   'end\n'
                   'return #names\n')
        self.recorded("script.lua")
        said = self.replayed("--break", "2", input="l\nname .. hidden + 1\nnames\nunknown\nw\nx = 5\nn\n").stdout
        self.assertIn("5 |   forager.sh { \"echo\", name }", said)
        self.assertIn('it was answered {"stdout":"b\\n"', said)
        self.assertIn('  name = "b"\n', said)
        self.assertIn("  hidden = 20\n", said)
        self.assertIn("replay> b21\n", said)
        self.assertIn("- a\n- b\n", said)
        self.assertIn("undefined global 'unknown'", said)
        self.assertIn("script.lua:5", said)
        self.assertIn("2 steps, as then", said)
        self.assertEqual(self.replayed("--break", "sh", input="c\nc\n").stdout.count("replay> "), 2)
        self.assertEqual(self.replayed("--break", "sh", input="n\nn\n").stdout.count("replay> "), 2)
        self.assertNotIn("as then", self.replayed("--break", "1", input="q\n").stdout)

    def test_what_is_no_tape(self):
        for text in ("", "{}", '{"forager_tape": 99}'):
            (self.folder / "run.tape").write_text(text)
            self.assertTrue(self.replayed(code=2).stderr)
        (self.folder / "run.tape").unlink()
        self.replayed(code=2)
        self.assertEqual(self.forager("record", "none.lua").returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
