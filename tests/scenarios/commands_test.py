#!/usr/bin/env python3
"""The commands that ask a running agent, as their users meet them: commands_test.py FORAGER."""
import concurrent.futures
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
forager.func { name = "t.hello", doc = "Greets.", args = { { "who", "string" }, { "times", "integer", default = 1 } },
  run = function(ctx, who, times)
    ctx:log("greeting %s", who)
    return { greeting = "hello " .. who, times = times }
  end }
forager.func { name = "t.fail", run = function() error { code = "mine", message = "no luck", detail = 7 } end }
forager.func { name = "t.mark", run = function(ctx, line) mark(line) end }
forager.func { name = "t.hold", run = function(ctx, line, gate)
  mark(line)
  hold(gate or "gate")
  mark("end of " .. line)
end }
forager.func { name = "t.slow", run = function() forager.sleep "1h" end }
forager.func { name = "t.third", run = function(ctx)
  mark "try"
  if forager.sh { "wc", "-l", "FOLDER/marks" }.stdout:match "%d+" ~= "3" then
    error "not yet"
  end
  return "third time"
end }
"""


class Submit(Scenario):
    def test_an_id_is_given_at_once_and_a_result_when_it_is_waited_for(self):
        self.serve(SCRIPT)
        text = self.forager("submit", "t.hello", "Ann")
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        self.assertRegex(text.stdout, r"^[0-9a-f]{32}\n$")
        document, code = self.ask("submit", "t.hello", "Ann")
        self.assertEqual((set(document), document["ok"], code), ({"ok", "id"}, True, 0))
        document, code = self.ask("submit", "t.hello", "Ann", "--kw", "times=3", "--wait")
        self.assertEqual((set(document), code), ({"ok", "id", "result"}, 0))
        self.assertEqual(document["result"], {"greeting": "hello Ann", "times": 3})
        self.assertEqual(self.forager("submit", "t.hello", "Ann", "--wait").stdout, "greeting: hello Ann\ntimes: 1\n")

    def test_bytes_come_back_as_they_went_and_are_marked_in_json(self):
        self.serve('forager.func { name = "t.size", run = function(_, text) return #text end }')
        for command in (("submit", "echo.echo", b"\xff\xfe", "--wait"), ("call", "echo.echo", b"\xff\xfe")):
            done = subprocess.run([FORAGER, *command, "--config", self.config], capture_output=True, env=self.environment)
            self.assertEqual((done.returncode, done.stdout), (0, b"\xff\xfe\n"), done.stderr)
            self.assertEqual(self.result(*command), {"$base64": "//4="})
        self.assertEqual(self.result("submit", "t.size", b"\xff\xfe", "--wait"), 2)

    def test_a_call_shows_the_same_by_the_agent_and_here(self):
        self.serve("""
