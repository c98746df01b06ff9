#!/usr/bin/env python3
"""What a service manager hears of the agent: service_test.py FORAGER."""
import pathlib
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main

SCRIPT = """
forager.func { name = "t.hold", run = function()
  mark "begun"
  hold "gate"
end }
forager.func { name = "t.environment", run = function()
  return sh("env").stdout
end }
"""


class Service(Scenario):
    def setUp(self):
        super().setUp()
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notices.close)
        self.notices.settimeout(PATIENCE)
        path = self.folder / "notify"
        self.notices.bind(str(path))
        self.environment["NOTIFY_SOCKET"] = str(path)

    def heard(self, *wanted):
        """Reads on until each of these was said, in this order, and gives what was said last."""
        for text in wanted:
            while text not in (notice := self.notices.recv(4096).decode()):
                pass
        return notice

    def test_start_and_stop_are_told(self):
        self.serve(SCRIPT)
        self.heard("READY=1")
        self.agent.terminate()
        self.assertIn("EXTEND_TIMEOUT_USEC=25000000", self.heard("STOPPING=1"))
        self.agent.wait(PATIENCE)

    def test_the_status_says_what_runs(self):
        self.serve(SCRIPT)
        self.submit("t.hold")
        self.heard("STATUS=1 running, 0 waiting")
        self.open_gate()
        self.heard("STATUS=0 running, 0 waiting")

    def test_the_status_says_which_script_does_not_load(self):
        self.script("this is no Lua", "bad.lua")
        self.serve(SCRIPT)
        self.heard("STATUS=0 running, 0 waiting; bad.lua does not load: ")

    def test_a_reload_is_told_from_its_begin_to_its_end(self):
        self.serve(SCRIPT)
        self.heard("READY=1")
        before = time.monotonic_ns() // 1000
        self.agent.send_signal(signal.SIGHUP)
        told = int(self.heard("RELOADING=1").partition("MONOTONIC_USEC=")[2])
        self.heard("READY=1")
        self.assertTrue(before <= told <= time.monotonic_ns() // 1000)

    def test_signs_of_life_come_until_the_end(self):
        self.environment["WATCHDOG_USEC"] = "200000"
        self.serve(SCRIPT, agent='grace = "1h"')
        self.heard(*["WATCHDOG=1"] * 5)
        self.submit("t.hold")
        self.await_mark("begun")
        self.agent.terminate()
        self.heard("STOPPING=1", "STATUS=stopping, 1 running", *["WATCHDOG=1"] * 5)
        self.open_gate()
        self.assertEqual(self.agent.wait(PATIENCE), 0)

    def test_the_loop_that_tells_is_one_of_those_in_the_status(self):
        self.serve(SCRIPT)
        self.assertIn("service", [loop["name"] for loop in self.result("status")["loops"]])

    def test_children_do_not_speak_in_the_agents_name(self):
        self.environment["WATCHDOG_USEC"] = "60000000"
        self.serve(SCRIPT)
        environment = self.run_work("t.environment")
        self.assertIn("SCENARIO=", environment)
        for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
            self.assertNotIn(name, environment)


class Alone(Scenario):
    def test_without_a_service_manager_there_is_no_such_loop(self):
        self.serve(SCRIPT)
        self.assertNotIn("service", [loop["name"] for loop in self.result("status")["loops"]])


if __name__ == "__main__":
    main()
