"""An agent that serves a colony of its own. Used by tests/integration."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from agent_world import Scenario
from colonies.drivers import PyColonies
from colonies.testcase import ColonyTest

WAITING, RUNNING, SUCCESSFUL, FAILED, CANCELLED = range(5)


class ColonyAgent(ColonyTest, Scenario):
    """`serve` starts it; what `executors` says stands in its configuration."""

    long_poll = "10s"

    def setUp(self):
        super().setUp()
        self.configure()

    def configure(self, agent="", limits="", executors=None, colony=""):
        super().configure(agent, limits)
        if not hasattr(self, "colony"):
            return  # it comes last
        authority = self.colony.authority
        trusted = f'ca_file = "{authority.file}"\n' if authority else ""
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(f'[colony]\nhost = "{self.colony.host}"\nport = {self.colony.port}\n'
                       f'tls = {"true" if authority else "false"}\n{trusted}name = "{self.colony.name}"\n'
                       f'long_poll = "{self.long_poll}"\n'
                       f'{colony or self.by_owner()}\n'
                       f'{self.executor() if executors is None else executors}')

    def by_owner(self):
        return f'owner_key = "{self.colony.owner_key}"'

    def executor(self, type=None, **keys):
        keys = {"type": type or self.colony.executor_type, "name": "edge"} | keys
        return "[[executor]]\n" + "".join(f"{name} = {literal(value)}\n" for name, value in keys.items())

    def serve(self, script="", **configuration):
        super().serve(script, **configuration)
        self.await_registered()

    def await_registered(self):
        self.until(lambda: all(one["registered"] for one in self.request("GET", "/v1/status")["result"]["colony"]["executors"]),
                   "the executors to be registered")

    # What a client does

    def send(self, function, *args, **fields):
        return self.colony.call("submitfuncspecmsg", spec=self.colony.spec(function, *args, **fields))["processid"]

    def process(self, id):
        return self.colony.setup("getprocessmsg", self.colony.user.key, processid=id)

    def await_process(self, id, state):
        return self.until(lambda: (seen := self.process(id))["state"] == state and seen, f"process {id} in state {state}")

    def ended_process(self, id):
        return self.until(lambda: (seen := self.process(id))["state"] >= SUCCESSFUL and seen, f"process {id} to end")

    def output(self, function, *args, **fields):
        process = self.ended_process(self.send(function, *args, **fields))
        self.assertEqual(process["state"], SUCCESSFUL, process["errors"])
        return process["out"]

    def errors(self, function, *args, **fields):
        return self.errors_of(self.send(function, *args, **fields))

    def errors_of(self, id):
        process = self.ended_process(id)
        self.assertEqual(process["state"], FAILED, process["out"])
        # The server says that it has failed before it says why.
        return self.until(lambda: self.process(id)["errors"], f"the errors of process {id}")

    def logs_of(self, id):
        messages, since, most = [], 0, 500
        while True:
            page = self.colony.setup("getlogsmsg", self.colony.user.key, colonyname=self.colony.name, processid=id,
                                     executorname="", count=most, since=since, latest=False) or []
            messages += [entry["message"] for entry in page]
            if len(page) < most:
                return "\n".join(messages)
            since = page[-1]["timestamp"]

    def executors(self):
        return self.colony.setup("getexecutorsmsg", self.colony.user.key, colonyname=self.colony.name) or []

    def functions(self):
        return self.colony.setup("getfunctionsmsg", self.colony.user.key, colonyname=self.colony.name,
                                 executorname="edge") or []

    def client(self):
        return PyColonies(self.colony)


def literal(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return f'"{value}"'
