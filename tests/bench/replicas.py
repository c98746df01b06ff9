"""Replicas that say when they begin, whatever runs them, and that die as by an accident: for benchmarks of who keeps them."""
import os
import signal
import statistics
import tempfile
import threading
import time
from pathlib import Path

from agents import PATIENCE, Process
from measure import Failed

VARIABLE = "BENCH_REPLICAS"


class Replicas:
    """A folder that each of them sees by its path, with a pipe in it. When one begins it writes a line into that."""

    def __init__(self, work):
        self.holder = tempfile.TemporaryDirectory(dir=work, prefix="replicas-")
        self.folder = Path(self.holder.name).resolve()
        self.environment = {VARIABLE: self.folder.name}
        self.command = ["sh", "-c", f"echo >{self.folder}/begun; exec sleep 1000000"]
        self.begun = []  # when, in the order of their beginnings
        os.mkfifo(self.folder / "begun")
        self.pipe = os.open(self.folder / "begun", os.O_RDWR)  # to write, too: it is never at its end
        self.reader = threading.Thread(target=self.read, daemon=True)

    def __enter__(self):
        self.reader.start()
        return self

    def __exit__(self, *_):
        self.end_all()
        os.write(self.pipe, b"q")
        self.reader.join()
        os.close(self.pipe)
        self.holder.cleanup()

    def read(self):
        while b"q" not in (said := os.read(self.pipe, 4096)):
            now = time.perf_counter()
            self.begun += [now] * said.count(b"\n")

    def running(self):
        """The oldest first."""
        return sorted(marked(self.environment, b"sleep\0"), key=birth)

    def end_all(self):
        """Who kept them is gone."""
        while left := marked(self.environment):
            for process in left:
                end(process)
            time.sleep(0.01)

    def await_begun(self, count, keeper):
        deadline = time.monotonic() + PATIENCE
        while len(self.begun) < count:
            keeper.check()
            if time.monotonic() > deadline:
                raise Failed(f"{len(self.begun)} replicas have begun, and {count} should have\n{keeper.said()}")
            time.sleep(0.005)

    def killed(self, keeper, kills, pause, await_each):
        """The oldest each time, with a pause between two; gives the seconds until others were there in their places. Who does
        not await each of them takes the first one that begins for another in place of the first that died."""
        before, times = len(self.begun), []
        for number in range(kills):
            due = time.perf_counter() + pause
            victim = self.await_one(keeper)
            times.append(time.perf_counter())
            end(victim)
            if await_each:
                self.await_begun(before + number + 1, keeper)
            time.sleep(max(0, due - time.perf_counter()))
        self.await_begun(before + kills, keeper)
        return sorted(back - gone for back, gone in zip(self.begun[before:], times))

    def await_one(self, keeper):
        deadline = time.monotonic() + PATIENCE
        while not (running := self.running()):
            keeper.check()
            if time.monotonic() > deadline:
                raise Failed(f"no replica runs\n{keeper.said()}")
            time.sleep(0.05)
        return running[0]


def measured(replicas, keeper, count, kills, pause, settle, seconds, await_each=True):
    """Of who keeps so many of them: at rest first, then while they die."""
    replicas.await_begun(count, keeper)
    time.sleep(settle)
    resting = keeper.costs()
    time.sleep(seconds)
    rested = keeper.costs()
    times = replicas.killed(keeper, kills, pause, await_each)
    busy = keeper.costs()
    each = {key: (busy[key] - rested[key]) / kills for key in busy}
    at_rest = {f"{key}_rest": (rested[key] - resting[key]) / seconds for key in rested}
    return {"value": statistics.median(times), "p99": percentile(times, 0.99), **each, **at_rest, **keeper.memory()}


def percentile(ordered, part):
    """The largest one where there are too few of them."""
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


class Keeper:
    """Who keeps them: a process of its own, an engine, or both. What they take of the processor, and what the first holds."""

    def __init__(self, process=None, log=None, engine=()):
        self.process, self.log, self.engine = process, log, engine

    def check(self):
        if self.process and self.process.poll() is not None:
            raise Failed(f"who keeps replicas has ended with {self.process.returncode}\n{self.said()}")

    def said(self):
        return self.log.read_text(errors="replace")[-4000:] if self.log else ""

    def costs(self):
        costs = {"engine": sum(map(cpu, self.engine))} if self.engine else {}
        return {"cpu": cpu(self.process.pid), **costs} if self.process else costs

    def memory(self):
        return {"memory": Process(self.process.pid).memory()["pss"]} if self.process else {}


def cpu(process):
    """Seconds, those of its children that have ended included."""
    process = Process(process)
    return process.cpu() + process.cpu_of_ended()


def marked(environment, command=b""):
    """Processes with these variables, also in containers, whose command line begins so."""
    entries = [f"{name}={value}".encode() for name, value in environment.items()]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes().startswith(command):
                there = (folder / "environ").read_bytes().split(b"\0")
                found += [int(folder.name)] * all(entry in there for entry in entries)
        except OSError:
            continue
    return found


def birth(process):
    """In the clock's ticks since the machine's start; one that is gone is the youngest."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return float("inf")


def end(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass
