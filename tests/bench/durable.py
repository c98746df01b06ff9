"""How much a second can be made safe: accepted work, recorded steps, whole jobs."""
import functools
import tempfile

import agents
import machine
import measure
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "durable"
TITLE = "work that is on the disk before it is acknowledged"
OURS = "forager agent"
BARE = "bare SQLite"
WIDTH = 64
MANY = f"{WIDTH} at once"
MOST = 10_000_000  # requests: the time ends it
NOTHING = {"function": "bench.nothing"}


def benchmark(kit, quick):
    seconds = 0.1 if quick else 2
    disk = machine.disk(kit.work)
    aims = [at_least_half(f"{what}, {MANY}") for what in ("submissions", "steps")]
    return Benchmark(
        name=NAME, title=TITLE, unit="per second of wall time", rounds=1 if quick else 7, baseline=BARE,
        columns=(Column("value", "per second"),), sample=None, runners=tuple(runners(kit, seconds)), aims=tuple(aims),
        notes=(f"The disk: {disk}.",))


def runners(kit, seconds):
    for width, how in ((1, "one by one"), (WIDTH, MANY)):
        yield Runner(OURS, group=f"submissions, {how}", take=functools.partial(submissions, kit, width, seconds))
        yield Runner(BARE, group=f"submissions, {how}", take=rows(kit, "submission", width, seconds))
        yield Runner(OURS, group=f"steps, {how}", take=functools.partial(steps, kit, width, seconds))
        yield Runner(BARE, group=f"steps, {how}", take=rows(kit, "step", width, seconds))
    python, no_python = kit.python()
    redis, no_redis = kit.redis()
    group = f"jobs from begin to end, {MANY}"
    yield Runner(OURS, group=group, take=functools.partial(jobs, kit, seconds))
    yield Runner(BARE, group=group, take=rows(kit, "job", WIDTH, seconds))
    yield Runner("Python worker, SQLite, one by one", group=group, missing=no_python,
                 take=in_folder(kit, python, PEERS / "sqlite_worker.py", seconds=seconds))
    yield Runner("Python worker, Redis, one by one", group=group, missing=no_redis,
                 take=in_folder(kit, python, PEERS / "redis_worker.py", redis, seconds=seconds))


def submissions(kit, width, seconds):
    """They wait: what becomes of them is not measured."""
    with agents.Agent(kit, [agents.script("durable.lua")], limits=f"queue = {MOST}") as agent:
        return agent.load(agent.socket, width, 1, MOST, seconds, 200, "/v1/invocations", {**NOTHING, "delay": "1d"})


def steps(kit, width, seconds):
    with agents.Agent(kit, [agents.script("durable.lua")]) as agent:
        return {"value": agent.result("bench.steps", seconds, width)}


def jobs(kit, seconds):
    with agents.Agent(kit, [agents.script("durable.lua")], limits=f"queue = {MOST}") as agent:
        with machine.Stopwatch() as watch:
            sent = agent.load(agent.socket, WIDTH, 1, MOST, seconds, 200, "/v1/invocations", NOTHING)
            agent.queue_emptied()
        return {"value": sent["replies"] / watch.seconds}


def rows(kit, what, width, seconds):
    return in_folder(kit, kit.cpp("rows"), after=(what, width), seconds=seconds)


def in_folder(kit, *program, after=(), seconds):
    """Runs a program with a folder of its own on the same disk."""
    def take():
        with tempfile.TemporaryDirectory(dir=kit.work) as folder:
            words = (*program, folder, *after, seconds)
            return measure.finish(Runner("", tuple(map(str, words)))).answer()
    return take


def at_least_half(group):
    return Aim(f"{group}: at least half of {BARE} with as many rows in a transaction",
               lambda result: 100 * result.ratio(OURS, BARE, group=group), lambda actual: actual >= 50, "%")
