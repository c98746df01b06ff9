"""One node of the Colonies server."""
import dataclasses
import os
import pathlib
import random
import signal
import socket

from colonies import tools
from colonies.api import Api, Refused
from premises import BedError, PATIENCE, tail, until

HOST = "127.0.0.1"


@dataclasses.dataclass(frozen=True)
class Settings:
    """Of the whole installation; None is the server's own default."""
    exclusive_assign: bool = False
    allow_reregister: bool = False
    stale_seconds: int | None = None  # without a sign of life an executor is removed
    cleanup_seconds: int | None = None  # between two looks for those
    verbose: bool = False  # logs refused calls

    def environment(self):
        values = {"COLONIES_EXCLUSIVE_ASSIGN": self.exclusive_assign,
                  "COLONIES_ALLOW_EXECUTOR_REREGISTER": self.allow_reregister,
                  "COLONIES_STALE_EXECUTOR_DURATION": self.stale_seconds,
                  "COLONIES_CLEANUP_INTERVAL": self.cleanup_seconds,
                  "COLONIES_VERBOSE": self.verbose}
        return {name: str(value).lower() for name, value in values.items() if value is not None}


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what lingers of a closed connection is no owner
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def free_ports(count):
    """Below those that the kernel gives to connections, so that none is taken while a server is down."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = random.sample(range(10000, first), 200)
    free = (port for port in candidates if is_free(port))
    return [next(free) for _ in range(count)]


class Server:
    def __init__(self, premises, postgres, owner, name="node0"):
        """`owner` is the pair of the server owner's key and id."""
        self.premises = premises
        self.postgres = postgres
        self.owner_key, self.owner_id = owner
        self.name = name
        self.room = premises.room(name)
        self.port, self.etcd_port, self.peer_port, self.relay_port = free_ports(4)
        self.api = Api(HOST, self.port)
        self.settings = Settings()
        self.cluster = [self]
        self.process = None

    def member(self):
        return f"{self.name}={HOST}:{self.peer_port}:{self.relay_port}:{self.port}"

    def command(self):
        together = ["--etcdname", self.name, "--initial-cluster", ",".join(node.member() for node in self.cluster)]
        return [tools.colonies(), "server", "start", "--etcddatadir", self.room / "etcd", "--etcdhost", HOST,
                "--etcdclientport", str(self.etcd_port), "--etcdpeerport", str(self.peer_port),
                "--relayport", str(self.relay_port), *(together if len(self.cluster) > 1 else [])]

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.room), "TZ": "UTC",
                "COLONIES_SERVER_ID": self.owner_id, "COLONIES_SERVER_HTTP_PORT": str(self.port),
                "COLONIES_TLS": "false", "COLONIES_INITDB": "true",
                "COLONIES_DB_HOST": str(self.postgres.socket_folder), "COLONIES_DB_PORT": str(self.postgres.PORT),
                "COLONIES_DB_USER": self.postgres.USER, "COLONIES_DB_PASSWORD": "unused",
                "COLONIES_DB_MAX_OPEN_CONNS": "20", "COLONIES_DB_MAX_IDLE_CONNS": "20",
                **self.settings.environment()}

    def said(self):
        return tail(self.premises.log(self.room))

    def start(self, **changes):
        """Changes are Settings; they stay until they are changed again."""
        self.launch(**changes)
        self.await_health()

    def launch(self, **changes):
        self.settings = dataclasses.replace(self.settings, **changes)
        taken = [port for port in (self.port, self.etcd_port, self.peer_port, self.relay_port) if not is_free(port)]
        if taken:
            raise BedError(f"somebody else took a port of {self.name}: {taken}")
        self.process = self.premises.start(self.command(), self.room, self.environment())

    def await_health(self):
        until(self.healthy, lambda: f"the Colonies server {self.name} does not get healthy\n{self.said()}")

    def healthy(self):
        if self.process.poll() is not None:
            raise BedError(f"the Colonies server {self.name} ended with {self.process.returncode}\n{self.said()}")
        return self.api.healthy() and self.knows_us()

    def knows_us(self):
        """A taken port does not stop the server: then somebody else is healthy there, who does not know our key."""
        try:
            self.api.call("getcoloniesmsg", self.owner_key)
        except Refused as error:
            if error.status == 403:
                raise BedError(f"port {self.port} is answered by another server than {self.name}: {error}") from None
            return False
        return True

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def pause(self):
        """It keeps its connections, and says nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def restart(self, **changes):
        self.kill()
        self.start(**changes)
