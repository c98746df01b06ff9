"""A redis-server of its own, on a port of its own, with an ACL user and TLS; and a small client for tests."""
import pathlib
import signal
import socket
import subprocess
import time

from authority import Authority

USER, PASSWORD = "forager", "a secret word"
# What docs/brokers.md tells to give, and the keys of these tests.
RIGHTS = ("resetchannels &orders.* &done.* &forager.reply.* &work resetkeys ~jobs* +psubscribe +punsubscribe +publish +ping "
          "+select +client|setname +@stream")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = Authority(self.folder)
        self.port, self.tls_port = free_port(), free_port()
        self.acl = self.folder / "users.acl"
        self.acl.write_text(f"user default on nopass ~* &* +@all\nuser {USER} on >{PASSWORD.replace(' ', '_')} {RIGHTS}\n")
        self.process = None
        self.start()

    @property
    def password(self):
        return PASSWORD.replace(" ", "_")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        arguments = ["redis-server", "--port", self.port, "--tls-port", self.tls_port, "--bind", "127.0.0.1", "--dir",
                     self.folder, "--aclfile", self.acl, "--appendonly", "yes", "--save", "", "--logfile",
                     self.folder / "redis.log", "--tls-cert-file", self.authority.certificate, "--tls-key-file",
                     self.authority.key, "--tls-ca-cert-file", self.authority.file, "--tls-auth-clients", "no"]
        self.process = subprocess.Popen([str(argument) for argument in arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                with self.client() as client:
                    client.ask("PING")
                return
            except (OSError, RuntimeError):  # it is not there, or reads its file
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def client(self, user=None, password=None):
        return RedisClient(self.port, user, password)


class RedisClient:
    def __init__(self, port, user=None, password=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.bytes = self.socket.makefile("rb")
        if user:
            self.ask("AUTH", user, password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bytes.close()
        self.socket.close()

    @staticmethod
    def command(*words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)

    def send(self, *words):
        self.socket.sendall(self.command(*words))

    def receive(self):
        line = self.bytes.readline()
        if not line:
            raise ConnectionError("the server has closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest
        if kind == b"$":
            return None if rest == b"-1" else self.bytes.read(int(rest) + 2)[:-2]
        return None if rest == b"-1" else [self.receive() for _ in range(int(rest))]

    def ask(self, *words):
        self.send(*words)
        return self.receive()

    def publish_all(self, channel, payloads):
        """All in one go; gives how many were heard."""
        self.socket.sendall(b"".join(self.command("PUBLISH", channel, payload) for payload in payloads))
        return sum(self.receive() for _ in payloads)

    def subscribe(self, pattern):
        self.ask("PSUBSCRIBE", pattern)

    def message(self):
        """The next one's channel and payload."""
        _, _, channel, payload = self.receive()
        return channel.decode(), payload
