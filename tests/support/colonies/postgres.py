"""A PostgreSQL of its own, reached by a local socket alone."""
import signal
import subprocess

from colonies import tools
from keeper import inhabitants
from premises import BedError, PATIENCE, tail, unprivileged, until

# Made to outlive its own processes, not the machine: a commit is written before it is told, but to the kernel alone.
SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "on", "full_page_writes": "off",
            "max_connections": "120", "shared_buffers": "32MB"}


class Postgres:
    USER = "postgres"
    PORT = 5432  # a part of the socket's name
    SETTINGS = SETTINGS

    def __init__(self, premises):
        self.premises = premises
        self.owner = unprivileged()
        self.programs = tools.postgres()
        self.socket_folder = premises.room("socket", self.owner)
        self.socket_folder.chmod(0o755)
        self.room = premises.room("postgres", self.owner)
        self.environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(self.room)}
        self.process = None
        made = self.run([self.programs / "initdb", "-D", self.room, "-U", self.USER, "--auth=trust", "-E", "UTF8",
                         "--no-sync", "--no-instructions"])
        if made.wait(PATIENCE) != 0:
            raise BedError(f"initdb failed\n{self.said()}")

    def run(self, command):
        return self.premises.start(command, self.room, self.environment, self.owner)

    def said(self):
        return tail(self.premises.log(self.room))

    def start(self):
        settings = self.SETTINGS | {"unix_socket_directories": str(self.socket_folder), "port": str(self.PORT)}
        self.process = self.run([self.programs / "postgres", "-D", self.room,
                                 *(f"--{name}={value}" for name, value in settings.items())])
        until(self.ready, lambda: f"PostgreSQL does not get ready\n{self.said()}")

    def ready(self):
        if self.process.poll() is not None:
            raise BedError(f"PostgreSQL ended with status {self.process.returncode}\n{self.said()}")
        try:
            lines = (self.room / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # For a moment it is there and empty.
        return lines[:1] == [str(self.process.pid)] and lines[-1].strip() == "ready"

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """Cuts all sessions, and ends in order."""
        self.end(signal.SIGINT)

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, number):
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise BedError(f"PostgreSQL does not end\n{self.said()}") from None
        # Its children see for themselves that it is gone.
        until(lambda: not inhabitants(self.room), lambda: f"a part of PostgreSQL does not end\n{self.said()}")

    def restart(self):
        self.stop()
        self.start()
