"""Messages of a broker: how long until one is answered, and how many a second reach a handler."""
import contextlib
import functools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import agents
from agents import Process
from measure import Aim, Benchmark, Column, Failed, Runner
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from redis_server import RedisClient, free_port

NAME = "broker"
TITLE = "messages through Redis: published, handled, and answered by another one"
OURS = "forager agent"
BARE = "bare hiredis"
POLLING = "Python, looking every 0.5 s"
MILLI, TIMES, WANTED = 1e3, 2.0, 150_000
BATCH = 1000
COLUMNS = (Column("value", "ms, median", MILLI, 3), Column("p99", "ms, 99 of 100", MILLI, 3),
           Column("rate", "messages per second"), Column("cpu_rate", "per second of its CPU"))


def benchmark(kit, quick):
    server, missing = kit.redis()
    python, no_python = kit.python()
    asked = 50 if quick else 3_000
    flood = 2_000 if quick else 600_000
    bed = Bed(server)
    echo = [(BARE, functools.partial(bed.program, kit.cpp("redis_echo"), asked, flood), missing)]
    echo += [("redis-py", functools.partial(bed.program, python, asked, flood, PEERS / "redis_echo.py"), missing or no_python)]
    echo += [(POLLING, functools.partial(bed.program, python, 2 if quick else 10, 0, PEERS / "redis_polling.py"),
              missing or no_python)]
    ours = functools.partial(bed.agent, kit, asked, flood)
    return Benchmark(
        name=NAME, title=TITLE, unit="from publishing to hearing the answer", rounds=1 if quick else 5, baseline=BARE,
        columns=COLUMNS, sample=None, around=contextlib.nullcontext() if missing else bed,
        runners=(Runner(OURS, take=ours, missing=missing), *(Runner(label, take=take, missing=why) for label, take, why in echo)),
        aims=() if missing else (
            Aim(f"an answer within {TIMES:.0f} times of {BARE}, median", lambda result: result.ratio(OURS, BARE),
                lambda actual: actual <= TIMES, "times"),
            Aim("the same of 99 of 100", lambda result: result.ratio(OURS, BARE, "p99"), lambda actual: actual <= TIMES, "times"),
            Aim(f"{WANTED} messages for a second of the agent's CPU", lambda result: result.median(OURS, "cpu_rate"),
                lambda actual: actual >= WANTED, "per second")),
        notes=("Publisher, server and handler share the machine's cores: hence also the rate for a second of the handler's "
               "own CPU time.",))


class Bed(contextlib.AbstractContextManager):
    """A server of its own, and whoever is measured on it."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        words = [self.server, "--port", str(self.port), "--dir", self.folder.name, "--save", "", "--appendonly", "no",
                 "--client-output-buffer-limit", "pubsub", "0", "0", "0"]  # who is slow is waited for, not cut off
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.client = patiently(lambda: RedisClient(self.port))
        return self

    def __exit__(self, *_):
        self.client.__exit__()
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def agent(self, kit, asked, flood):
        more = f'[redis]\nurl = "redis://127.0.0.1:{self.port}/0"'
        with agents.Agent(kit, [agents.script("broker.lua")], more=more) as agent:
            return self.measured(Process(agent.process.pid), asked, flood)

    def program(self, program, asked, flood, *arguments):
        process = subprocess.Popen([program, *map(str, arguments), str(self.port)], stdin=subprocess.DEVNULL)
        try:
            return self.measured(Process(process.pid), asked, flood)
        finally:
            process.kill()
            process.wait()

    def measured(self, process, asked, flood):
        patiently(self.is_heard)
        with RedisClient(self.port) as answers:
            answers.subscribe("answers")
            said = self.answered(answers, asked)
            return said | (self.flooded(answers, process, flood) if flood else {})

    def is_heard(self):
        if self.client.ask("PUBLISH", "bench.nothing", "x") == 0:
            raise OSError("nobody hears it yet")

    def answered(self, answers, asked):
        times = []
        for number in range(asked):
            begun = time.perf_counter()
            self.client.ask("PUBLISH", "bench.echo", number)
            if answers.message()[1] != str(number).encode():
                raise Failed("another answer came")
            times.append(time.perf_counter() - begun)
        times.sort()
        return {"value": statistics.median(times), "p99": times[int(len(times) * 0.99)]}

    def flooded(self, answers, process, count):
        """The handler counts, and says so at the number that comes last."""
        payload = b'{"order":"a7f3","amount":3}'
        burst = RedisClient.command("PUBLISH", "bench.count", payload) * BATCH
        used, begun = process.cpu(), time.perf_counter()
        for _ in range(count // BATCH):
            self.client.socket.sendall(burst)
            for _ in range(BATCH):
                self.client.receive()
        self.client.ask("PUBLISH", "bench.count", b"last")
        heard = int(answers.message()[1])
        seconds, cpu = time.perf_counter() - begun, process.cpu() - used
        if heard != count + 1:
            raise Failed(f"{count + 1} messages were published, and {heard} were heard")
        return {"rate": count / seconds, "cpu_rate": count / cpu}


def patiently(attempt):
    deadline = time.monotonic() + agents.PATIENCE
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
