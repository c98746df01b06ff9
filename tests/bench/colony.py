"""What an executor costs a colony and its machine: the agent against executors in Go and Python, on the same server."""
import functools

import colony_work
from measure import Aim, Benchmark, Column, Runner

NAME = "colony"
TITLE = "an executor of a real colony, and functions that do nothing"
NEEDS_BED = True
OURS = "forager agent"
GO = "Go executor"
MANY = 4
MANY_GO = f"{MANY} Go executors at once"
PYTHON = "Python executor"
MEGA = 1e-6
COLUMNS = (
    Column("value", "per second"), Column("cpu", "CPU ms for each", 1e3, 2),
    Column("server_cpu", "the server's CPU ms for each", 1e3, 2), Column("busy", "cores that it keeps busy", 1, 2),
    Column("latency", "ms to closed", 1e3, 1), Column("server_latency", "by the server's times", 1e3, 1),
    Column("pss", "PSS idle, MB", MEGA, 1), Column("anonymous", "RssAnon idle, MB", MEGA, 1),
    Column("idle_cpu", "CPU ms a minute idle", 60e3),
    Column("asleep_pss", "PSS, many asleep, MB", MEGA, 1), Column("asleep_anonymous", "RssAnon, many asleep, MB", MEGA, 1))


def benchmark(kit, quick):
    work = colony_work.Work(kit, *((4, 2, 5, 0, 0.1) if quick else (400, 50, 500, 1, 2)))
    no_bed = work.missing()
    executor, no_go = kit.go_executor()
    go = (executor,)
    return Benchmark(
        name=NAME, title=TITLE, unit="of processes that wait already, closed per second of the server's time",
        rounds=1 if quick else 5, baseline=GO, columns=COLUMNS, sample=None, around=work,
        runners=(Runner(OURS, take=work.ours, missing=no_bed),
                 Runner(GO, take=functools.partial(work.peer, go), missing=no_bed or no_go),
                 Runner(MANY_GO, take=functools.partial(work.peers, go, MANY), missing=no_bed or no_go),
                 Runner(PYTHON, take=functools.partial(work.peer, work.python()), missing=no_bed)),
        aims=() if no_bed else tuple(aims(work, no_go)),
        notes=(f"{work.waiting} processes wait when an executor starts; {work.single} are submitted one at a time.",
               f"Asleep are {work.asleep} processes at once in the one agent; each of the peers runs one at a time."))


def aims(work, no_go):
    if not no_go:
        yield share(f"a second at least 90 % of {MANY_GO}, which is what the server can give", MANY_GO, "value",
                    lambda actual: actual >= 90)
        yield share("CPU for each: half of Go's", GO, "cpu", lambda actual: actual <= 50)
        yield share("to closed no slower than Go", GO, "latency", lambda actual: actual <= 100)
    yield share("CPU for each: a fifth of Python's", PYTHON, "cpu", lambda actual: actual <= 20)
    yield Aim(f"{work.asleep} asleep at once in one agent", lambda result: min(result.values(OURS, "at_once")),
              lambda actual: actual == work.asleep, "")


def share(text, of, key, met):
    return Aim(text, lambda result: 100 * result.ratio(OURS, of, key), met, "%")
