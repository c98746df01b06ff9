"""An agent of its own for each scenario: started, asked, killed and started again. Used by tests/scenarios."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from local_http import LocalConnection

FORAGER = pathlib.Path(sys.argv[1]).absolute()

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # agents heed it, also when these tests were started by nohup

PATIENCE = 60  # seconds, for what takes a fraction of one when all is well

# Every script begins with it: `mark` leaves a line in a file that outlives everything, `hold` lasts until a file is
# there.
PRELUDE = """
local forager = require "forager"
local sh = forager.sh
local function mark(line)
  sh { "sh", "-c", 'echo "$1" >>marks', "-", tostring(line), cwd = "FOLDER" }
end
local function hold(gate)
  sh { "sh", "-c", 'until [ -e "$1" ]; do sleep 0.05; done', "-", gate, cwd = "FOLDER" }
end
"""


def processes_marked(marker):
    """Processes with this text in their environment: they inherit it whatever they do."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if marker in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def descendants(process):
    found = []
    for folder in pathlib.Path(f"/proc/{process}/task").glob("*"):
        try:
            for child in (folder / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
        except OSError:
            continue
    return found


class Scenario(unittest.TestCase):
    """A folder with scripts, a configuration, and at most one agent."""

    agent = None
    begun_at = 0

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.scripts = self.folder / "scripts"
        self.scripts.mkdir()
        self.state = self.folder / "state"
        self.socket = self.folder / "agent.sock"
        self.log = self.folder / "log"
        self.log.touch()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "SCENARIO": str(self.folder),
                            "DOCKER_HOST": f"unix://{self.folder}/no-docker.sock"}  # never the machine's own
        self.environment |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        self.configure()
        self.addCleanup(self.end_all)

    def end_all(self):
        """Nothing is left, whatever a test has done to its agent."""
        while left := {*processes_marked(self.marker()), *self.family()}:
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if self.agent:
                self.agent.wait()

    def marker(self):
        return b"SCENARIO=" + os.fsencode(self.folder) + b"\0"

    def configure(self, agent="", limits=""):
        self.config = self.folder / "forager.toml"
        self.config.write_text(f'[agent]\nstate_dir = "{self.state}"\nsocket = "{self.socket}"\n'
                               f'scripts = ["{self.scripts}/*.lua"]\nlog_level = "debug"\n'
                               f'{agent}\n[limits]\n{limits}\n')

    def script(self, text, name="script.lua"):
        """Puts a script into the agent's folder; all at once, since the agent may be looking."""
        path = self.folder / name
        path.write_text((PRELUDE + text).replace("FOLDER", str(self.folder)))
        return path.rename(self.scripts / name)

    # The agent

    def launch(self):
        with open(self.log, "ab") as log:
            return subprocess.Popen([FORAGER, "agent", "--config", self.config], stdout=log, stderr=log,
                                    stdin=subprocess.DEVNULL, cwd=self.folder, env=self.environment)

    def start(self):
        self.begun_at = self.log.stat().st_size  # in the log
        self.agent = self.launch()

        def ready():
            self.assertIsNone(self.agent.poll(), self.log_of_this_life())
            return " is ready" in self.log_of_this_life()

        self.until(ready, "the agent to be ready")

    def log_of_this_life(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            log.seek(self.begun_at)
            return log.read()

    def http_port(self):
        """Of the [http] server, when there is one that listens on a port of its own choice."""
        return int(re.findall(r"HTTP is answered address=[\d.]+:(\d+)", self.log_of_this_life())[-1])

    def serve(self, script="", **configuration):
        """The usual beginning: one script, and the agent that serves it."""
        if configuration:
            self.configure(**configuration)
        self.script(script)
        self.start()

    def kill(self):
        self.agent.kill()
        self.agent.wait()

    def restart(self):
        self.kill()
        self.start()

    def stop(self, number=signal.SIGTERM):
        self.agent.send_signal(number)
        return self.agent.wait(PATIENCE)

    def family(self):
        """The agent's descendants, also those that hide what they come from."""
        return descendants(self.agent.pid) if self.agent and self.agent.poll() is None else []

    def children(self):
        return [process for process in processes_marked(self.marker()) if process != self.agent.pid]

    # What can be seen

    def until(self, condition, what):
        """Other processes tell nobody of what they did: it has to be looked at again and again."""
        deadline = time.monotonic() + PATIENCE
        while not (seen := condition()):
            if time.monotonic() > deadline:
                self.fail(f"waited in vain for {what}; the agent's log:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.01)
        return seen

    def marks(self):
        try:
            return (self.folder / "marks").read_text().splitlines()
        except FileNotFoundError:
            return []

    def await_mark(self, line, count=1):
        self.until(lambda: self.marks().count(line) >= count, f"mark '{line}'")

    def open_gate(self, name="gate"):
        (self.folder / name).touch()

    # Asking

    def forager(self, command, *args):
        return subprocess.run([FORAGER, command, "--config", self.config, *args], capture_output=True, text=True,
                              timeout=PATIENCE, cwd=self.folder, env=self.environment)

    def ask(self, command, *args):
        """The JSON document that a command prints, and its exit code."""
        done = self.forager(command, "--json", *args)
        return json.loads(done.stdout), done.returncode

    def result(self, *args):
        document, code = self.ask(*args)
        self.assertEqual((document["ok"], code), (True, 0), document)
        return document["result"]

    def refusal(self, *args, exit_code=1):
        document, code = self.ask(*args)
        self.assertEqual((document["ok"], code), (False, exit_code), document)
        return document["error"]

    def submit(self, *args):
        """Gives the id."""
        document, code = self.ask("submit", *args)
        self.assertEqual((set(document), document["ok"], code), ({"ok", "id"}, True, 0), document)
        return document["id"]

    def run_work(self, *args):
        return self.result("submit", "--wait", *args)

    def request(self, method, path, body=None):
        """Asks the agent without a command in between."""
        connection = LocalConnection(self.socket, PATIENCE)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def record(self, id):
        return self.request("GET", f"/v1/invocations/{id}")["result"]

    def await_state(self, id, state):
        return self.until(lambda: self.record(id)["state"] == state and self.record(id), f"{id} to be {state}")

    def end_of(self, id):
        """The record of what has ended."""
        document = self.request("GET", f"/v1/invocations/{id}/wait")
        self.assertTrue(document["ok"], document)
        return document["result"]

    def succeeded(self, id):
        record = self.end_of(id)
        self.assertEqual(record["state"], "succeeded", record)
        return record.get("result")

    def failed(self, id):
        record = self.end_of(id)
        self.assertEqual(record["state"], "failed", record)
        return record["error"]

    def lines_of(self, id):
        return [line["text"] for line in self.result("logs", id)]


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
