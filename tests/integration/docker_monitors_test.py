#!/usr/bin/env python3
"""Monitors and events of containers against a real engine: docker_monitors_test.py FORAGER."""
import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main
from docker_engine import DockerEngine
from docker_test import DockerTest

AWAY, BACK = "tells of no containers", "is back, and tells"


def setUpModule():
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


class MonitorTest(DockerTest):
    """An agent whose handlers write down what they hear, a line of JSON each."""

    def setUp(self):
        super().setUp()
        self.configure()

    def served(self, text):
        self.script(f"""
local function told(ctx, event)
  sh {{ "tee", "-a", "{self.folder}/told", stdin = forager.json.encode(event) .. "\\n" }}
end
""" + text)

    def told(self):
        try:
            return [json.loads(line) for line in (self.folder / "told").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def statuses(self):
        return [event["status"] for event in self.told()]

    def kill(self):
        """When what it has begun is known to have ended: a death in the middle of a function begins it again."""
        def idle():
            queue = self.result("status")["queue"]
            return queue["waiting"] + queue["running"] == 0

        self.until(idle, "the queue to be empty")
        super().kill()

    def await_told(self, count):
        self.until(lambda: len(self.told()) >= count, f"{count} events")
        self.assertEqual(len(self.told()), count, self.told())
        return self.told()

    def run_container(self, name, *options, command=("sleep", "1000")):
        self.engine.docker("run", "--detach", "--network=none", "--init", "--name", name, *options, self.engine.IMAGE, *command)

    def monitors(self):
        return self.result("status")["monitors"]

    def await_well(self, count=1):
        self.until(lambda: [one.get("ok") for one in self.monitors()].count(True) == count, f"{count} monitors that look")

    def lines(self, words):
        return self.log.read_text().count(words)


class Monitors(MonitorTest):
    def test_the_end_of_a_container_is_told_and_that_it_is_back(self):
        self.run_container("web", "--label", "team=a")
        self.served("""forager.monitor { container = "web", interval = "1h", run = told }""")
        self.start()
        self.await_well()
        self.engine.docker("kill", "web")
        (event,) = self.await_told(1)
        self.assertEqual((event["ok"], event["status"], event["exit_code"], event["running"], event["changes"],
                          event["monitor"]), (False, "exited", 137, False, 1, "script/web"))
        self.assertEqual((event["container"]["name"], event["container"]["labels"], event["container"]["image"]),
                         ("web", {"team": "a"}, self.engine.IMAGE))
        self.engine.docker("start", "web")
        self.assertTrue(self.await_told(2)[1]["ok"])
        self.engine.docker("rm", "--force", "web")
        self.await_told(3)
        (monitor,) = self.monitors()
        self.assertEqual((monitor["name"], monitor["container"], monitor["ok"], monitor["events"], monitor["trouble"]),
                         ("script/web", "web", False, 3, ""))
        self.assertIn(f"{self.scripts}/script.lua", monitor["owner"])
        loops = {loop["name"]: loop["state"] for loop in self.result("status")["loops"]}
        self.assertEqual((loops["monitors"], loops["docker events"]), ("running", "running"))

    def test_one_that_is_not_there_is_missing(self):
        self.served("""forager.monitor { container = "nobody", run = told }""")
        self.start()
        (event,) = self.await_told(1)
        self.assertEqual((event["status"], event["reason"]), ("missing", "there is no such container"))

    def test_what_dies_with_the_engine_is_told_when_it_is_back(self):
        for name in ("web", "db"):
            self.run_container(name)
        self.served("""for _, name in ipairs { "web", "db" } do forager.monitor { container = name, run = told } end""")
        self.start()
        self.await_well(2)
        self.engine.kill()
        self.until(lambda: self.lines(AWAY), "the agent to notice")
        self.engine.start()
        self.await_told(2)
        self.assertEqual({event["container"]["name"] for event in self.told()}, {"web", "db"})
        self.assertEqual((self.lines(AWAY), self.lines(BACK)), (1, 1))
        self.engine.docker("start", "web")
        self.assertEqual(self.await_told(3)[2]["container"]["name"], "web")

    def test_what_happens_while_the_agent_is_dead_is_told_once(self):
        for name in ("web", "db"):
            self.run_container(name)
        self.served("""for _, name in ipairs { "web", "db" } do forager.monitor { container = name, run = told } end""")
        self.start()
        self.await_well(2)
        self.engine.docker("kill", "db")
        self.await_told(1)
        self.kill()
        self.engine.docker("kill", "web")
        self.start()
        self.await_told(2)
        self.restart()
        self.until(lambda: [one.get("ok") for one in self.monitors()] == [False, False], "the next agent to look")
        self.engine.docker("start", "web")
        self.assertEqual([event["container"]["name"] for event in self.await_told(3)], ["db", "web", "web"])

    def test_no_look_at_a_busy_engine_overrules_what_it_tells(self):
        """Its list may have a container as running that it has told the end of."""
        names = [f"c{number}" for number in range(12)]
        for name in names:
            self.run_container(name)
        self.served("""for i = 0, 11 do forager.monitor { container = "c" .. i, interval = "1s", run = told } end""")
        self.start()
        self.await_well(12)
        for round in range(1, 4):
            self.engine.docker("kill", *names)
            self.await_told(24 * round - 12)
            self.keep_busy(3)
            self.assertEqual(self.statuses()[-12:], ["exited"] * 12)
            self.engine.docker("start", *names)
            self.await_told(24 * round)
            self.assertEqual(self.statuses()[-12:], ["running"] * 12)

    def keep_busy(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.engine.docker("run", "--rm", "--network=none", self.engine.IMAGE, "true")

    def test_flapping_is_damped(self):
        self.run_container("web")
        self.run_container("other")
        self.served("""
forager.monitor { container = "web", damp = "4s", run = told }
forager.monitor { container = "other", run = told }""")
        self.start()
        self.await_well(2)
        for name in ("web", "other"):
            self.engine.docker("restart", "--time=0", name)
        self.await_told(2)
        self.assertEqual({event["container"]["name"] for event in self.told()}, {"other"})
        self.engine.docker("kill", "web")
        event = self.await_told(3)[2]
        self.assertEqual((event["container"]["name"], event["ok"]), ("web", False))

    def test_health(self):
        self.run_container("web", "--health-cmd", "test -e /tmp/well", "--health-interval=1s", "--health-retries=1",
                           command=("sh", "-c", "touch /tmp/well; sleep 1000"))
        self.served("""forager.monitor { container = "web", expect = "healthy", interval = "1h", run = told }""")
        self.start()
        self.await_well()
        self.engine.docker("exec", "web", "rm", "/tmp/well")
        (event,) = self.await_told(1)
        self.assertEqual((event["health"], event["reason"], event["status"]), ("unhealthy", "it is unhealthy", "running"))
        self.engine.docker("exec", "web", "touch", "/tmp/well")
        self.assertTrue(self.await_told(2)[1]["ok"])

    def test_thresholds(self):
        self.run_container("fat", command=("sh", "-c", "x=$(yes | head -c 40000000); while :; do sleep 1; done"))
        self.run_container("weak", "--restart=on-failure:3", command=("sh", "-c", "sleep 0.3; exit 1"))
        self.run_container("busy", command=("sh", "-c", "while :; do :; done"))
        self.served("""
forager.monitor { container = "fat", expect = { memory = "20MB" }, interval = "1s", run = told }
forager.monitor { container = "weak", expect = { status = "any", restarts = 1 }, run = told }
forager.monitor { container = "busy", expect = { cpu = 0.01 }, interval = "1s", run = told }""")
        self.start()
        events = {event["container"]["name"]: event for event in self.await_told(3)}
        self.assertGreater(events["fat"]["memory"], 20 << 20)
        self.assertGreater(events["weak"]["restarts"], 1)
        self.assertGreater(events["busy"]["cpu"], 0.01)

    def test_what_is_declared_no_more_is_gone(self):
        self.run_container("web")
        self.served("""forager.monitor { container = "web", run = told }""")
        self.start()
        self.await_well()
        self.served("""forager.func { name = "x.y", run = print }""")
        self.assertEqual(self.forager("reload").returncode, 0)
        self.until(lambda: not self.monitors(), "the monitor to go")
        self.restart()
        self.assertEqual(self.monitors(), [])

    def test_a_thousand(self):
        for number in range(4):
            self.run_container(f"c{number}")
        self.served("""
for i = 1, 1000 do
  forager.monitor { name = "m" .. i, container = "c" .. i % 4, call = "site.down", kwargs = { number = i } }
end
forager.func { name = "site.down", args = { { "event" }, { "number" } }, run = function(ctx, event, number)
  forager.files.append("FOLDER/told", forager.json.encode { status = event.status, number = number } .. "\\n")
end }""")
        self.start()
        self.await_well(1000)
        self.engine.docker("kill", *(f"c{number}" for number in range(4)))
        self.await_told(1000)
        self.assertEqual({event["number"] for event in self.told()}, set(range(1, 1001)))
        self.assertEqual(set(self.statuses()), {"exited"})

    def test_functions_add_and_remove_monitors(self):
        self.run_container("web-1")
        self.run_container("web-2")
        self.served("""
forager.func { name = "site.down", run = told }
forager.func { name = "site.watch", run = function(ctx, options) return forager.monitors.add(options) end }
forager.func { name = "site.forget", run = function(ctx, name) return forager.monitors.remove(name) end }
forager.func { name = "site.list", run = function(ctx) return forager.monitors.list() end }""")
        self.start()
        self.assertTrue(self.result("call", "site.watch", '{"prefix":"web-","name":"webs","call":"site.down"}'))
        self.assertFalse(self.result("call", "site.watch", '{"prefix":"web-","name":"webs","call":"site.down","damp":0}'))
        self.assertTrue(self.result("call", "site.watch", '{"container":"web-1","call":"site.down","once":true}'))
        self.until(lambda: {one["name"]: one["containers"] for one in self.result("call", "site.list")} ==
                   {"webs": 2, "web-1": 1}, "two monitors")
        self.restart()
        self.await_well(2)
        self.engine.docker("kill", "web-1")
        self.await_told(2)
        self.until(lambda: len(self.monitors()) == 1, "the one that tells once to go")
        self.assertEqual([one["name"] for one in self.result("call", "docker.monitors")], ["webs"])
        self.assertTrue(self.result("call", "docker.monitor", "nobody", "--kw", "call=site.list"))
        self.assertTrue(self.result("call", "docker.remove_monitor", "nobody"))
        self.assertTrue(self.result("call", "site.forget", "webs"))
        self.assertFalse(self.result("call", "site.forget", "webs"))
        self.restart()
        self.assertEqual(self.monitors(), [])
        self.engine.docker("kill", "web-2")
        error = self.refusal("call", "site.watch", '{"container":"web-2"}')
        self.assertEqual((error["code"], "function" in error["message"]), ("bad_arguments", True), error)
        self.assertEqual(len(self.told()), 2)

    def test_mistakes_are_named(self):
        for text, words in [("forager.monitor { contaner = 'x', run = print }", "did you mean 'container'"),
                            ("forager.monitor { container = 'x' }", "needs a function 'run'"),
                            ("forager.monitor { run = print }", "needs a 'container'"),
                            ("forager.monitor { container = 'x', run = print, expect = 'up' }", "'expect' is one of"),
                            ("forager.monitor { container = 'x', run = print, expect = { restart = 1 } }", "'restarts'"),
                            ("for _ = 1, 2 do forager.monitor { container = 'x', run = print } end", "another 'name'"),
                            ("forager.on('docker:died', print)", "no event 'died'"),
                            ("forager.on('file:/x/*', print, { name = 'x' })", "are for docker: and k8s: events")]:
            path = self.folder / "mistake.lua"
            path.write_text(f"local forager = require 'forager'\n{text}\n")
            done = self.forager("check", path)
            self.assertEqual(done.returncode, 1, (text, done))
            self.assertIn(words, done.stdout + done.stderr)
            self.assertIn("mistake.lua:2", done.stdout + done.stderr)
        error = self.failure("""forager.monitors.add { container = "x", call = "a.b" }""")
        self.assertEqual(error["code"], "refused")
        self.assertIn("forager agent", error["message"])


class Events(MonitorTest):
    def hears(self):
        """Whether an event has been heard: then all later ones will be."""
        self.run_container("probe", "--label", "team=b")
        self.engine.docker("rm", "--force", "probe")
        return self.told()

    def test_handlers_hear_what_they_want(self):
        self.served("""
forager.on("docker:die", told)
forager.on("docker:start", told, { name = "web-*" })
forager.on("docker:start", told, { labels = { team = "b" } })
forager.on("docker:exec_*", told)""")
        self.start()
        self.until(self.hears, "the agent to hear of anything")
        self.run_container("web-1", "--label", "team=a")
        self.run_container("db", "--label", "team=b")
        self.engine.docker("kill", "web-1")
        def heard():
            return sorted((event["action"], event["container"]["name"]) for event in self.told()
                          if event["container"]["name"] != "probe")

        self.until(lambda: len(heard()) >= 3, "three events")
        self.assertEqual(heard(), [("die", "web-1"), ("start", "db"), ("start", "web-1")])
        (died,) = [event for event in self.told() if (event["action"], event["container"]["name"]) == ("die", "web-1")]
        self.assertEqual((died["exit_code"], died["container"]["labels"], died["attributes"]["exitCode"]),
                         (137, {"team": "a"}, "137"))
        self.assertGreater(died["time"], 1.7e9)

    def test_durable_ones_are_heard_after_a_death_of_the_agent(self):
        self.run_container("late-web")
        self.run_container("late-db")
        self.served("""forager.on("docker:die", told, { durable = true, name = "late-*" })""")
        self.start()
        self.engine.docker("kill", "late-web")
        self.await_told(1)
        self.kill()
        self.engine.docker("kill", "late-db")
        self.start()
        self.await_told(2)
        self.restart()
        self.run_container("late-third")
        self.engine.docker("kill", "late-third")
        self.assertEqual([event["container"]["name"] for event in self.await_told(3)], ["late-web", "late-db", "late-third"])

    def test_they_are_read_one_after_another(self):
        run = self.begin("""
          local heard = {}
          forager.spawn(function()
            forager.sleep "1s"
            docker.start { image = BOX.image, network = "none", name = "other", command = "sleep 100" }
            docker.start { image = BOX.image, network = "none", name = "web", command = "sleep 100" }
            docker.kill "web"
          end)
          for event in docker.events { name = "web", action = { "start", "die" } } do
            heard[#heard + 1] = event.action .. " " .. event.name .. " " .. event.attributes.image
            if event.action == "die" then break end
          end
          return heard""")
        image = self.engine.IMAGE
        self.assertEqual(self.document(run)["result"], [f"start web {image}", f"die web {image}"])


class Commands(MonitorTest):
    def processes(self, name):
        return self.engine.docker("top", name, "-eo", "pid,args").stdout

    def test_one_that_is_cancelled_leaves_no_process(self):
        self.run_container("host")
        before = len(self.processes("host").splitlines())
        for text in ("""forager.timeout("1s", docker.exec, "host", { "sh", "-c", "sleep 900 & sleep 901" })""",
                     """docker.exec("host", { "sh", "-c", "sleep 900 & sleep 901" }, { timeout = "1s" })""",
                     """docker.exec("host", "sleep 902", { timeout = "1s", user = "7" })"""):
            self.assertEqual(self.failure(text)["code"], "timed_out")
            self.assertEqual(len(self.processes("host").splitlines()), before, self.processes("host"))
        self.returned("""
          for pause = 0, 200, 20 do
            pcall(forager.timeout, pause / 1000, docker.exec, "host", { "sleep", "903" })
          end""")
        self.assertNotIn("sleep 903", self.processes("host"))

    def test_those_that_a_dead_agent_left_are_ended_by_the_next(self):
        self.run_container("host")
        before = self.processes("host")
        self.engine.docker("exec", "--detach", "host", "sleep", "910")
        self.served("""
for _, durable in ipairs { true, false } do
  forager.func { name = "work." .. tostring(durable), durable = durable, run = function(ctx)
    forager.docker.exec("host", { "sh", "-c", "sleep 911 & sleep 912" }, { user = durable and "7" or nil })
  end }
end""")
        self.start()
        for name in ("work.true", "work.false"):
            self.submit(name)
        self.until(lambda: self.processes("host").count("sleep 912") == 2, "the commands")
        Scenario.kill(self)
        self.script("")
        self.start()
        self.until(lambda: "sleep 911" not in self.processes("host") and "sleep 912" not in self.processes("host"), "them to end")
        self.assertEqual(len(self.processes("host").splitlines()), len(before.splitlines()) + 1, self.processes("host"))
        self.until(lambda: self.lines("left commands running in containers: they are ended commands=2"), "a word of it")

    def test_those_that_a_killed_run_left_are_ended_by_the_next_that_has_one(self):
        self.run_container("host")
        run = self.begin("""docker.exec("host", "sleep 913")""")
        other = self.begin("""docker.exec("host", "sleep 914")""")
        self.until(lambda: "sleep 913" in self.processes("host") and "sleep 914" in self.processes("host"), "the commands")
        run.kill()
        run.communicate()
        self.returned("""return docker.exec("host", "true").code""")
        self.assertNotIn("sleep 913", self.processes("host"))
        self.assertIn("sleep 914", self.processes("host"))
        other.terminate()
        other.communicate(timeout=PATIENCE)
        self.assertNotIn("sleep 914", self.processes("host"))

    def test_one_without_a_shell_says_that_it_may_go_on(self):
        self.run_container("host", command=("sh", "-c", "rm /bin/cat; exec sleep 1000"))
        self.until(lambda: "sleep 1000" in self.processes("host"), "the container")
        done = subprocess.run(["docker", "exec", "host", "cat"], capture_output=True, check=False,
                              env=self.engine.environment | {"DOCKER_HOST": self.engine.host})
        self.assertNotEqual(done.returncode, 0)
        self.engine.docker("exec", "host", "rm", "/bin/sh")
        error = self.failure("""docker.exec("host", { "sleep", "904" }, { timeout = "1s" })""")
        self.assertEqual(error["code"], "timed_out")
        self.assertIn("may go on in the container", error["message"])


if __name__ == "__main__":
    main()
