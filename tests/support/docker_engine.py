"""A real Docker engine for tests, with a small image, on this machine alone.

    def setUpModule():
        global engine
        engine = unittest.enterModuleContext(DockerEngine())

It lives in namespaces of its own: when they go, so do its containers and mounts, whatever ended the test. It can be
stopped, killed and started again, and its images and containers stay."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile

from premises import BedError, PATIENCE, Premises, tail, until

APPLETS = ["sh", "echo", "cat", "sleep", "ls", "true", "false", "yes", "head", "kill", "id", "env", "touch", "mkdir", "rm",
           "seq", "dd", "tee", "wc", "sync", "nc", "pwd", "test", "ps", "hostname", "sha256sum", "trap"]


# Of the namespaces: it buries whom others leave behind.
FIRST_PROCESS = """
import pathlib, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
pathlib.Path("lived_in").touch()
while True:
    signal.pause()
"""


class DockerEngine:
    IMAGE = "test/busybox:1"

    def __init__(self, *options):
        """The options go to dockerd."""
        self.options = options
        self.premises = Premises()
        try:
            self.room = self.premises.room("docker")
            self.socket = self.room / "docker.sock"
            self.host = f"unix://{self.socket}"
            self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.room)}
            self.engine = None
            self.make_house()
            self.start()
            self.make_image()
        except BaseException:
            self.close()
            raise

    def make_house(self):
        """The namespaces, which live as long as their first process."""
        house = self.premises.start(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                                     sys.executable, "-I", "-c", FIRST_PROCESS], self.room, self.environment)
        self.house = until(lambda: child_of(house.pid), lambda: f"unshare does not work\n{self.said()}")
        until((self.room / "lived_in").exists, lambda: f"the first process does not begin\n{self.said()}")

    def start(self):
        options = ["--data-root", self.room / "data", "--exec-root", self.room / "exec", "--host", self.host, "--pidfile",
                   self.room / "docker.pid", "--bridge=none", "--iptables=false", "--ip6tables=false", "--cgroup-parent",
                   "/" + self.premises.folder.name, *self.options]
        door = self.premises.start(["nsenter", "--target", str(self.house), "--mount", "--pid", "dockerd", *options],
                                   self.room, self.environment)
        self.engine = until(lambda: child_of(door.pid), lambda: f"dockerd does not begin\n{self.said()}")
        self.door = door
        until(self.ready, lambda: f"dockerd does not get ready\n{self.said()}")

    def ready(self):
        if self.door.poll() is not None:
            raise BedError(f"dockerd ended with status {self.door.returncode}\n{self.said()}")
        return self.docker("version", check=False).returncode == 0

    def runs(self):
        return self.door.poll() is None

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, number):
        os.kill(self.engine, number)
        self.door.wait(PATIENCE)
        if number == signal.SIGKILL:  # a dead engine leaves it, and the next one takes it for its own
            (self.room / "docker.pid").unlink(missing_ok=True)

    def revive(self):
        if not self.runs():
            self.start()

    def said(self):
        return tail(self.premises.log(self.room))

    def docker(self, *words, check=True, **options):
        """Upstream's command line."""
        done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=PATIENCE,
                              env=self.environment | {"DOCKER_HOST": self.host}, **options)
        if check and done.returncode != 0:
            raise BedError(f"docker {' '.join(words)}: {done.stderr}")
        return done

    def ids(self, *filters):
        """Of all containers, also of those that do not run."""
        return self.docker("ps", "-aq", "--no-trunc", *(f"--filter={one}" for one in filters)).stdout.split()

    def inspect(self, name):
        return json.loads(self.docker("inspect", name).stdout)[0]

    def make_image(self):
        archive = self.room / "root.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add("/bin/busybox", "bin/busybox")
            for name in APPLETS:
                link = tarfile.TarInfo(f"bin/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
            for name in ("tmp", "etc"):
                folder = tarfile.TarInfo(name)
                folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
                tar.addfile(folder)
        self.docker("import", archive, self.IMAGE)

    def clear(self):
        """No containers."""
        if ids := self.ids():
            self.docker("rm", "--force", *ids)

    def close(self):
        self.premises.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def child_of(process):
    children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[0]) if children else None
