#!/usr/bin/env python3
"""How an agent starts, stops, dies and what becomes of its children: life_test.py FORAGER."""
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, Scenario, main, processes_marked

SCRIPT = """
forager.func { name = "t.hold", run = function(ctx, gate)
  mark "begun"
  hold(gate or "gate")
  mark "end"
  return "done"
end }
forager.func { name = "t.family", run = function(ctx)
  sh { "sh", "-c", [[
    setsid sleep 1000 </dev/null >/dev/null 2>&1 &
    (setsid sh -c 'sleep 1000 & wait' </dev/null >/dev/null 2>&1 &)
    nohup sleep 1000 >/dev/null 2>&1 &
    env -i sleep 1000 &
    trap '' TERM HUP INT
    echo begun >>FOLDER/marks
    until [ -e FOLDER/gate ]; do sleep 0.05; done]] }
end }
forager.func { name = "t.stubborn", run = function(ctx)
  sh { "sh", "-c", "trap '' TERM; echo begun >>FOLDER/marks; until [ -e FOLDER/gate ]; do sleep 0.05; done" }
end }
forager.func { name = "d.sleep", durable = true, run = function(ctx)
  ctx:step("once", function() mark "once" end)
  ctx:sleep "1h"
end }
forager.func { name = "d.steps", durable = true, run = function(ctx)
  ctx:step("once", function() mark "once" end)
  ctx:step("held", function() mark "held" hold "gate" end)
  return "done"
end }
"""


def alive(processes):
    """Those that have not ended; a zombie has."""
    return [process for process in processes if state_of(process) not in ("", "Z", "X")]


