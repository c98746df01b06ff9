"""An agent for a benchmark: in a folder of its own on a real disk, asked over its socket, looked at through /proc."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from local_http import LocalConnection

PATIENCE = 120  # seconds


class Agent:
    """`with Agent(kit, …) as agent:` starts it and ends it; `limits` and the sections are lines of the configuration, and
    `more` is what follows them.
    `alone`: of a copy of the program, whose pages no other agent of this machine shares."""

    def __init__(self, kit, scripts=(), state=None, limits="", http_section="", agent_section="", more="",
                 alone=False):
        self.kit = kit
        self.holder = tempfile.TemporaryDirectory(dir=kit.work, prefix="agent-")
        self.folder = Path(self.holder.name)
        (self.folder / "scripts").mkdir()
        for name, text in scripts:
            (self.folder / "scripts" / name).write_text(text, encoding="utf-8")
        (self.folder / "state").mkdir()
        self.program = shutil.copy(kit.forager, self.folder / "forager") if alone else kit.forager
        if state:
            shutil.copy(state, self.folder / "state" / "forager.db")
        # A path of a socket is short, and the folder's may not be.
        self.short = tempfile.TemporaryDirectory(prefix="bench-")
        self.socket = Path(self.short.name, "socket")
        self.config = self.folder / "forager.toml"
        self.config.write_text(f'[agent]\nstate_dir = "{self.folder}/state"\nsocket = "{self.socket}"\n'
                               f'scripts = ["{self.folder}/scripts/*.lua"]\nlog_level = "info"\n{agent_section}\n'
                               f'[limits]\n{limits}\n[http]\n{http_section}\n{more}\n', encoding="utf-8")

    def __enter__(self):
        try:
            self.seconds_to_ready = self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.remove()

    def remove(self):
        self.holder.cleanup()
        self.short.cleanup()

    def start(self):
        """Seconds until it says READY=1, as it does to systemd."""
        path = Path(self.short.name, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, open(self.folder / "log", "wb") as log:
            told.bind(str(path))
            told.settimeout(PATIENCE)
            begun = time.perf_counter()
            self.process = subprocess.Popen([self.program, "agent", "--config", self.config], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL,
                                            env={**own_environment(), "NOTIFY_SOCKET": str(path)})
            try:
                while b"READY=1" not in told.recv(4096):
                    pass
            except TimeoutError:
                self.process.kill()
                self.process.wait()
                raise measure.Failed(f"the agent is not ready: {(self.folder / 'log').read_text()}") from None
            return time.perf_counter() - begun

    def ask(self, method, path, body=None):
        connection = LocalConnection(self.socket, PATIENCE)
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        if not answer["ok"]:
            raise measure.Failed(f"{method} {path}: {answer['error']}")
        return answer["result"]

    def result(self, function, *args):
        """Submits it and waits for its end."""
        accepted = self.ask("POST", "/v1/invocations", {"function": function, "args": args})
        record = self.ask("GET", f"/v1/invocations/{accepted['id']}/wait")
        if record["state"] != "succeeded":
            raise measure.Failed(f"{function} {record['state']}: {record['note']}")
        return record["result"]

    def load(self, place, clients, depth, count, seconds, status, path, body):
        """What the C++ clients say: replies a second, and how many."""
        words = (place, clients, depth, count, seconds, status, path, json.dumps(body))
        done = measure.finish(measure.Runner("load", (self.kit.cpp("load"), *map(str, words))))
        return done.answer()

    def queue_emptied(self):
        while (queue := self.ask("GET", "/v1/status")["queue"])["waiting"] + queue["running"] > 0:
            time.sleep(0.01)


class Process:
    """What /proc tells of a process, all of its threads together."""

    def __init__(self, process):
        self.folder = Path("/proc", str(process))

    def memory(self):
        """Bytes: the share of what is resident that is its own (PSS), and what no file stands behind."""
        rollup = (self.folder / "smaps_rollup").read_text()
        status = (self.folder / "status").read_text()
        return {"pss": _number("Pss", rollup) * 1024, "anonymous": _number("RssAnon", status) * 1024,
                "resident": _number("VmRSS", status) * 1024}

    def threads(self):
        return len(list((self.folder / "task").iterdir()))

    def descriptors(self):
        return len(list((self.folder / "fd").iterdir()))

    def cpu(self):
        """Seconds, in nanoseconds as the scheduler counts them."""
        return sum(int((task / "schedstat").read_text().split()[0]) for task in self._tasks()) / 1e9

    def cpu_of_ended(self):
        """Seconds that children have used which are gone, in the clock's ticks."""
        after_name = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[13:15])) / os.sysconf("SC_CLK_TCK")

    def wakeups(self):
        return sum(_number("voluntary_ctxt_switches", (task / "status").read_text()) for task in self._tasks())

    def _tasks(self):
        return list((self.folder / "task").iterdir())


def _number(name, text):
    return int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1))


def own_environment():
    """Without what would change an agent's configuration, as in a shell with test servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COLONIES_", "EXECUTOR_", "FORAGER_"))}


def script(name):
    return name, (PEERS / name).read_text(encoding="utf-8")
