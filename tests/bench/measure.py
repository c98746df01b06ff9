"""Runs the programs of a benchmark in turn, again and again, and keeps what they say and what they cost."""
import contextlib
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class Failed(Exception):
    """A program did not do what it is measured for."""


@dataclass(frozen=True)
class Column:
    key: str  # of a sample
    title: str
    scale: float = 1.0  # a sample is multiplied by it before it is shown
    digits: int = 0


@dataclass(frozen=True)
class Runner:
    """One row of a table."""

    label: str
    argv: tuple[str, ...] = ()
    group: str = ""  # rows of one group did the same work, and are compared
    missing: str = ""  # why it is not there to be run
    known: dict = field(default_factory=dict)  # a sample that needs no run
    take: Callable | None = None  # gives a sample, where it takes more than a program that is run to its end


@dataclass(frozen=True)
class Aim:
    """A number that we want to reach: `actual` takes it from the samples, `met` judges it."""

    text: str
    actual: Callable
    met: Callable
    unit: str


@dataclass(frozen=True)
class Benchmark:
    name: str
    title: str
    unit: str  # of the first column
    columns: tuple[Column, ...]
    runners: tuple[Runner, ...]
    baseline: str  # the label that the ratios of each group refer to
    rounds: int
    sample: Callable | None  # Finished -> dict with the columns' keys; one that is not there stays empty in the table
    aims: tuple[Aim, ...] = ()
    notes: tuple[str, ...] = ()
    around: contextlib.AbstractContextManager = contextlib.nullcontext()  # what all of its samples need


@dataclass(frozen=True)
class Finished:
    text: str
    wall: float  # seconds, from start to the end
    cpu: float  # seconds of processor time, its children's included
    memory: int  # bytes that it had at most

    def answer(self):
        """What a peer prints last, or what a script of Forager gives."""
        said = json.loads(self.text.splitlines()[-1])
        return said["result"] if "ok" in said else said


@dataclass(frozen=True)
class Result:
    benchmark: Benchmark
    samples: dict[tuple[str, str], list[dict]]  # by group and label, one for each round

    def values(self, label, key="value", group=""):
        return [sample[key] for sample in self.samples[group, label]]

    def median(self, label, key="value", group=""):
        return statistics.median(self.values(label, key, group))

    def ratio(self, label, to, key="value", group="", to_group=None):
        """The median of what each round's two give: what disturbs a whole round disturbs both."""
        others = self.values(to, key, group if to_group is None else to_group)
        return statistics.median(a / b for a, b in zip(self.values(label, key, group), others) if b)


def finish(runner, environment=None):
    """Runs a program to its end, measured from outside. Its output goes to files: nobody need read it meanwhile."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(runner.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        _, status, cost = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        text = out.read().decode()
        if process.returncode != 0:
            raise Failed(f"{' '.join(runner.argv)} ended with {process.returncode}: {text}{err.read().decode()}")
    return Finished(text, wall, cost.ru_utime + cost.ru_stime, cost.ru_maxrss * 1024)


def run(benchmark):
    there = [runner for runner in benchmark.runners if not runner.missing]
    samples = {(runner.group, runner.label): [] for runner in there}
    with benchmark.around if there else contextlib.nullcontext():
        for _ in range(benchmark.rounds):
            for runner in there:
                samples[runner.group, runner.label].append(sample(benchmark, runner))
    return Result(benchmark, samples)


def sample(benchmark, runner):
    if runner.take:
        return runner.take()
    return runner.known or benchmark.sample(finish(runner))
