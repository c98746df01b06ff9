"""forager test, from outside: what it says of files of tests, and what it leaves undone. bench_test.py PROGRAM ROOT."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

FORAGER = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()

HEAD = 'local test = require "forager.test"\nlocal forager = require "forager"\n'

MEDIA = """
local forager = require "forager"
forager.func { name = "media.thumbnail", args = { { "picture", "string" }, { "width", "integer", default = 256 } },
  run = function(ctx, picture, width)
    ctx:log("scaling %s", picture)
    local out = forager.sh { "convert", picture, "-resize", width .. "x", "thumb.png" }
    return { file = "thumb.png", seconds = out.seconds }
  end }
"""

ORDER = """
local forager = require "forager"
forager.func { name = "order.fulfil", durable = true, run = function(ctx, order)
  local charge = ctx:step("charge", function() return forager.sh({ "charge", order.id }).stdout end)
  ctx:sleep "6h"
  %s
  local ship = ctx:step("ship", function() return forager.http.post("https://ship.example/", { json = order }).status end)
  return { charge = charge, ship = ship }
end }
"""


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def forager(self, *args, **options):
        return subprocess.run([FORAGER, "test", *args], capture_output=True, text=True, timeout=120, cwd=self.folder,
                              **options)

    def run_tests(self, tests, *args, scripts=None):
        """The document about one file of tests, by the names of the tests."""
        for name, text in (scripts or {}).items():
            self.write(name, text)
        self.write("a_test.lua", HEAD + tests)
        done = self.forager("--json", *args)
        document = json.loads(done.stdout)
        self.assertEqual(done.returncode == 0, document["ok"], done)
        return document, {test["name"]: test for test in document["tests"]}

    def fails_with(self, body, *parts, scripts=None):
        document, tests = self.run_tests(f'test.it("it", function(t)\n{body}\nend)', scripts=scripts)
        self.assertEqual(document["failed"], 1, document)
        for part in parts:
            self.assertIn(part, tests["it"]["error"]["message"])
        return tests["it"]

    def passes(self, body, *args, scripts=None, options=""):
        document, tests = self.run_tests(f'test.it("it", {options} function(t)\n{body}\nend)', *args, scripts=scripts)
        self.assertTrue(document["ok"], document)
        return tests["it"]


class Fakes(Bench):
    def test_the_call_of_a_script_is_answered_and_can_be_looked_at(self):
        self.passes("""
          t:load "media.lua"
          t:fake("sh", function(call)
            assert(call.argv[1] == "convert" and call.args[1] == nil)
            return { stdout = "", seconds = 0.1 }
          end)
          t:equal(t:call("media.thumbnail", "report.png", 64), { file = "thumb.png", seconds = 0.1 })
          t:equal(#t:calls "sh", 1)
          t:equal(t:calls("sh")[1].line, "convert report.png -resize 64x thumb.png")
          t:contains(t:calls("sh")[1].where, "media.lua:6")
          t:raises("bad_arguments", function() t:call("media.thumbnail", 7) end)
          t:equal(#t:calls(), 1)
          t:contains(table.concat(t:lines(), "\\n"), "scaling report.png")
        """, scripts={"media.lua": MEDIA})

    def test_a_call_without_an_answer_fails_the_test_and_says_what_to_add(self):
        test = self.fails_with('t:load "media.lua" pcall(t.call, t, "media.thumbnail", "a b.png")',
                               'sh "convert a b.png -resize 256x thumb.png" was asked for',
                               't:fake("sh", { stdout = "" })', scripts={"media.lua": MEDIA})
        self.assertIn("media.lua:6", test["error"]["where"])

    def test_nothing_reaches_the_world(self):
        self.fails_with('forager.sh "touch here"', 'sh "touch here" was asked for')
        self.assertFalse((self.folder / "here").exists())
        for call, name in (('forager.http.get "http://127.0.0.1:1/"', "http.get"),
                           ('forager.files.write("here", "x")', "files.write"),
                           ('forager.docker.run { image = "x" }', "docker.run"),
                           ('forager.k8s.scale("web", 3)', "k8s.scale"), ('forager.s3.delete "x"', "s3.delete"),
                           ('forager.python { code = "result = 1" }', "python"),
                           ('forager.broker.publish("a", "b")', "broker.publish"),
                           ('forager.call("unix.unix_command", "touch", "here")', "unix.unix_command"),
                           ('forager.colony.list()', "colony.list"), ('forager.cfs.ls()', "cfs.ls")):
            self.fails_with(call, f'{name}(', f'add\n    t:fake("{name}", ')
        self.assertFalse((self.folder / "here").exists())

    def test_what_is_left_to_the_world_is_done(self):
        self.passes('t:real "sh" t:equal(forager.sh("echo real").stdout, "real\\n")')
        self.passes('t:equal(forager.files.read "a_test.lua" ~= "", true)')

    def test_answers_one_after_the_other_and_errors(self):
        self.passes("""
          t:fake("sh", "one", { stdout = "two", code = 3, stderr = "broken" }, { code = "timed_out" })
          t:equal(forager.sh("x").stdout, "one")
          local problem = t:raises("exit", function() forager.sh "x" end)
          t:equal({ problem.exit_code, problem.stdout, problem.stderr }, { 3, "two", "broken" })
          t:raises("timed_out", function() forager.sh "x" end)
        """)
        self.fails_with('t:fake("sh", "one", "two") for _ = 1, 3 do forager.sh "x" end', "has 2 answers to it")
        self.passes("""
          t:fake("sh", { code = 3 })
          t:equal(forager.sh("x", { check = false }).code, 3)
          t:fake("http.get", { status = 404, json = { why = "gone" } })
          local response = forager.http.get "https://example.org/"
          t:equal({ response.status, response:json().why }, { 404, "gone" })
        """)

    def test_faults_come_where_they_are_wanted(self):
        self.passes("""
          t:fake("http.*", "fine")
          t:fail("http.get", { at = 3, code = "timed_out" })
          local codes = {}
          for i = 1, 4 do
            local ok, problem = pcall(forager.http.get, "https://example.org/")
            codes[i] = ok or problem.code
          end
          t:equal(codes, { true, true, "timed_out", true })
          t:fake("docker.list", forager.json.array {})
          t:equal(#forager.docker.list(), 0)
          t:fail("docker.*", { message = "docker died" })
          t:equal(t:raises("unreachable", forager.docker.list).message, "docker died")
          t:raises("unreachable", function() forager.docker.stop "x" end)
        """)

    def test_lines_of_a_command_and_events_of_an_engine_can_be_heard(self):
        self.passes("""
          t:fake("sh", "one\\ntwo\\n")
          local heard = {}
          forager.sh("x", { on_line = function(line) heard[#heard + 1] = line end })
          t:equal(heard, { "one", "two" })
          t:fake("docker.events", forager.json.array { { action = "start" }, { action = "die" } })
          for event in forager.docker.events {} do
            heard[#heard + 1] = event.action
            if event.action == "die" then break end
          end
          t:equal(heard, { "one", "two", "start", "die" })
        """)

    def test_functions_of_others_are_stood_in_for(self):
        self.passes("""
          t:fake("render.frame", function(call) return call.args[1] * 2 end)
          t:load "film.lua"
          t:equal(t:call "film.make", 42)
          t:fake("film.make", "not today")
          t:equal(t:call "film.make", "not today")
        """, scripts={"film.lua": """local forager = require "forager"
          forager.func { name = "film.make", run = function(ctx) return ctx:call("render.frame", 21) end }"""})


class Checks(Bench):
    def test_a_difference_is_told_by_its_place(self):
        self.fails_with('t:equal({ a = { b = 1, c = { 1, 2 } }, d = true }, { a = { b = 2, c = { 1 } }, e = "x" })',
                        "a.b is 1, not 2", "a.c[2] should not be there: it is 2", "d should not be there: it is true",
                        'e is missing: it should be "x"')
        test = self.fails_with('t:equal(1, 2, "the sum")', "the sum: the value is 1, not 2")
        self.assertIn("a_test.lua:4", test["error"]["where"])

    def test_an_error_that_does_not_come_or_is_another_one_fails(self):
        self.fails_with('t:raises("exit", function() end)', "nothing was raised")
        self.fails_with('t:raises("exit", function() error { code = "limit", message = "full" } end)', "full", "exit")
        self.passes('t:equal(t:raises("ful", function() error "full" end) ~= nil, true)')

    def test_a_typo_is_an_error(self):
        self.fails_with('t:fail("sh", { att = 1 })', "did you mean 'at'?")
        self.fails_with('t:loda "x"', "loda")
        self.fails_with('t.load "x"', "with a colon")


class Time(Bench):
    def test_a_week_of_schedules_takes_no_time_and_loses_none(self):
        test = self.passes("""
          t:fake("sh", "")
          t:load "plan.lua"
          t:advance "7d"
          t:equal(#t:calls "sh", 7 + 7 * 24 * 60)
          t:equal(os.date "!%Y-%m-%d", "2026-01-12")
          t:equal(t:now(), forager.time.now())
        """, scripts={"plan.lua": """
          local forager = require "forager"
          local nightly = forager.workflow "nightly"
          nightly:task { "dump", run = function(ctx) forager.sh "dump" end }
          nightly:cron "0 3 * * *"
          local first = true
          forager.every("1m", function(ctx) if first then first = false return end forager.sh "look" end)"""})
        self.assertLess(test["seconds"], 60)

    def test_the_calendar_begins_where_it_is_told(self):
        self.passes('t:equal(os.date "!%Y-%m-%dT%H:%M", "2030-06-01T12:30") t:equal(os.time(), t:now() // 1)',
                    "--at", "2030-06-01T12:30:00Z")
        done = self.forager("--at", "yesterday")
        self.assertEqual(done.returncode, 2)
        self.assertIn("2026-03-01T12:00:00Z", done.stderr)

    def test_sleeps_and_timeouts_take_the_tests_time(self):
        self.passes("""
          local before = t:now()
          forager.sleep "12h"
          t:fake("sh", { seconds = 100 })
          t:raises("timed_out", function() forager.timeout("5s", function() return forager.sh "x" end) end)
          t:raises("timed_out", function() forager.sh("x", { timeout = "10s" }) end)
          t:equal((t:now() - before) // 1, 12 * 3600 + 15)
        """)

    def test_what_fails_meanwhile_is_told(self):
        self.fails_with('t:load "plan.lua" t:advance "1h"', "no paper", scripts={"plan.lua": """
          local forager = require "forager"
          forager.every("10m", function() error "no paper" end)"""})

    def test_a_test_that_waits_for_ever_or_loops_is_ended(self):
        self.fails_with('forager.channel():receive()', "never comes")
        document, tests = self.run_tests("""
          test.it("loops", function() while true do end end)
          test.it("cannot be ended", function() string.rep("a", 40):find(string.rep("a?", 40) .. string.rep("a", 40)) end)
          test.it("goes on", function() end)
        """, "--timeout", "300ms")
        self.assertEqual([tests[name]["state"] for name in ("loops", "cannot be ended", "goes on")],
                         ["failed", "failed", "passed"])
        for name in ("loops", "cannot be ended"):
            self.assertIn("did not end within", tests[name]["error"]["message"])


class Events(Bench):
    SCRIPT = """
      local forager = require "forager"
      local seen = {}
      forager.func { name = "seen.all", run = function() return table.concat(seen, " ") end }
      local function see(...) seen[#seen + 1] = table.concat({ ... }, "/") end
      forager.on("redis:orders.*", function(ctx, message) see("redis", message.channel, message:json().id) end)
      forager.on("mqtt:rooms/+/door", function(ctx, message) see("mqtt", message.payload) end)
      forager.on("docker:die", function(ctx, event) see("docker", event.name) end)
      forager.on("file:/var/spool/*.csv", function(ctx, path) see("file", path) end)
      forager.on("http:POST /hooks/{name}", function(ctx, request) return { request.params.name, request:json().x } end)
      forager.reconciler { kind = "Site", schema = { properties = { size = { default = 2 } } },
        actual = function(ctx, desired) return nil end,
        apply = function(ctx, desired) see("site", desired.name, desired.size) end }
    """

    def test_events_reach_their_handlers(self):
        self.passes("""
          t:load "events.lua"
          t:publish("redis:orders.new", { id = "a" })
          t:publish("mqtt:rooms/kitchen/door", "open")
          t:event("docker:die", { name = "web" })
          t:event("file:/var/spool/a.csv", "/var/spool/a.csv")
          t:equal(t:request("POST /hooks/build", { json = { x = 1 } }), { "build", 1 })
          t:equal(t:reconcile({ kind = "Site", metadata = { name = "x" }, spec = {} }).action, "applied")
          t:equal(t:call "seen.all", "redis/orders.new/a mqtt/open docker/web file//var/spool/a.csv site/x/2")
        """, scripts={"events.lua": self.SCRIPT})

    def test_an_event_that_nobody_handles_is_a_mistake(self):
        self.fails_with('t:load "events.lua" t:publish("redis:stock", "x")', "no script handles 'redis:stock'",
                        "redis:orders.*", scripts={"events.lua": self.SCRIPT})


class Durable(Bench):
    TEST = """
      t:fake("sh", "paid")
      t:fake("http.post", { status = 201 })
      t:load "order.lua"
      local begun = t:now()
      t:equal(t:call("order.fulfil", { id = "o1" }, nil), { charge = "paid", ship = 201 })
      t:equal(t:now() - begun, 6 * 3600)
      t:equal({ #t:calls "sh", #t:calls "http.post" }, { 1, 1 })
    """

    def test_killed_at_every_step_it_comes_to_the_same_and_does_nothing_twice(self):
        self.passes(self.TEST, scripts={"order.lua": ORDER % ""}, options='{ kill = "every step" },')

    def test_work_outside_of_a_step_is_found(self):
        document, tests = self.run_tests(f'test.it("it", {{ kill = "every step" }}, function(t) {self.TEST} end)',
                                         scripts={"order.lua": ORDER % 'forager.sh { "mail", order.id }'})
        self.assertFalse(document["ok"])
        # Undisturbed, the test itself says that there are two commands.
        body = self.TEST.replace('{ 1, 1 }', '{ 2, 1 }')
        document, tests = self.run_tests(f'test.it("it", {{ kill = "every step" }}, function(t) {body} end)')
        message = tests["it"]["error"]["message"]
        self.assertIn("killed before 'step ship' and resumed", message)

    def test_steps_that_are_other_ones_after_a_restart_are_told_by_name(self):
        script = """
          local forager = require "forager"
          local runs = 0
          forager.func { name = "odd.job", durable = true, run = function(ctx)
            ctx:step("first", function() return 1 end)
            local n = forager.kv.get("runs") or 0
            forager.kv.set("runs", n + 1)
            ctx:step("second of run " .. n, function() return 1 end)
          end }"""
        document, tests = self.run_tests("""test.it("it", { kill = "every step" }, function(t)
          t:load "odd.lua" t:call "odd.job" end)""", scripts={"odd.lua": script})
        self.assertIn("'step second of run 1' was done where 'step second of run 0' was before",
                      tests["it"]["error"]["message"])

    def test_a_restart_loads_scripts_anew_and_keeps_what_is_kept(self):
        self.passes("""
          t:load "count.lua"
          t:equal({ t:call "count.up", t:call "count.up" }, { { 1, 1 }, { 2, 2 } })
          t:restart()
          t:equal(t:call "count.up", { 1, 3 })
        """, scripts={"count.lua": """
          local forager = require "forager"
          local count = 0
          forager.func { name = "count.up", run = function()
            count = count + 1
            return { count, forager.kv.update("count", function(n) return (n or 0) + 1 end) }
          end }"""})


class Reports(Bench):
    def three(self):
        self.write("b_test.lua", HEAD + """
          test.it("passes", function(t) end)
          test.describe("of two", function()
            test.it("fails <&>", function(t) print "a last word" t:equal({ a = 1 }, { a = 2 }) end)
            test.it("waits", { skip = "not yet" }, function(t) error "never" end)
          end)""")

    def test_text_for_people(self):
        self.three()
        done = self.forager()
        self.assertEqual(done.returncode, 1)
        for part in ("b_test.lua\n", "ok    passes", "FAIL  of two: fails <&>", "a is 1, not 2", "b_test.lua:6",
                     "a last word", "skip  of two: waits: not yet", "3 tests in 1 file: 1 passed, 1 failed, 1 skipped",
                     "--seed "):
            self.assertIn(part, done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_tap(self):
        self.three()
        lines = self.forager("--tap").stdout.splitlines()
        self.assertEqual(lines[:2], ["TAP version 14", "1..3"])
        self.assertEqual([line for line in lines if re.match("(not )?ok", line)],
                         ["ok 1 - b_test.lua: passes", "not ok 2 - b_test.lua: of two: fails <&>",
                          "ok 3 - b_test.lua: of two: waits # SKIP not yet"])
        self.assertIn("  ---", lines)

    def test_junit(self):
        self.three()
        self.forager("--junit", "out.xml")
        suite = ElementTree.parse(self.folder / "out.xml").getroot().find("testsuite")
        self.assertEqual([suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")],
                         ["b_test.lua", "3", "1", "0", "1"])
        cases = {case.get("name"): case for case in suite.iter("testcase")}
        self.assertIn("a is 1, not 2", cases["of two: fails <&>"].find("failure").text)
        self.assertEqual(cases["of two: waits"].find("skipped").get("message"), "not yet")

    def test_a_filter_and_a_seed(self):
        self.three()
        self.assertIn("1 test in 1 file: 1 passed", self.forager("--filter", "passes").stdout)
        done = self.forager("--filter", "nothing has this name")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.write("b_test.lua", HEAD + 'test.it("it", function() print(math.random(1 << 40), forager.time.now()) end)')
        runs = [json.loads(self.forager("--json", *args).stdout)["tests"][0]["lines"]
                for args in (("--seed", "7"), ("--seed", "7"), ("--seed", "8"))]
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], runs[2])

    def test_lines_that_ran(self):
        self.write("half.lua", """local half = {}

function half.sign(x)
  if x < 0 then
    return "below"
  end
  return "above"
end

function half.never()
  local y = 1

  return y
end

return half
""")
        self.write("half_test.lua", HEAD + """
          local half = require "half"
          test.it("it", function(t)
            t:equal(half.sign(1), "above")
            local n = 0
            for i = 1, 3e6 do n = n + i end -- longer than a slice
            t:equal(half.sign(2), "above")
          end)""")
        done = self.forager("--coverage", "--lcov", "out.info")
        self.assertIn("  half.lua  without lines 5, 11-13\n", done.stdout)
        self.assertNotIn("half_test.lua  ", done.stdout)
        lines = (self.folder / "out.info").read_text().splitlines()
        self.assertIn("SF:half.lua", lines)
        for line in ("DA:4,2", "DA:5,0", "DA:7,2", "DA:11,0", "end_of_record"):
            self.assertIn(line, lines)

    def test_folders_are_searched_and_files_run_at_once_in_order(self):
        for number in range(6):
            self.write(f"deep{number}/x_test.lua", HEAD + f'test.it("number {number}", function() end)')
        self.write("deep0/no_tests.lua", "error 'not a test'")
        self.write(".hidden/x_test.lua", "error 'hidden'")
        for jobs in ("1", "4"):
            document = json.loads(self.forager("--json", "--jobs", jobs).stdout)
            self.assertEqual([test["name"] for test in document["tests"]], [f"number {n}" for n in range(6)])
        done = self.forager("deep3", "deep5/x_test.lua", "--json")
        self.assertEqual(len(json.loads(done.stdout)["tests"]), 2)

    def test_files_that_do_not_load_are_told_and_the_others_run(self):
        self.write("a_test.lua", "local = 1")
        self.write("b_test.lua", HEAD + 'test.it("twice", function() end)\ntest.it("twice", function() end)')
        self.write("c_test.lua", HEAD + 'test.it("fine", function() end)')
        done = self.forager()
        self.assertEqual(done.returncode, 2)
        self.assertIn("a_test.lua:1", done.stdout)
        self.assertIn("there is a test 'twice' already", done.stdout)
        self.assertIn("1 test in 3 files: 1 passed, 2 files could not be run", done.stdout)

    def test_what_is_not_there_is_wrong_usage(self):
        for args in ((), ("gone",), ("--seed", "x")):
            self.assertEqual(self.forager(*args).returncode, 2, args)

    def test_the_library_is_for_tests_alone(self):
        self.write("script.lua", 'local test = require "forager.test"')
        done = subprocess.run([FORAGER, "run", "script.lua"], capture_output=True, text=True, cwd=self.folder, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("'forager test'", done.stderr)
        self.three()
        done = subprocess.run([FORAGER, "check", "b_test.lua"], capture_output=True, text=True, cwd=self.folder, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_a_signal_ends_it_and_its_children(self):
        self.write("a_test.lua", HEAD + 'test.it("it", function(t) t:real "sh" forager.sh "echo $$ > pid; exec sleep 600" end)')
        work = subprocess.Popen([FORAGER, "test", "--timeout", "100s"], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        pid = self.folder / "pid"
        while not (pid.exists() and pid.read_text().strip()):
            self.assertIsNone(work.poll(), "it ended early")
        work.send_signal(signal.SIGINT)
        work.communicate(timeout=60)
        self.assertEqual(work.returncode, 130)
        self.assertFalse(pathlib.Path("/proc", pid.read_text().strip()).exists())


class Documentation(Bench):
    def test_the_stub_and_the_library_have_the_same_names(self):
        stub = (ROOT / "lua" / "meta" / "test.lua").read_text()
        names = {kind: sorted(re.findall(rf"^function {kind}[.:](\w+)", stub, re.MULTILINE)) for kind in ("t", "test")}
        lists = {kind: "{ " + ", ".join(f'"{name}"' for name in found) + " }" for kind, found in names.items()}
        self.passes(f"""
          local function names(of)
            local found = {{}}
            for name, value in pairs(of) do
              if type(value) == "function" and not name:find "^__" then found[#found + 1] = name end
            end
            table.sort(found)
            return found
          end
          t:equal(names(getmetatable(t)), {lists["t"]})
          t:equal(names(test), {lists["test"]})
        """)

    def test_the_examples_tests_pass(self):
        done = self.forager(str(ROOT / "scripts" / "examples"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_page_is_true(self):
        page = (ROOT / "docs" / "testing-scripts.md").read_text()
        blocks = re.findall(r"`(\w+\.lua)`[^`]*?:\n\n```lua\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(blocks), page.count("```lua"))
        for name, text in blocks:
            self.write(name, text)
        done = self.forager()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0)
