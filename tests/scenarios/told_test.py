#!/usr/bin/env python3
"""What people are told: of their work while they wait, of failures and their places, of loops and their troubles, by
status and by the log: told_test.py FORAGER."""
import http.client
import json
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, Scenario, main

SCRIPT = """
forager.func { name = "t.hold", run = function(ctx)
  ctx:log "begun"
  mark "begun"
  hold "gate"
  ctx:log "ended"
  return "done"
end }
local function inner() error "boo" end
forager.func { name = "t.fail", run = function() inner() end }
forager.func { name = "t.nested", run = function() forager.call("t.line") end }
forager.func { name = "t.line", run = function(ctx) ctx:log "a line" end }
forager.func { name = "t.count", run = function(ctx) for i = 1, 3000 do ctx:log("%d", i) end return "counted" end }
"""


class Waiting(Scenario):
    def begin(self, *args):
        process = subprocess.Popen([FORAGER, *args, "--config", self.config], text=True, cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_who_stops_waiting_hears_the_id_of_what_goes_on(self):
        self.serve(SCRIPT)
        for number, how in enumerate((["--wait", "--json"], ["--follow", "--json"], ["--wait"], ["--follow"]), 1):
            waiting = self.begin("submit", "t.hold", *how)
            self.await_mark("begun", number)
            id = self.result("ps", "--open")[0]["id"]
            waiting.send_signal(signal.SIGINT)
            out, err = waiting.communicate(timeout=PATIENCE)
            self.assertEqual(waiting.returncode, 130, how)
            if "--json" in how:
                document = json.loads(out)
                self.assertEqual((document["ok"], document["id"], document["error"]["code"]), (False, id, "cancelled"))
                err = document["error"]["message"]
            self.assertIn(f"the work goes on as {id}", err)
            self.assertIn(f"forager show {id}", err)
            self.assertEqual(self.record(id)["state"], "running")
        self.open_gate()
        for record in self.result("ps"):
            self.assertEqual(self.succeeded(record["id"]), "done")

    def test_who_waits_hears_that_the_agent_went_and_that_the_work_is_safe(self):
        self.serve(SCRIPT)
        waiting = self.begin("submit", "t.hold", "--wait", "--json")
        self.await_mark("begun")
        id = self.result("ps")[0]["id"]
        self.kill()
        self.assertIn(f"{id} is safe", waiting.stderr.readline())
        waiting.send_signal(signal.SIGTERM)
        document = json.loads(waiting.communicate(timeout=PATIENCE)[0])
        self.assertEqual((document["id"], waiting.returncode), (id, 143))

    def test_lines_are_followed_on_stdout_with_their_times_and_as_json(self):
        self.serve(SCRIPT)
        id = self.submit("t.hold")
        people, programs = self.begin("logs", id, "--follow"), self.begin("logs", id, "--follow", "--json")
        time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  "
        self.assertRegex(people.stdout.readline(), f"^{time}begun\n$")
        first = json.loads(programs.stdout.readline())
        self.assertEqual((set(first), first["text"]), ({"number", "at", "text"}, "begun"))
        self.open_gate()
        out, err = people.communicate(timeout=PATIENCE)
        self.assertRegex(out, f"^{time}ended\n$")
        self.assertEqual((err, people.returncode), ("", 0))
        out, err = programs.communicate(timeout=PATIENCE)
        self.assertEqual((json.loads(out)["text"], err, programs.returncode), ("ended", "", 0))
        self.assertEqual(self.refusal("logs", "nobody", "--follow")["code"], "not_found")


class Failures(Scenario):
    def test_a_traceback_is_kept_and_shown(self):
        self.serve(SCRIPT)
        place = re.compile(r"script\.lua:\d+")
        document, code = self.ask("submit", "t.fail", "--wait")
        self.assertEqual(code, 1)
        self.assertIn("inner", document["error"]["traceback"])
        self.restart()
        self.assertEqual(self.result("show", document["id"])["error"]["traceback"], document["error"]["traceback"])
        for command in (("submit", "t.fail", "--wait"), ("call", "t.fail")):
            err = self.forager(*command).stderr
            self.assertRegex(err, place)
            self.assertIn("in function 'inner'", err)
        self.assertRegex(self.log_of_this_life(), r"failed: \S*script\.lua:\d+: boo function=t\.fail ")

    def test_what_is_handled_without_a_record_is_named_and_traced_in_the_log(self):
        watched = self.folder / "watched"
        watched.mkdir()
        self.serve(f"""
local function inner() error "boo" end
forager.every("50ms", function() inner() end)
forager.on("http:POST /hooks/build", function() inner() end)
forager.on("file:{watched}/*.csv", function() inner() end)
""", limits='[http]\nlisten = "127.0.0.1:0"')
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port(), timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("POST", "/hooks/build")
        self.assertEqual(connection.getresponse().status, 500)
        (watched / "a.csv").touch()
        for name in ('label="http:POST /hooks/build"', f"label=file:{watched}/*.csv", 'function="every 50 ms at '):
            def told(name=name):
                lines = [line for line in self.log_of_this_life().splitlines() if name in line]
                return [line for line in lines if re.search(r"failed: \S*script\.lua:\d+: boo", line)] and \
                    [line for line in lines if "traceback: | " in line and "inner" in line]
            self.until(told, f"{name} to be told of")

    def test_what_a_cancelled_one_is_refused_for_is_said_well(self):
        self.serve(SCRIPT)
        id = self.submit("t.hold", "--delay", "1h")
        self.result("cancel", id)
        self.assertIn("it was cancelled", self.refusal("cancel", id)["message"])


class Log(Scenario):
    def test_each_line_of_work_has_its_invocation_function_and_script(self):
        self.serve(SCRIPT, agent='log = "json"')
        id = self.submit("t.nested")
        self.succeeded(id)
        lines = [json.loads(line) for line in self.log_of_this_life().splitlines()]
        (line,) = [line for line in lines if line["message"] == "a line"]
        self.assertEqual((line["function"], line["script"], line["root"]),
                         ("t.line", str(self.scripts / "script.lua"), id))
        self.assertIn("invocation", line)
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_nobody_waits_for_a_reader_who_takes_nothing(self):
        self.script(SCRIPT)
        self.agent = subprocess.Popen([FORAGER, "agent", "--config", self.config], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=self.folder,
                                      env=self.environment)
        self.addCleanup(self.agent.stderr.close)
        self.until(lambda: self.socket.exists(), "the socket")
        for _ in range(4):
            self.assertEqual(self.run_work("t.count"), "counted")
        self.assertGreater(self.result("status")["log"]["lost"], 0)
        self.assertEqual(self.stop(), 0)

    def test_a_configuration_that_was_changed_is_said_to_take_a_restart(self):
        self.serve(SCRIPT)
        self.result("reload")
        self.assertNotIn("configuration", self.log_of_this_life())
        self.configure(agent="concurrency = 3")
        self.agent.send_signal(signal.SIGHUP)
        self.until(lambda: "the configuration has changed" in self.log_of_this_life(), "a word about it")
        self.configure(agent="concurency = 3")
        self.agent.send_signal(signal.SIGHUP)
        self.until(lambda: "the configuration cannot be read any more" in self.log_of_this_life(), "a word about it")


class Status(Scenario):
    def test_a_loop_whose_ticks_fail_says_so_until_one_goes_well(self):
        self.serve('forager.every("50ms", function() sh { "test", "-e", "FOLDER/gate" } end)')

        def error():
            (loop,) = [loop for loop in self.result("status")["loops"] if "every" in loop["name"]]
            return loop["last_error"]

        self.until(lambda: "script.lua:" in error(), "the loop to say what is wrong")
        self.open_gate()
        self.until(lambda: not error(), "the loop to be well again")

    def test_it_has_schedules_watches_and_hooks(self):
        self.script('forager.on("http:POST /y", print)', "b.lua")
        self.serve(f"""
local w = forager.workflow "w"
w:task {{ "one", run = function() return 1 end }}
w:cron("0 3 * * *", {{ zone = "Europe/Berlin" }})
forager.on("file:{self.folder}/in/*.csv", print)
forager.on("http:POST /x", print, {{ durable = true }})
""", limits='[http]\nlisten = "127.0.0.1:0"')
        status = self.result("status")
        (schedule,) = status["schedules"]
        self.assertEqual(schedule["name"], "w 0 3 * * * Europe/Berlin")
        self.assertRegex(schedule["next"], r"^\d{4}-.*T0[12]:00:00\.000Z$")
        (watch,) = status["watches"]
        self.assertEqual((watch["pattern"], watch["script"]),
                         (f"{self.folder}/in/*.csv", str(self.scripts / "script.lua")))
        self.assertEqual([(hook["hook"], hook["durable"]) for hook in status["hooks"]],
                         [("POST /y", False), ("POST /x", True)])
        for loop in status["loops"]:
            self.assertGreaterEqual(loop["for"] + 1, loop["alive"], loop)

    def test_it_is_a_page_too(self):
        self.serve(SCRIPT, limits='[http]\nlisten = "127.0.0.1:0"')
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port(), timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", "/")
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        page = answer.read().decode()
        for word in ("script.lua", "retention", "waiting"):
            self.assertIn(word, page)
        self.assertNotIn("<script", page)


if __name__ == "__main__":
    main()
