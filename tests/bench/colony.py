"""What an executor costs a colony and its machine: the agent against executors in Go and Python, on the same server."""
import functools

import colony_work
from colonies import tools
from measure import Aim, Benchmark, Column, Runner

NAME = "colony"
TITLE = "an executor of a real colony, and a function that does nothing"
NEEDS_BED = True
OURS = "forager agent"
GO = "Go executor"
MANY = 4
MANY_GO = f"{MANY} Go executors at once"
PYTHON = "Python executor"
MEGA = 1e-6
COLUMNS = (
    Column("value", "per second"), Column("cpu", "CPU ms for each", 1e3, 2),
    Column("server_cpu", "the server's, too", 1e3, 2), Column("busy", "cores that the server keeps busy", 1, 2),
    Column("latency", "alone: ms to closed", 1e3, 1), Column("server_latency", "by the server's times", 1e3, 1),
    Column("pss", "idle: PSS, MB", MEGA, 1), Column("anonymous", "RssAnon, MB", MEGA, 1),
    Column("idle_cpu", "CPU ms a minute", 60e3),
    Column("asleep_pss", "many asleep: PSS, MB", MEGA, 1), Column("asleep_anonymous", "RssAnon, MB", MEGA, 1))


def benchmark(kit, quick):
    work = colony_work.Work(kit, *((4, 2, 5, 0, 0.1) if quick else (250, 50, 500, 0.5, 2)))
    no_bed = work.missing()
    executor, no_go = kit.go_executor()
    go = (executor,)
    return Benchmark(
        name=NAME, title=TITLE, unit="processes that waited for it, closed per second of the server's clock",
        rounds=1 if quick else 5, baseline=GO, columns=COLUMNS, sample=None, around=work,
        runners=(Runner(OURS, take=work.ours, missing=no_bed),
                 Runner(GO, take=functools.partial(work.peer, go), missing=no_bed or no_go),
                 Runner(MANY_GO, take=functools.partial(work.peers, go, MANY), missing=no_bed or no_go),
                 Runner(PYTHON, take=functools.partial(work.peer, work.python()), missing=no_bed)),
        aims=() if no_bed else tuple(aims(work, no_go)),
        notes=(f"{work.waiting} processes wait when an executor starts; {work.single} are submitted one at a time.",
               versions(),
               f"Asleep are {work.asleep} processes at once in the one agent; each of the peers runs one at a time."))


def versions():
    server = tools.version("go.mod", r"github\.com/colonyos/colonies v([\d.]+)")
    python = tools.version("pycolonies.txt", r"(?m)^pycolonies==([\d.]+)")
    return f"Colonies {server}, on a PostgreSQL that flushes nothing to the disk; pycolonies {python}."


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
