#!/usr/bin/env python3
"""forager plan: what scripts would do, and that nothing is done: plan_test.py FORAGER."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

FORAGER = pathlib.Path(sys.argv[1]).absolute()

# One of each kind of everything that leaves the program.
EVERYTHING = """
local forager = require "forager"
forager.sh "touch made-by-sh"
forager.sh { "touch", "made-by-argv" }
for line in forager.sh("seq 3").stdout:gmatch "[^\\n]+" do print(line) end
forager.python { code = "open('made-by-python', 'w')" }
forager.http.get "http://127.0.0.1:9/"
forager.http.post("http://127.0.0.1:9/", { json = { a = 1 } })
forager.files.write("made-by-write", "x")
forager.files.append("made-by-append", "x")
forager.files.copy("plan.lua", "made-by-copy")
forager.files.move("plan.lua", "made-by-move")
forager.files.remove "plan.lua"
forager.files.make_folder "made-by-make-folder"
forager.files.temp_file()
forager.files.temp_folder()
forager.files.archive { "plan.lua", to = "made-by-archive.tar" }
forager.files.extract("a.tar", "made-by-extract")
assert(forager.files.read "plan.lua" ~= "")
assert(forager.files.exists "plan.lua")
forager.docker.run { image = "alpine", command = { "true" } }
forager.docker.create { image = "alpine", name = "c" }
forager.docker.remove "c"
forager.docker.pull "alpine"
forager.docker.list()
for _ in forager.docker.events() do end
forager.docker.volumes.create { name = "v" }
forager.docker.networks.remove "n"
forager.k8s.apply { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "c" } }
forager.k8s.delete("pods", "p")
forager.k8s.list "pods"
forager.k8s.run_job { name = "j", image = "alpine", command = { "true" } }
for _ in forager.k8s.watch "pods" do end
forager.s3.put("key", "body")
forager.s3.get("key", { to_file = "made-by-s3" })
forager.s3.delete "key"
forager.cfs.put("plan.lua", "/label")
forager.cfs.sync("made-by-sync", "/label")
forager.colony.submit("f", { args = { 1 } })
forager.colony.list()
forager.colony.crons.list()
forager.colony.blueprints.remove "b"
forager.broker.publish("channel", { a = 1 })
forager.broker.stream("stream", "x")
forager.monitors.add { name = "m", container = "c" }
forager.queue.submit("f", {})
forager.call("unix.unix_command", "touch made-by-function")
forager.kv.set("a", 1)
return "the end"
"""

WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
# What a program's start does: its own terminals and tables, and nothing that stays.
OWN = ("/dev/null", "/dev/tty", "/proc/")


class Plan(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # A sanitizer cannot look for leaks in what strace holds.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.environment = {**os.environ, "FORAGER_AGENT_SOCKET": str(self.folder / "no.sock"), "ASAN_OPTIONS": sanitizer}

    def write(self, text, name="plan.lua"):
        (self.folder / name).write_text(text)
        return name

    def run_words(self, *words):
        return subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=self.folder, env=self.environment)

    def plan(self, *words):
        return self.run_words(FORAGER, "plan", *words)

    def planned(self, *words):
        done = self.plan(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)["result"]

    def test_everything_is_told_and_nothing_done(self):
        self.write(EVERYTHING)
        before = sorted(os.listdir(self.folder))
        trace = self.folder / "trace"
        done = self.run_words("strace", "-f", "-qq", "-o", trace, "-e",
                              "trace=execve,connect,bind,sendto,sendmsg,openat,open,creat,unlink,unlinkat,rename,renameat,"
                              "renameat2,mkdir,mkdirat,symlinkat,linkat,truncate,fchmodat,fork,vfork,kill,clone,clone3",
                              "-e", "signal=none", FORAGER, "plan", "plan.lua", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)["result"]
        self.assertEqual((result["complete"], result["result"]), (True, "the end"), result.get("error"))
        self.assertEqual(len(result["steps"]), 43, [step["call"] for step in result["steps"]])
        done_to_world, begun = [], 0
        for line in trace.read_text().splitlines():
            call = line.split(None, 1)[1]
            if call.startswith("execve("):
                begun += 1
            elif call.startswith(("clone", "fork", "vfork")):
                if "CLONE_THREAD" not in call:
                    done_to_world.append(call)
            elif call.startswith("open"):
                path = call.split('"')[1]
                if WRITES.search(call) and not path.startswith(OWN):
                    done_to_world.append(call)
            elif not call.startswith("kill"):
                done_to_world.append(call)
        self.assertEqual((begun, done_to_world), (1, []))
        trace.unlink()
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_people_read_one_line_for_each_step(self):
        self.write('local forager = require "forager"\n'
                   'forager.sh { "convert", "a.png", "b c.png" }\n'
                   'forager.sleep "6h"\n'
                   'forager.http.post("https://example.org/hook", { json = { a = 1 } })\n'
                   'return { done = true }\n')
        done = self.plan("plan.lua")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], '   1 sh "convert a.png b c.png"   (plan.lua:2)')
        self.assertEqual(lines[1], "     6 h 00 m later")
        self.assertTrue(lines[2].startswith('   2 http.post "https://example.org/hook" {'), lines[2])
        self.assertEqual(lines[3:], ["2 steps, none of them done", "the result would be: done: true"])

    def test_a_function_is_planned_with_its_calls_and_durable_steps(self):
        self.write('local forager = require "forager"\n'
                   'forager.func { name = "order.fulfil", durable = true, args = { { "id", "string" } },\n'
                   '  run = function(ctx, id)\n'
                   '    local paid = ctx:step("charge", function() return forager.sh({ "charge", id }).stdout end)\n'
                   '    ctx:sleep "1d"\n'
                   '    forager.call("backup.backup", { name = id })\n'
                   '    return paid\n'
                   '  end }\n')
        result = self.planned("order.fulfil", "o1", "--script", "plan.lua", "--answer", "sh=paid")
        self.assertEqual([(step["call"], step["after"], step["answered"]) for step in result["steps"]],
                         [("sh", 0, True), ("backup.backup", 86400, False)])
        self.assertEqual(result["steps"][0]["function"], "order.fulfil")
        self.assertEqual(result["result"], "paid")

    def test_answers_are_given_in_turn(self):
        self.write('local forager = require "forager"\n'
                   'local said = {}\n'
                   'for i = 1, 3 do said[i] = forager.http.get("http://x.invalid/").status end\n'
                   'return said\n')
        words = ("--answer", 'http.request={"status": 503}', "--answer", 'http.request={"status": 204}')
        self.assertEqual(self.planned("plan.lua", *words)["result"], [503, 204, 204])

    def test_answers_are_named_as_scripts_name_calls(self):
        self.write('local http = require("forager").http\nreturn { http.get("x:").status, http.post("x:").status }\n')
        done = self.plan("plan.lua", "--json", "--answer", 'http.get={"status": 404}', "--answer", "http.put=x")
        self.assertEqual(json.loads(done.stdout)["result"]["result"], [404, 200], done)
        self.assertEqual(done.stderr, "--answer http.put: nothing of this name was asked for\n")

    def test_what_depends_on_an_answer_says_so(self):
        self.write('local forager = require "forager"\n'
                   'local text = forager.sh("df").stdout\n'
                   'forager.sh("echo " .. text:match "%d+")\n')
        done = self.plan("plan.lua")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 step, none of them done", done.stdout)
        self.assertIn("what follows depends on the answers: ", done.stderr)
        self.assertIn("plan.lua:3", done.stderr)
        self.assertIn("--answer CALL=VALUE", done.stderr)
        result = self.planned("plan.lua")
        self.assertEqual((result["complete"], len(result["steps"])), (False, 1))
        self.assertEqual(len(self.planned("plan.lua", "--answer", "sh=90% full")["steps"]), 2)

    def test_mistakes(self):
        self.write("error 'no'")
        self.assertEqual(self.plan("plan.lua").returncode, 1)
        self.write("local x = ")
        self.assertEqual(self.plan("plan.lua").returncode, 2)
        self.assertEqual(self.plan("no.such.function", "--script", self.write("", "empty.lua")).returncode, 1)
        done = self.plan("plan.lua", "--answer", "sh")
        self.assertEqual((done.returncode, "is not CALL=VALUE" in done.stderr), (2, True))
        self.write('local forager = require "forager"\n'
                   'while forager.http.get("http://x.invalid/").status ~= 201 do forager.sleep "1h" end\n')
        done = self.plan("plan.lua", "--json")
        self.assertIn("more than 10000 steps", done.stdout)

    def test_a_script_that_only_declares(self):
        self.write('require "forager".func { name = "mine.idle", run = function() end }')
        done = self.plan("plan.lua")
        self.assertIn("it declares mine.idle: 'forager plan mine.idle --script FILE'", done.stdout)
        done = self.plan("mine.idle", "--script", "plan.lua")
        self.assertEqual((done.returncode, "it declares" in done.stdout), (0, False), done.stdout)

    def test_what_files_that_are_read_take_is_not_told(self):
        self.write('local forager = require "forager"\nfor _ = 1, 20 do forager.files.read "plan.lua" end\nforager.sh "true"\n')
        self.assertNotIn("later", self.plan("plan.lua").stdout)

    def test_nothing_at_all(self):
        self.write("return 1 + 1")
        self.assertEqual(self.plan("plan.lua").stdout, "nothing would be asked of the world\nthe result would be: 2\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
