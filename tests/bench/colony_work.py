"""A Colonies server for as long as the benchmark runs, a colony of its own for each trial, and the work for it."""
import contextlib
import statistics
import sys
import time

import executors
import measure
from agents import Process
from colonies import tools
from colonies.bed import ColonyBed
from keeper import inhabitants
from premises import BedError
from colony_client import Client
from tools import PEERS

NOTHING, SLEEP = "bench.nothing", "bench.sleep"
PATIENCE = 120  # seconds
LOOKS_APART = 0.1  # seconds: each look costs the server as much as half a process


class Work:
    """`with Work(…) as work:` has the server up. Of each executor memory when it is idle, then processes one at a
    time; then so many at once that waited for it."""

    def __init__(self, kit, waiting, single, asleep, settle, seconds):
        self.kit = kit
        self.waiting = waiting
        self.single = single
        self.asleep = asleep
        self.settle = settle
        self.seconds = seconds  # of doing nothing

    @staticmethod
    def missing():
        """Why there is no server; empty when there is."""
        try:
            tools.colonies()
            tools.pycolonies()
            tools.postgres()
        except BedError as error:
            return f"absent: {error}"
        return ""

    @staticmethod
    def python():
        """This one: pycolonies is for its version."""
        return sys.executable, PEERS / "colony_executor.py"

    def __enter__(self):
        try:
            self.bed = ColonyBed()
        except BedError as error:
            raise measure.Failed(str(error)) from None
        return self

    def __exit__(self, *_):
        self.bed.close()

    # Samples

    def ours(self):
        start = executors.agent
        return {**self.alone(start), **self.drained(start), **self.sleeping()}

    def peer(self, command):
        start = executors.started(command)
        return {**self.alone(start), **self.drained(start)}

    def peers(self, command, count):
        return self.drained(executors.started(command, count))

    # What they are made of

    @contextlib.contextmanager
    def client(self):
        colony = self.bed.colony()
        with Client(colony) as client:
            yield client
        colony.remove()

    def alone(self, start):
        with self.client() as client, start(self.kit, client.colony) as processes:
            client.warm_up(NOTHING)
            idle = self.idle(*processes)
            seen = [client.submit_and_await(NOTHING) for _ in range(self.single)]
            lasted = [ended - submitted for submitted, ended in client.times()]
        return {**idle, "latency": statistics.median(seen), "server_latency": statistics.median(lasted)}

    def idle(self, process):
        time.sleep(self.settle)
        process = Process(process)
        cpu = process.cpu()
        time.sleep(self.seconds)
        return {**process.memory(), "idle_cpu": (process.cpu() - cpu) / self.seconds}

    def drained(self, start):
        with self.client() as client:
            client.submit(NOTHING, self.waiting)
            before = self.look(client, [])
            with start(self.kit, client.colony) as processes:
                begun = self.look(client, processes, 1)
                ended = self.look(client, processes, self.waiting)
            closed = sorted(ended for _, ended in client.times())
        if begun[0] == ended[0]:
            begun = before  # so few that nobody saw them begin
        done, wall, cpu, server_cpu = (last - first for first, last in zip(begun, ended))
        return {"value": (len(closed) - 1) / (closed[-1] - closed[0]), "cpu": cpu / done,
                "server_cpu": server_cpu / done, "busy": server_cpu / wall}

    def look(self, client, processes, enough=0):
        """How many are closed when there are enough, when that was, what the executors had cost then, and the server."""
        give_up = time.monotonic() + PATIENCE
        while (closed := client.statistics()["successfulprocesses"]) < enough:
            if time.monotonic() > give_up:
                raise measure.Failed(f"only {closed} processes are closed after {PATIENCE} s")
            time.sleep(LOOKS_APART)
        return closed, time.monotonic(), sum(Process(one).cpu() for one in processes), self.server_cpu()

    def server_cpu(self):
        """Seconds, PostgreSQL's included, whose sessions come and go."""
        seconds = 0
        for inhabitant in map(Process, inhabitants(self.bed.premises.folder)):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                seconds += inhabitant.cpu_of_ended() + inhabitant.cpu()
        return seconds

    def sleeping(self):
        with self.client() as client, executors.configured(self.kit, client.colony, self.asleep) as agent:
            client.submit(SLEEP, self.asleep)
            give_up = time.monotonic() + PATIENCE
            while at_once(client, agent) < self.asleep and time.monotonic() < give_up:
                time.sleep(LOOKS_APART)
            time.sleep(self.settle)
            memory = Process(agent.process.pid).memory()
            return {"at_once": at_once(client, agent), "asleep_pss": memory["pss"], "asleep_anonymous": memory["anonymous"]}


def at_once(client, agent):
    """How many run, as both the server and the agent say."""
    executor, = agent.ask("GET", "/v1/status")["colony"]["executors"]
    return min(client.statistics()["runningprocesses"], executor["running"])