forager.func { name = "t.inner", run = function(ctx) ctx:log "inner \255" end }
forager.func { name = "t.outer", run = function(ctx) ctx:log "outer" ctx:call "t.inner" return { 1 } end }
forager.func { name = "t.dies", run = function(ctx) ctx:log "last" error "no luck" end }
local w = forager.workflow "w"
w:task { "one", run = function(ctx) ctx:log "in a task" return 1 end }
""")
        for words in (("t.outer",), ("t.outer", "--verbose"), ("t.dies",), ("w",), ("w", "--json")):
            here = self.raw("call", *words, "--script", self.scripts / "script.lua")
            there = self.raw("call", *words)
            self.assertNotEqual(here.stderr, b"")
            self.assertEqual((there.returncode, there.stdout, there.stderr), (here.returncode, here.stdout, here.stderr))

    def raw(self, command, *args):
        """Bytes."""
        return subprocess.run([FORAGER, command, "--config", self.config, *args], capture_output=True, cwd=self.folder,
                              timeout=PATIENCE, env=self.environment, check=False)

    def test_a_call_shows_its_lines_while_it_runs_and_ends_with_its_client(self):
        self.serve(SCRIPT + """
        forager.func { name = "t.closes", run = function(ctx)
          local mark <close> = setmetatable({}, { __close = function() mark "closed" end })
          ctx:log "begun"
          forager.sleep "1h"
        end }""")
        caller = subprocess.Popen([FORAGER, "call", "--config", self.config, "t.closes"], stderr=subprocess.PIPE,
                                  env=self.environment, text=True)
        self.addCleanup(caller.stderr.close)
        self.assertEqual(caller.stderr.readline(), "begun\n")
        caller.send_signal(signal.SIGINT)
        self.assertEqual(caller.wait(PATIENCE), 130)
        self.await_mark("closed")

    def test_work_that_fails_is_exit_code_1_with_its_error(self):
        self.serve(SCRIPT)
        document, code = self.ask("submit", "t.fail", "--wait")
        self.assertEqual((set(document), document["ok"], code), ({"ok", "id", "error"}, False, 1))
        error = document["error"]
        self.assertEqual((error["code"], error["message"], error["detail"]), ("mine", "no luck", 7))
        text = self.forager("submit", "t.fail", "--wait")
        self.assertEqual((text.returncode, text.stdout), (1, ""))
        self.assertIn("no luck", text.stderr)

    def test_who_follows_sees_the_lines_and_then_the_result(self):
        self.serve(SCRIPT)
        done = self.forager("submit", "t.hello", "Ann", "--follow", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, "greeting Ann\n"))
        self.assertEqual(json.loads(done.stdout)["result"]["greeting"], "hello Ann")

    def test_an_unknown_function_is_refused_with_what_there_is(self):
        self.serve(SCRIPT)
        error = self.refusal("submit", "t.helo", "Ann")
        self.assertEqual(error["code"], "not_found")
        self.assertIn("'t.helo'", error["message"])
        self.assertIn("t.hello", error["message"])
        self.assertEqual(self.result("ps"), [])

    def test_wrong_arguments_are_refused_before_the_function_runs(self):
        self.serve(SCRIPT)
        for wrong, named in ((["7"], "who"), (["Ann", "many"], "times"), (["Ann", "--kw", "tims=3"], "tims"),
                             ([], "who")):
            error = self.refusal("submit", "t.hello", *wrong, "--wait")
            self.assertEqual(error["code"], "bad_arguments")
            self.assertIn(named, error["message"])
        self.assertNotIn("greeting", self.log.read_text())

    def test_numbers_that_do_not_fit_are_refused(self):
        self.serve(SCRIPT)
        for wrong in ({"priority": 2**31}, {"priority": -2**63}, {"retries": -1}):
            answer = self.request("POST", "/v1/invocations", {"function": "t.hello", "args": ["x"]} | wrong)
            self.assertEqual(answer["error"]["code"], "bad_arguments", wrong)
            self.assertIn(f"'{[*wrong][0]}' is a whole number from", answer["error"]["message"])

    def test_wrong_usage_is_exit_code_2(self):
        self.serve(SCRIPT)
        for wrong in (["submit"], ["submit", "t.hello", "--bogus"], ["submit", "t.hello", "--delay", "soon"], ["show"],
                      ["signal", "x"], ["ps", "--state", "lost"], ["submit", "nowhere.lua"],
                      ["ps", "--limit", "0"], ["ps", "--limit", "10001"], ["submit", "t.hello", "--retries", "-1"]):
            self.assertEqual(self.forager(*wrong).returncode, 2, wrong)
        script = self.forager("submit", self.scripts / "script.lua", "--kw", "a=1")
        self.assertEqual(script.returncode, 2)
        self.assertIn("--kw is for functions", script.stderr)

    def test_a_script_goes_as_it_is_when_it_is_submitted(self):
        self.serve(SCRIPT, agent="concurrency = 1")
        path = self.folder / "mine.lua"
        path.write_text("return { 'first', ... }")
        self.submit("t.hold", "one")
        self.await_mark("one")
        id = self.submit(str(path), "a", "--", "--b")
        path.write_text("return 'second'")
        self.open_gate()
        self.assertEqual(self.succeeded(id), ["first", "a", "--b"])
        self.assertEqual(self.record(id)["label"], "mine.lua")

    def test_a_submitted_script_that_does_not_load_fails_with_its_place(self):
        self.serve(SCRIPT)
        path = self.folder / "mine.lua"
        path.write_text("\nreturn +")
        error = self.refusal("submit", str(path), "--wait", exit_code=2)
        self.assertTrue(error["where"].endswith("mine.lua:2"), error)

    def test_a_time_limit_ends_the_work(self):
        self.serve(SCRIPT)
        error = self.refusal("submit", "t.slow", "--timeout", "50ms", "--wait")
        self.assertEqual(error["code"], "timed_out")

    def test_work_is_tried_again_as_often_as_it_was_asked_for(self):
        self.serve(SCRIPT)
        self.assertEqual(self.run_work("t.third", "--retries", "2"), "third time")
        self.assertEqual(self.marks(), ["try"] * 3)

    def test_a_retry_gives_all_tries_again_and_a_cancelled_try_has_not_failed(self):
        self.serve(SCRIPT)
        id = self.submit("t.third", "--retries", "1")
        self.assertIn("not yet", self.failed(id)["message"])
        self.result("retry", id)
        self.assertEqual(self.succeeded(id), "third time")
        self.assertEqual(self.marks(), ["try"] * 3)
        id = self.submit("t.slow")
        self.await_state(id, "running")
        self.result("cancel", id)
        self.end_of(id)
        self.result("retry", id)
        self.await_state(id, "running")
        self.assertEqual(self.record(id)["tries"], 0)


class Order(Scenario):
    def test_higher_priorities_go_first_and_equal_ones_in_their_order(self):
        self.serve(SCRIPT, agent="concurrency = 1")
        self.submit("t.hold", "first")
        self.await_mark("first")
        for line, priority in (("low", "-1"), ("a", "0"), ("high", "5"), ("b", "0")):
            last = self.submit("t.mark", line, "--priority", priority)
            self.assertEqual(self.record(last)["state"], "waiting")
        self.open_gate()
        self.until(lambda: len(self.marks()) == 6, "all of them")
        self.assertEqual(self.marks()[2:], ["high", "a", "b", "low"])

    def test_of_one_key_one_runs_at_a_time_and_others_are_not_held_up(self):
        self.serve(SCRIPT)
        self.submit("t.hold", "one", "gate1", "--key", "k")
        second = self.submit("t.hold", "two", "gate2", "--key", "k")
        third = self.submit("t.mark", "three", "--key", "k", "--priority", "9")
        self.await_mark("one")
        self.run_work("t.mark", "of another key", "--key", "other")
        self.run_work("t.mark", "of none")
        self.assertEqual([self.record(id)["state"] for id in (second, third)], ["waiting"] * 2)
        self.open_gate("gate2")
        self.open_gate("gate1")
        self.succeeded(third)
        self.assertEqual(self.marks(), ["one", "of another key", "of none", "end of one", "two", "end of two", "three"])

    def test_the_order_of_a_key_survives_a_kill(self):
        self.serve(SCRIPT)
        self.submit("t.hold", "one", "--key", "k")
        self.await_mark("one")
        last = [self.submit("t.mark", str(n), "--key", "k") for n in range(3)][-1]
        self.restart()
        self.await_mark("one", 2)
        self.open_gate()
        self.succeeded(last)
        self.assertEqual(self.marks(), ["one", "one", "end of one", "0", "1", "2"])

    def test_an_idempotency_key_is_accepted_once(self):
        self.serve(SCRIPT)
        first = self.submit("t.mark", "x", "--idempotency-key", "same")
        self.succeeded(first)
        self.assertEqual(self.submit("t.mark", "x", "--idempotency-key", "same"), first)
        self.restart()
        self.assertEqual(self.submit("t.mark", "x", "--idempotency-key", "same"), first)
        error = self.refusal("submit", "t.mark", "y", "--idempotency-key", "same")
        self.assertEqual(error["code"], "refused")
        self.assertIn(first, error["message"])
        self.assertEqual(self.marks(), ["x"])

    def test_delayed_work_waits_for_its_time_also_across_a_kill(self):
        self.serve(SCRIPT)
        late = self.submit("t.mark", "late", "--delay", "1h")
        soon = self.submit("t.mark", "soon", "--delay", "300ms")
        self.assertEqual(self.record(late)["state"], "waiting")
        self.assertIn("not_before", self.record(late))
        self.restart()
        self.succeeded(soon)
        self.assertEqual(self.record(late)["state"], "waiting")
        self.assertEqual(self.marks(), ["soon"])


class Limits(Scenario):
    def test_a_full_queue_refuses_and_takes_work_again_when_there_is_room(self):
        self.serve(SCRIPT, limits="queue = 2")
        held = [self.submit("t.hold", "a"), self.submit("t.hold", "b")]
        error = self.refusal("submit", "t.mark", "c")
        self.assertEqual(error["code"], "limit")
        self.assertIn("limits.queue", error["message"])
        self.open_gate()
        for id in held:
            self.succeeded(id)
        self.run_work("t.mark", "c")

    def test_many_clients_at_once_do_not_overfill_the_queue(self):
        self.serve(SCRIPT, limits="queue = 5")
        body = {"function": "t.hold", "args": ["x"]}
        with concurrent.futures.ThreadPoolExecutor(20) as clients:
            answers = list(clients.map(lambda _: self.request("POST", "/v1/invocations", body), range(40)))
        self.assertEqual(sum(answer["ok"] for answer in answers), 5)
        self.assertEqual({answer["error"]["code"] for answer in answers if not answer["ok"]}, {"limit"})

    def test_what_was_accepted_before_is_not_refused_by_a_full_queue(self):
        self.serve(SCRIPT, limits="queue = 1")
        held = self.submit("t.hold", "a", "--idempotency-key", "same")
        self.assertEqual(self.submit("t.hold", "a", "--idempotency-key", "same"), held)

    def test_arguments_that_are_too_big_are_refused(self):
        self.serve(SCRIPT, limits='request = "2 KB"')
        error = self.refusal("submit", "t.mark", "x" * 3000)
        self.assertEqual(error["code"], "limit")
        self.assertIn("limits.request", error["message"])
        self.run_work("t.mark", "x" * 1000)


class Crowd(Scenario):
    """Work of a function that has no room."""

    SCRIPT = SCRIPT + """
    forager.func { name = "t.one", concurrency = 1, run = function(ctx, line, gate) mark(line) hold(gate) end }
    """

    def test_it_holds_up_nothing_else_and_its_higher_priority_is_next(self):
        self.serve(self.SCRIPT, agent="concurrency = 2")
        self.submit("t.one", "first", "a")
        self.await_mark("first")
        for priority in (1, 2, 3):
            self.submit("t.one", str(priority), "b", "--priority", str(priority))
        self.assertEqual(self.run_work("echo.echo", "through"), "through")
        self.assertEqual(self.result("status")["queue"]["waiting"], 3)
        self.assertEqual(sorted(one["state"] for one in self.result("ps", "--open")), ["running"] + ["waiting"] * 3)
        self.open_gate("b")
        self.open_gate("a")
        self.await_mark("1")
        self.assertEqual(self.marks(), ["first", "3", "2", "1"])


class Drain(Scenario):
    """Begins nothing more, whoever asks for it."""

    def setUp(self):
        super().setUp()
        (self.folder / "in").mkdir()
        self.serve(SCRIPT + """
        forager.every("100ms", function() mark "tick" end)
        forager.on("http:POST /now", function() mark "hook" return "done" end)
        forager.on("http:POST /later", function() mark "later" end, { durable = true })
        forager.on("file:FOLDER/in/*.txt", function(_, path) mark "file" end)
        """, limits='\n[http]\nlisten = "127.0.0.1:0"')

    def http(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port(), timeout=PATIENCE)
        try:
            connection.request(method, path)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def test_nothing_begins_after_a_drain_and_all_goes_on_after_it(self):
        self.await_mark("tick", 2)
        self.result("drain")
        ticks = self.marks().count("tick")
        self.assertEqual(self.http("GET", "/readyz")[0], 503)
        self.assertIn("drained", self.http("GET", "/readyz")[1])
        status, words = self.http("POST", "/now")
        self.assertEqual(status, 503)
        self.assertIn("drained", words)
        self.assertEqual(self.http("POST", "/later")[0], 202)
        (self.folder / "in" / "a.txt").write_text("x")
        waits = self.submit("t.mark", "queued")
        self.assertIn("drained", self.result("explain", waits))
        error = self.refusal("call", "t.mark", "called")
        self.assertEqual(error["code"], "refused")
        self.assertIn("forager drain --resume", error["message"])
        self.forager("status")
        self.assertEqual(self.marks(), ["tick"] * ticks)
        self.result("drain", "--resume")
        self.succeeded(waits)
        for mark in ("later", "file", "queued"):
            self.await_mark(mark)
        self.await_mark("tick", ticks + 2)
        self.assertEqual(self.http("POST", "/now"), (200, "done"))
        self.assertEqual(self.http("GET", "/readyz")[0], 200)

    def test_it_waits_for_what_runs_whoever_asked_for_it(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            called = pool.submit(self.result, "call", "t.hold", "called")
            self.await_mark("called")
            drained = pool.submit(self.result, "drain")
            self.until(lambda: self.result("status")["queue"]["paused"], "the drain to begin")
            self.assertFalse(drained.done())
            self.open_gate()
            drained.result()
            called.result()
        self.assertIn("end of called", self.marks())


class Look(Scenario):
    def test_explain_names_who_holds_the_key_and_the_function_that_is_full(self):
        self.serve(SCRIPT + """
        forager.func { name = "t.one", concurrency = 1, run = function() forager.sleep "1h" end }""")
        first = self.submit("t.slow", "--key", "k")
        self.await_state(first, "running")
        second = self.submit("t.slow", "--key", "k")
        self.assertIn(f"It waits: {first} goes first, which has the same key 'k'", self.result("explain", second))
        self.await_state(self.submit("t.one"), "running")
        full = self.submit("t.one")
        self.assertIn("as many of t.one run as may at once: 1", self.result("explain", full))
        self.assertEqual(self.result("status")["queue"],
                         {"waiting": 2, "running": 2, "sleeping": 0, "paused": False})

    def test_a_signal_to_what_cannot_hear_is_refused(self):
        self.serve(SCRIPT)
        id = self.submit("t.slow")
        error = self.refusal("signal", id, "go")
        self.assertEqual((error["code"], error["message"]),
                         ("refused", f"{id} hears no signals: t.slow is not durable"))

    def test_ps_lists_the_newest_first_and_chooses(self):
        self.serve(SCRIPT)
        done, lost = self.submit("t.hello", "Ann"), self.submit("t.fail")
        open_one = self.submit("t.slow")
        self.end_of(done), self.end_of(lost), self.await_state(open_one, "running")
        self.assertEqual([one["id"] for one in self.result("ps")], [open_one, lost, done])
        for choice, expected in ((["--open"], [open_one]), (["--state", "failed"], [lost]),
                                 (["--limit", "1"], [open_one]),
                                 (["--function", "t.hello"], [done]), (["--function", "t.x"], []),
                                 (["--all"], [open_one, lost, done])):
            self.assertEqual([one["id"] for one in self.result("ps", *choice)], expected, choice)
        lines = self.forager("ps").stdout.splitlines()
        self.assertEqual(lines[0].split(), ["ID", "STATE", "FUNCTION", "SUBMITTED", "NOTE"])
        self.assertEqual([line.split()[1] for line in lines[1:]], ["running", "failed", "succeeded"])
        self.assertTrue(lines[2].endswith("no luck"), lines[2])

    def test_ps_lists_what_has_not_ended_before_all_that_has(self):
        self.serve(SCRIPT)
        open_one = self.submit("t.slow")
        ended = [self.submit("t.hello", "Ann") for _ in range(3)]
        for id in ended:
            self.end_of(id)
        for choice in (["--limit", "1"], ["--limit", "3"], []):
            self.assertEqual(self.result("ps", *choice)[0]["id"], open_one, choice)
        self.assertEqual([one["id"] for one in self.result("ps", "--limit", "3")], [open_one, *reversed(ended[1:])])

    def test_a_note_of_several_lines_is_one_row(self):
        self.serve('forager.func { name = "t.fail", run = function() error { message = "one\\ntwo" } end }')
        self.end_of(self.submit("t.fail"))
        lines = self.forager("ps").stdout.splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[1].endswith("one two"), lines)

    def test_show_tells_all_that_is_kept(self):
        self.serve(SCRIPT)
        id = self.submit("t.hello", "Ann", "--kw", "times=2", "--key", "k", "--priority", "3")
        self.end_of(id)
        record = self.result("show", id)
        self.assertLessEqual({"id": id, "function": "t.hello", "state": "succeeded", "source": "submit", "tries": 0,
                              "key": "k", "priority": 3, "args": ["Ann"], "kwargs": {"times": 2}, "steps": [],
                              "note": "",
                              "result": {"greeting": "hello Ann", "times": 2}}.items(), record.items())
        for time in ("submitted", "started", "ended"):
            self.assertTrue(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record[time]), record)
        self.assertIn("state: succeeded\n", self.forager("show", id).stdout)

    def test_logs_are_kept_with_the_record(self):
        self.serve(SCRIPT)
        id = self.submit("t.hello", "Ann")
        self.end_of(id)
        self.restart()
        self.assertRegex(self.forager("logs", id).stdout, r"^[-\d]+ [:\d]+ UTC  greeting Ann\n$")
        (line,) = self.result("logs", id)
        self.assertEqual((set(line), line["text"]), ({"number", "at", "text"}, "greeting Ann"))

    def test_status_shows_loops_queue_and_scripts(self):
        self.serve(SCRIPT)
        self.submit("t.hold", "x")
        self.await_mark("x")
        status = self.result("status")
        self.assertEqual(status["process"], self.agent.pid)
        self.assertEqual(status["queue"], {"waiting": 0, "running": 1, "sleeping": 0, "paused": False})
        self.assertEqual(status["store"]["trouble"], "")
        self.assertEqual(status["scripts"], [{"path": str(self.scripts / "script.lua"), "serves": True}])
        self.assertEqual({loop["name"]: loop["state"] for loop in status["loops"]},
                         dict.fromkeys(["queue", "schedules", "files", "docker events", "monitors", "reconcile", "reload",
                                        "disk", "retention"], "running"))
        self.assertIn(f"process: {self.agent.pid}\n", self.forager("status").stdout)

    def test_the_agent_tells_its_functions(self):
        self.serve(SCRIPT)
        functions = {one["name"]: one for one in self.request("GET", "/v1/functions")["result"]}
        hello = functions["t.hello"]
        self.assertEqual((hello["available"], hello["doc"]), (True, "Greets."))
        self.assertEqual(hello["args"], [{"name": "who", "type": "string"},
                                         {"name": "times", "type": "integer", "default": 1}])
        self.assertTrue(hello["where"].startswith(str(self.scripts / "script.lua")), hello)
        self.assertIs(functions["docker.*"]["available"], False)

    def test_an_unknown_id_is_told_by_every_command(self):
        self.serve(SCRIPT)
        for command in (["show"], ["logs"], ["logs", "-f"], ["cancel"], ["retry"]):
            error = self.refusal(*command, "nobody")
            self.assertEqual(error["code"], "not_found")
            self.assertIn("nobody", error["message"])

    def test_without_an_agent_every_command_says_how_to_start_one(self):
        for command in (["submit", "t.hello"], ["ps"], ["show", "x"], ["logs", "x"], ["cancel", "x"], ["retry", "x"],
                        ["signal", "x", "y"], ["status"], ["reload"]):
            self.assertIn("forager agent", self.refusal(*command)["message"])
            text = self.forager(*command)
            self.assertEqual((text.returncode, text.stdout), (1, ""), command)
            self.assertIn("forager agent", text.stderr)


if __name__ == "__main__":
    main()