def state_of(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


class Death(Scenario):
    def start_family(self):
        """Work that has children of every kind, and all processes that belong to it."""
        self.submit("t.family")
        self.await_mark("begun")
        self.until(lambda: len(self.children()) >= 6, "all children")
        return sorted({*self.children(), *self.family()})

    def test_what_a_killed_agent_left_is_gone_when_the_next_is_ready(self):
        self.serve(SCRIPT)
        left = self.start_family()
        self.kill()
        self.assertTrue(alive(left))
        self.open_gate()
        self.start()
        self.until(lambda: not alive(left), f"the end of {left}")
        self.assertIn("died: what it left running is ended", self.log.read_text())
        (work,) = self.result("ps")
        self.end_of(work["id"])

    def test_what_an_agent_left_is_gone_after_a_second_one_died_while_it_started(self):
        self.serve(SCRIPT)
        left = self.start_family()
        self.kill()
        second = self.launch()
        second.kill()
        second.wait()
        self.open_gate()
        self.start()
        self.until(lambda: not alive(left), f"the end of {left}")

    def test_a_cancellation_that_was_acknowledged_holds_when_the_agent_is_killed_at_once(self):
        self.serve(SCRIPT, agent="concurrency = 1")
        ids = [self.submit("d.sleep")]
        self.await_state(ids[0], "sleeping")
        ids += [self.submit("t.hold"), self.submit("t.hold")]
        self.await_mark("begun")
        for id in reversed(ids):  # the one that waits before the one whose place it would take
            self.assertTrue(self.request("POST", f"/v1/invocations/{id}/cancel")["ok"])
        self.kill()
        self.start()
        for id in ids:
            self.assertEqual(self.end_of(id)["state"], "cancelled")
        self.assertEqual(self.marks().count("begun"), 1)

    def test_processes_of_others_are_left_alone(self):
        self.serve(SCRIPT)
        other = subprocess.Popen(["sleep", "1000"], env=self.environment)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        self.start_family()
        self.open_gate()
        self.restart()
        self.assertIsNone(other.poll())

    def test_the_socket_of_a_dead_agent_is_in_nobodys_way(self):
        self.serve(SCRIPT)
        self.kill()
        self.assertTrue(self.socket.exists())
        self.assertIn("forager agent", self.refusal("ps")["message"])
        self.start()
        self.assertEqual(self.result("ps"), [])


class Stop(Scenario):
    def test_work_that_sleeps_goes_on_after_the_next_start(self):
        self.serve(SCRIPT)
        id = self.submit("d.sleep")
        note = self.await_state(id, "sleeping")["note"]
        self.assertEqual(self.stop(), 0)
        self.start()
        self.assertEqual(self.await_state(id, "sleeping")["note"], note)
        self.assertEqual(self.marks(), ["once"])

    def test_scripts_with_timers_end_well(self):
        self.serve('forager.every("1h", function() mark "begun" end)')
        self.await_mark("begun")
        self.assertEqual(self.stop(), 0, self.log.read_text())

    def test_work_that_runs_has_its_grace(self):
        self.serve(SCRIPT, agent='grace = "1m"')
        id = self.submit("t.hold")
        self.await_mark("begun")
        self.agent.terminate()
        self.until(lambda: "stopping" in self.log.read_text(), "its stop to begin")
        self.open_gate()
        self.assertEqual(self.agent.wait(PATIENCE), 0)
        self.assertEqual(self.marks(), ["begun", "end"])
        self.start()
        self.assertEqual(self.succeeded(id), "done")
        self.assertEqual(self.marks(), ["begun", "end"])

    def test_work_that_outlasts_the_grace_is_done_again(self):
        self.serve(SCRIPT, agent='grace = "1s"')
        id = self.submit("d.steps")
        self.await_mark("held")
        self.assertEqual(self.stop(), 0)
        self.assertEqual(processes_marked(self.marker()), [])
        self.start()
        self.await_mark("held", 2)
        self.open_gate()
        self.assertEqual(self.succeeded(id), "done")
        self.assertEqual(self.marks(), ["once", "held", "held"])

    def test_stops_do_not_count_as_deaths_under_the_work(self):
        self.serve(SCRIPT, agent='grace = "0s"')
        id = self.submit("d.steps")
        for times in range(1, 8):
            self.await_mark("held", times)
            self.assertEqual(self.stop(), 0)
            self.start()
        self.open_gate()
        self.assertEqual(self.succeeded(id), "done")

    def test_children_that_hear_no_signal_are_gone_before_the_agent(self):
        self.serve(SCRIPT, agent='grace = "0s"')
        self.submit("t.stubborn")
        self.submit("t.family")
        self.await_mark("begun", 2)
        family = {*self.children(), *self.family()}
        self.assertEqual(self.stop(), 0)
        self.assertEqual(alive(family), [])

    def test_a_second_signal_does_not_wait(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                (self.folder / "marks").unlink(missing_ok=True)
                self.serve(SCRIPT, agent='grace = "1h"')
                id = self.submit("t.hold")
                self.await_mark("begun")
                stopped = self.log.read_text().count("stopping")
                self.agent.send_signal(number)
                self.until(lambda: self.log.read_text().count("stopping") > stopped, "its stop to begin")
                self.agent.send_signal(number)
                self.agent.wait(PATIENCE)
                self.until(lambda: not self.children(), "the end of its children")
                self.start()
                self.assertNotIn(self.record(id)["state"], ("failed", "cancelled"))
                self.result("cancel", id)
                self.stop()

    def test_an_agent_that_stops_takes_no_work_but_answers(self):
        self.serve(SCRIPT, agent='grace = "1m"')
        id = self.submit("t.hold")
        self.await_mark("begun")
        self.agent.terminate()
        self.until(lambda: "stopping" in self.log.read_text(), "its stop to begin")
        self.assertIn("is stopping", self.refusal("submit", "t.hold")["message"])
        self.assertEqual(self.record(id)["state"], "running")
        self.result("cancel", id)
        self.assertEqual(self.agent.wait(PATIENCE), 0)
        self.start()
        self.assertEqual(self.record(id)["state"], "cancelled")

    def test_who_waits_goes_on_waiting_for_the_next_agent(self):
        self.serve(SCRIPT, agent='grace = "0s"')
        waiting = subprocess.Popen([FORAGER, "submit", "t.hold", "--wait", "--json", "--config", self.config],
                                   stdout=subprocess.PIPE, cwd=self.folder, env=self.environment)
        self.addCleanup(waiting.stdout.close)
        self.addCleanup(waiting.wait)
        self.addCleanup(waiting.kill)
        self.await_mark("begun")
        self.stop()
        self.start()
        self.open_gate()
        document = json.loads(waiting.communicate(timeout=PATIENCE)[0])
        self.assertEqual((document["ok"], document["result"], waiting.returncode), (True, "done", 0))


class Start(Scenario):
    def second(self, shared, instead):
        """Another agent that differs in one path only."""
        config = self.folder / "second.toml"
        config.write_text(self.config.read_text().replace(str(shared), str(self.folder / instead)))
        return subprocess.run([FORAGER, "agent", "--config", config], capture_output=True, text=True, timeout=PATIENCE,
                              cwd=self.folder, env=self.environment)

    def test_a_second_agent_on_the_same_state_is_refused(self):
        self.serve(SCRIPT)
        done = self.second(self.socket, "other.sock")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"another agent (process {self.agent.pid}) uses {self.state}", done.stderr)
        self.assertIn("state_dir", done.stderr)
        self.assertEqual(self.result("ps"), [])

    def test_a_second_agent_on_the_same_socket_is_refused(self):
        self.serve(SCRIPT)
        done = self.second(self.state, "other")
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(self.socket), done.stderr)
        self.assertEqual(self.result("ps"), [])

    def test_only_the_agents_user_sees_its_state_and_its_socket(self):
        self.serve(SCRIPT)
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o700)
        self.assertEqual(self.socket.stat().st_mode & 0o007, 0)

    def test_nothing_is_left_of_its_socket_after_a_stop(self):
        self.serve(SCRIPT)
        self.stop()
        self.assertFalse(self.socket.exists())

    def test_a_wrong_configuration_is_named_and_nothing_is_started(self):
        self.configure(agent="concurency = 3")
        done = self.forager("agent")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("concurency", done.stderr)
        self.assertFalse(self.state.exists())


if __name__ == "__main__":
    main()
