"""How soon after its start the agent serves."""
import functools
import sqlite3
import time

import agents
from measure import Aim, Benchmark, Column, Runner

NAME = "ready"
TITLE = "the agent from its start to READY=1"
EMPTY = "forager agent, no state"
PEER = "python3 -c 'import asyncio, sqlite3'"
MILLI = 1e3


def benchmark(kit, quick):
    records, lines = (10, 100) if quick else (10_000, 100_000)
    full = f"forager agent, {records:,} records, {lines:,} log lines"
    state = full_state(kit, records, lines)
    python, no_python = kit.python()
    within = [Aim(f"{label}: 15 ms", functools.partial(milliseconds, label), lambda actual: actual <= 15, "ms")
              for label in (EMPTY, full)]
    return Benchmark(
        name=NAME, title=TITLE, unit="milliseconds of wall time", rounds=1 if quick else 31, baseline=PEER,
        columns=(Column("wall", "ms", MILLI, 1), Column("cpu", "CPU ms", MILLI, 1)),
        sample=lambda finished: {"wall": finished.wall, "cpu": finished.cpu},
        runners=(
            Runner(EMPTY, take=functools.partial(started, kit, None)),
            Runner(full, take=functools.partial(started, kit, state)),
            Runner(PEER, (python, "-c", "import asyncio, sqlite3"), missing=no_python),
        ),
        aims=tuple(within))


def milliseconds(label, result):
    return result.median(label, "wall") * MILLI


def started(kit, state):
    with agents.Agent(kit, [agents.script("durable.lua")], state=state) as agent:
        return {"wall": agent.seconds_to_ready, "cpu": agents.Process(agent.process.pid).cpu()}


def full_state(kit, records, lines):
    """The agent makes the file, and we fill it: one record of ten has not ended and waits for tomorrow."""
    state = kit.work / "full.db"
    with agents.Agent(kit) as agent:
        folder = agent.folder
        agent.process.terminate()
        agent.process.wait()
        state.write_bytes((folder / "state" / "forager.db").read_bytes())
    now = int(time.time() * 1000)
    database = sqlite3.connect(state)
    with database:
        database.executemany(
            "INSERT INTO invocation (id, function, source, request, state, not_before, submitted, started, ended, "
            "outcome) VALUES (?, 'bench.nothing', 'submit', '{\"args\":[],\"kwargs\":{}}', ?, ?, ?, ?, ?, ?)",
            (record(number, now) for number in range(records)))
        database.executemany("INSERT INTO log (invocation, at, text) VALUES (?, ?, ?)",
                             ((f"{number % records:024x}", now, f"line {number} of the work that was done".encode())
                              for number in range(lines)))
    database.close()
    return state


def record(number, now):
    waits = number % 10 == 0
    return (f"{number:024x}", "waiting" if waits else "succeeded", now + 86_400_000 if waits else None, now,
            None if waits else now, None if waits else now, None if waits else '{"ok":[]}')
