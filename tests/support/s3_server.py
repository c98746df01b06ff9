"""An S3 server of its own, on a port of its own: versitygw over a folder, where buckets are folders and objects files."""
import os
import pathlib
import signal
import socket
import subprocess
import time

from redis_server import free_port

ACCESS_KEY, SECRET_KEY, REGION = "test-access", "a-secret-word", "us-east-1"
MODULE = pathlib.Path(__file__).with_name("s3") / "go.mod"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "forager"


def program():
    """What .dev/bed.sh has made of the version in go.mod."""
    name = "github.com/versity/versitygw v"
    version = next(line.split(name)[1].split()[0] for line in MODULE.read_text().splitlines() if name in line)
    return CACHE / f"versitygw-{version}" / "versitygw"


class S3Server:
    def __init__(self, folder, *, authority=None, domain=None, port=None, sidecar=False):
        """Below the folder; with an Authority it speaks TLS, with a domain buckets stand in the host's name, too. What
        it knows of an object with a thousand parts is too much for the attributes of a file on ext4: with `sidecar` it
        stands in files of its own."""
        self.folder = pathlib.Path(folder)
        self.authority, self.domain, self.sidecar = authority, domain, sidecar
        self.port = port or free_port()
        self.data = self.folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        if sidecar:
            (self.folder / "sidecar").mkdir(exist_ok=True)
        self.process = None
        self.start()

    @property
    def url(self):
        return f"{'https' if self.authority else 'http'}://{self.domain or '127.0.0.1'}:{self.port}"

    @property
    def log(self):
        return self.folder / "versitygw.log"

    def environment(self, bucket="files"):
        """What Colonies' users export, and what the agent's own configuration has for the rest."""
        names = {"AWS_S3_ENDPOINT": f"{self.domain or '127.0.0.1'}:{self.port}", "AWS_S3_ACCESSKEY": ACCESS_KEY,
                 "AWS_S3_SECRETKEY": SECRET_KEY, "AWS_S3_BUCKET": bucket, "AWS_S3_REGION": REGION}
        if self.authority:
            names |= {"AWS_S3_TLS": "true", "FORAGER_S3_CA_FILE": str(self.authority.file)}
        if self.domain:
            names["FORAGER_S3_PATH_STYLE"] = "false"
        return names

    def start(self):
        command = [program(), "--port", f"127.0.0.1:{self.port}", "--region", REGION, "--quiet"]
        if self.authority:
            command += ["--cert", self.authority.certificate, "--key", self.authority.key]
        if self.domain:
            command += ["--virtual-domain", f"{self.domain}:{self.port}"]
        keys = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
        with open(self.log, "ab") as log:
            beside = ["--sidecar", self.folder / "sidecar"] if self.sidecar else []
            self.process = subprocess.Popen([*command, "posix", *beside, self.data], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, env={**os.environ, **keys})
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=60).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError(f"versitygw does not start: {self.log.read_text(errors='replace')}") from None
                time.sleep(0.02)

    def make_bucket(self, name="files"):
        """As a folder, which to the server is the same."""
        (self.data / name).mkdir(exist_ok=True)

    def object(self, key, bucket="files"):
        """Where its content lies."""
        return self.data / bucket / key

    def uploads(self, bucket="files"):
        """The parts of uploads that have not ended. One that was under way when its upload ended may come all the same,
        into a folder of which the server knows nothing."""
        return [path for path in (self.data / bucket / ".sgwtmp").rglob("*") if path.is_file() and os.listxattr(path.parent)]

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def freeze(self, frozen=True):
        """It accepts connections and answers nothing, or goes on."""
        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def end(self, sign):
        self.process.send_signal(sign)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
