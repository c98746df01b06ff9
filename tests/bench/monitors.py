"""What monitors of containers cost, and how soon they tell. The engine is a stand-in: no machine has so many containers."""
import functools
import http.server
import json
import socketserver
import statistics
import tempfile
import threading
import time
from pathlib import Path

import agents
from agents import PATIENCE, Process
from measure import Aim, Benchmark, Column, Failed, Runner

NAME = "monitors"
TITLE = "monitors of containers"
OURS = "forager agent"
MEGA = 1e-6
COLUMNS = (Column("value", "ms to tell, p50", 1e3, 2), Column("p99", "ms to tell, p99", 1e3, 2),
           Column("all", "s until all are told", 1, 2), Column("memory", "RssAnon, MB", MEGA, 1),
           Column("each", "bytes for each"), Column("cpu", "CPU ms a minute", 60e3, 1))


def benchmark(kit, quick):
    count, ends, seconds = (100, 10, 0.5) if quick else (10_000, 500, 20)
    return Benchmark(
        name=NAME, title=f"{count:,} {TITLE}", unit="from the engine's event to the function that hears of it",
        rounds=1 if quick else 3, baseline=OURS, columns=COLUMNS, sample=None,
        runners=(Runner(OURS, take=functools.partial(sample, kit, count, ends, seconds)),),
        aims=(Aim("told within 100 ms (p99)", lambda result: result.median(OURS, "p99") * 1e3,
                  lambda actual: actual <= 100, "ms"),),
        notes=("Each is told by way of the durable queue, over HTTP. Beside them nothing but their script is there.",))


def sample(kit, count, ends, seconds):
    with Engine(count) as engine:
        bare = memory_of(kit, engine, 0, lambda _: None)
        result = {}

        def look(agent):
            engine.await_(lambda: engine.lists > 0, "a look at the list")
            time.sleep(seconds / 10)
            process = Process(agent.process.pid)
            cpu = process.cpu()
            time.sleep(seconds)
            result["cpu"] = (process.cpu() - cpu) / seconds
            result["memory"] = process.memory()["anonymous"]
            times = sorted(engine.end_one(number + 1) for number in range(ends))
            result["value"], result["p99"] = statistics.median(times), times[int(len(times) * 0.99)]
            result["all"] = engine.end_all(range(ends + 1, count + 1))

        engine.lists = 0
        memory_of(kit, engine, count, look)
    return {**result, "each": (result["memory"] - bare) / count}


def memory_of(kit, engine, count, look):
    name, text = agents.script("monitors.lua")
    script = text.replace("SOCKET", str(engine.path)).replace("COUNT", str(count))
    with agents.Agent(kit, [(name, script)], more=f'[docker]\nhost = "unix://{engine.path}"', alone=True) as agent:
        look(agent)
        return Process(agent.process.pid).memory()["anonymous"]


class Engine:
    """Containers c1, c2 … that run until they are ended, and events over one connection."""

    def __init__(self, count):
        self.states = {f"c{number}": "running" for number in range(1, count + 1)}
        self.lists = 0
        self.streams = []
        self.told = {}
        self.holder = tempfile.TemporaryDirectory(prefix="bench-")
        self.path = Path(self.holder.name, "engine")
        self.server = Server(str(self.path), Handler)
        self.server.engine = self
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.holder.cleanup()

    def await_(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise Failed(f"waited in vain for {what}")
            time.sleep(0.0002)

    def list(self):
        self.lists += 1
        return [{"Id": id_of(name), "Names": ["/" + name], "Image": "image", "State": state, "Labels": {},
                 "Status": "Up 1 minute" if state == "running" else "Exited (1) 1 second ago"}
                for name, state in self.states.items()]

    def tell(self, name):
        self.states[name] = "exited"
        now = time.time_ns()
        event = {"Type": "container", "Action": "die", "time": now // 10**9, "timeNano": now,
                 "Actor": {"ID": id_of(name), "Attributes": {"name": name, "image": "image", "exitCode": "1"}}}
        line = json.dumps(event).encode() + b"\n"
        for stream in self.streams:
            stream.write(b"%x\r\n%b\r\n" % (len(line), line))

    def end_one(self, number):
        begun = time.perf_counter()
        self.tell(f"c{number}")
        self.await_(lambda: f"c{number}" in self.told, "an event")
        return self.told[f"c{number}"] - begun

    def end_all(self, numbers):
        begun = time.perf_counter()
        for number in numbers:
            self.tell(f"c{number}")
        self.await_(lambda: len(self.told) == len(self.states), "all events")
        return max(self.told.values()) - begun


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 1024


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        engine = self.server.engine
        if self.path.endswith("/_ping"):
            return self.answer(b"OK", {"Api-Version": "1.41"})
        if "/containers/json" in self.path:
            return self.answer(json.dumps(engine.list()).encode())
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        engine.streams.append(self.wfile)
        self.rfile.read(1)  # until the agent goes
        return engine.streams.remove(self.wfile)

    def do_POST(self):
        now = time.perf_counter()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.engine.told[self.path.rpartition("/")[2]] = now
        self.answer(b"")

    def answer(self, body, headers=()):
        self.send_response(200)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "agent"

    def log_message(self, *_):
        """Nobody reads it."""


def id_of(name):
    return name.encode().hex().ljust(64, "0")
