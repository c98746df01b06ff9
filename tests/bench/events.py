"""Whether an agent grows with what it has done: millions of events, and its memory and descriptors meanwhile."""
import functools
import re

import agents
from agents import Process
from measure import Aim, Benchmark, Column, Failed, Runner

NAME = "events"
TITLE = "events through the agent, and what it holds after them"
ANSWERED = "hooks that are answered"
KEPT = "hooks that go through the queue"
SAMPLES = 30
CLIENTS, DEPTH = 8, 8
BODY = {"order": "a7f3", "amount": 3}
MEGA = 1e-6
BOUND = 1.0  # megabytes: what an allocator moves by
COLUMNS = (Column("value", "per second"), Column("second", "MB, 2nd third", MEGA, 2),
           Column("last", "MB, last third", MEGA, 2), Column("descriptors", "descriptors", 1, 1),
           Column("more_descriptors", "more of them"), Column("events", "events"))
LIMITS = "queue = 10000000\nretention_count = 2000"


def benchmark(kit, quick):
    answered = kit.events or (3_000 if quick else 600_000)
    kept = max(answered // 10, 300)
    return Benchmark(
        name=NAME, title=TITLE, unit="the largest anonymous memory of each third", rounds=1, baseline=ANSWERED,
        columns=COLUMNS, sample=None,
        runners=(Runner(ANSWERED, take=functools.partial(sent, kit, answered, "event", 200)),
                 Runner(KEPT, take=functools.partial(sent, kit, kept, "kept", 202))),
        aims=tuple(aim for label in (ANSWERED, KEPT) for aim in steady(label)))


def steady(label):
    yield Aim(f"{label}: no more than {BOUND:.0f} MB above the second third in the last",
              lambda result: (result.median(label, "last") - result.median(label, "second")) * MEGA,
              lambda actual: actual <= BOUND, "MB")
    yield Aim(f"{label}: no more descriptors", lambda result: result.median(label, "more_descriptors"),
              lambda actual: actual <= 0, "")


def sent(kit, count, path, status):
    with agents.Agent(kit, [agents.script("events.lua")], limits=LIMITS, http_section='listen = "127.0.0.1:0"') as agent:
        port = port_of(agent)
        process = Process(agent.process.pid)
        looks, seconds = [], 0
        for _ in range(SAMPLES):
            done = agent.load(port, CLIENTS, DEPTH, count // SAMPLES, 3600, status, f"/hooks/{path}", BODY)
            agent.queue_emptied()
            seconds += done["replies"] / done["value"]
            looks.append((process.memory()["anonymous"], process.descriptors()))
    return judged(looks, count // SAMPLES * SAMPLES, seconds)


def judged(looks, count, seconds):
    third = len(looks) // 3
    memory, descriptors = zip(*looks)
    return {"value": count / seconds, "second": max(memory[third:2 * third]), "last": max(memory[2 * third:]),
            "descriptors": descriptors[-1],
            "more_descriptors": max(0, max(descriptors[2 * third:]) - max(descriptors[third:2 * third])), "events": count}


def port_of(agent):
    found = re.search(r"address=\S*:(\d+)", (agent.folder / "log").read_text(encoding="utf-8"))
    if not found:
        raise Failed("the agent does not say where it answers HTTP")
    return found.group(1)
