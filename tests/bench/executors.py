"""Executors of a colony: the agent, and what is written by hand on the libraries of others. A context manager starts
them, gives the ids of their processes, and ends them."""
import contextlib
import os
import subprocess

import agents
from colonies.tools import pycolonies

FUNCTION = "bench.nothing"


def configured(kit, colony, concurrency=64):
    """An agent that is not started yet."""
    section = (f'[colony]\nhost = "{colony.host}"\nport = {colony.port}\ntls = false\nname = "{colony.name}"\n'
               f'owner_key = "{colony.owner_key}"\n[[executor]]\ntype = "{colony.executor_type}"\n')
    return agents.Agent(kit, [agents.script("colony.lua")], more=section, alone=True,
                        agent_section=f'concurrency = {concurrency}\ngrace = "0s"')


@contextlib.contextmanager
def agent(kit, colony):
    with configured(kit, colony) as running:
        yield [running.process.pid]


def started(command, count=1):
    """So many of a program, each with a key of its own."""
    @contextlib.contextmanager
    def start(_, colony):
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(one(command, colony, f"peer-{number}")) for number in range(count)]
    return start


@contextlib.contextmanager
def one(command, colony, name):
    member = colony.add_executor(name)
    colony.setup("addfunctionmsg", member.key, fun={"executorname": name, "executortype": member.type,
                                                    "colonyname": colony.name, "funcname": FUNCTION})
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(pycolonies()), **colony.environment(member)}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment) as process:
        try:
            yield process.pid
        finally:
            process.kill()
