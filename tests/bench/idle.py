"""What it costs that there is nothing to do."""
import functools
import subprocess
import tempfile
import time

import agents
from agents import Process
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "idle"
TITLE = "an agent with ten scripts and nothing to do"
OURS = "forager agent"
PEER = "Python, asyncio and sqlite3"
MEGA = 1e-6
COLUMNS = (Column("pss", "PSS, MB", MEGA, 2), Column("anonymous", "RssAnon, MB", MEGA, 2),
           Column("resident", "RSS, MB", MEGA, 1), Column("cpu", "CPU ms a minute", 60e3, 1),
           Column("wakeups", "wakeups a minute", 60, 0), Column("threads", "threads"),
           Column("descriptors", "descriptors"))


def benchmark(kit, quick):
    settle, seconds = (0, 0.1) if quick else (3, 10)
    python, no_python = kit.python()
    return Benchmark(
        name=NAME, title=TITLE, unit="memory that is its own share", rounds=1 if quick else 3, baseline=PEER,
        columns=COLUMNS, sample=None,
        runners=(
            Runner(OURS, take=functools.partial(agent_sample, kit, settle, seconds)),
            Runner(PEER, take=functools.partial(python_sample, kit, python, settle, seconds), missing=no_python),
        ),
        aims=(Aim("PSS of 6 MB", lambda result: result.median(OURS, "pss") * MEGA, lambda actual: actual <= 6, "MB"),
              Aim("RssAnon of 3 MB", lambda result: result.median(OURS, "anonymous") * MEGA,
                  lambda actual: actual <= 3, "MB")))


def agent_sample(kit, settle, seconds):
    name, text = agents.script("idle.lua")
    scripts = [(f"{number}-{name}", text.replace("NUMBER", str(number)).replace("FOLDER", str(kit.work)))
               for number in range(10)]
    with agents.Agent(kit, scripts, http_section='listen = "127.0.0.1:0"', alone=True) as agent:
        return looked_at(Process(agent.process.pid), settle, seconds)


def python_sample(kit, python, settle, seconds):
    with tempfile.TemporaryDirectory(dir=kit.work) as folder:
        with subprocess.Popen([python, PEERS / "idle.py", folder], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            sample = looked_at(Process(process.pid), settle, seconds)
            process.kill()
    return sample


def looked_at(process, settle, seconds):
    time.sleep(settle)
    cpu, wakeups = process.cpu(), process.wakeups()
    time.sleep(seconds)
    return {**process.memory(), "cpu": (process.cpu() - cpu) / seconds,
            "wakeups": (process.wakeups() - wakeups) / seconds, "threads": process.threads(),
            "descriptors": process.descriptors()}
