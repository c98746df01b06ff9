"""Where the peers come from: interpreters of the system, C++ that the build made, and Go that is built on first use."""
import os
import shutil
import subprocess
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"


class Failed(Exception):
    """A peer that should be there could not be built."""


class Tools:
    def __init__(self, forager, peers, work, without, events=None, go_executor=None,
                 go_kubernetes=None):
        self.forager = forager
        self.peers = peers
        self.work = work
        self.without = without
        self.events = events  # how many; nothing: as many as the benchmark sees fit
        self.go_executor_path = go_executor
        self.go_kubernetes_path = go_kubernetes
        work.mkdir(parents=True, exist_ok=True)

    def script(self, name, *arguments):
        """The command that has Forager run a script of ours."""
        return (str(self.forager), "run", "--json", str(PEERS / f"{name}.lua"), "--", *map(str, arguments))

    def lua(self):
        """The path of lua5.4, and why there is none."""
        return self._program("lua5.4")

    def python(self):
        """The system's own: one that came another way may be a script that looks for it first."""
        own = Path("/usr/bin/python3")
        return (str(own), "") if own.exists() else self._program("python3")

    def cpp(self, name):
        path = self.peers / f"bench_{name}"
        if not path.exists():
            raise Failed(f"{path} is not built")
        return str(path)

    def redis(self):
        """The server; our worker is Python, and needs its library, too."""
        if "redis" in self.without:
            return "", "left out: --without redis"
        python, _ = self.python()
        if python and subprocess.run([python, "-c", "import redis"], stderr=subprocess.DEVNULL, check=False).returncode:
            return "", "absent: python3-redis is not installed"
        return self._program("redis-server")

    def boto3(self):
        return self._fetched("boto3")

    def kubernetes(self):
        """With kopf."""
        return self._fetched("kubernetes")

    def _fetched(self, name):
        """A Python that has it, in a folder of its own: no distribution has a new one."""
        if name in self.without:
            return "", f"left out: --without {name}"
        versions, venv = PEERS / f"{name}.txt", self.work / name
        python, made = venv / "bin" / "python", venv / "made"
        if not made.exists() or made.read_text() != versions.read_text():
            pip = [python, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check",
                   "--only-binary", ":all:", "--require-hashes", "--requirement", versions]
            for command in ([self.python()[0], "-m", "venv", "--clear", venv], pip):
                if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
                    return "", "absent: it could not be fetched"
            made.write_text(versions.read_text())
        return str(python), ""

    def docker(self):
        """Why there is no engine, and why there is no library for Python."""
        if "docker" in self.without:
            return "left out: --without docker", ""
        absent = [f"absent: {name} is not installed" for name in ("dockerd", "docker", "busybox") if not shutil.which(name)]
        if os.geteuid() != 0:
            absent.append("absent: an engine of its own needs root")
        python, _ = self.python()
        has_library = python and subprocess.run([python, "-c", "import docker"], stderr=subprocess.DEVNULL, check=False).returncode == 0
        return "".join(absent[:1]), "" if has_library else "absent: python3-docker is not installed"

    def go(self, name):
        if "go" in self.without:
            return "", "left out: --without go"
        compiler, missing = self._program("go")
        if missing:
            return "", missing
        return self._built_by_go(compiler, name), ""

    def go_executor(self):
        """The executor of a colony on upstream's library, which takes more than a compiler to build."""
        if "go" in self.without:
            return "", "left out: --without go"
        if not self.go_executor_path or not self.go_executor_path.exists():
            return "", "absent: it is not built; ./dev bench builds it"
        return str(self.go_executor_path), ""

    def go_kubernetes(self):
        """The same for a client of Kubernetes."""
        if "go" in self.without:
            return "", "left out: --without go"
        if not self.go_kubernetes_path or not self.go_kubernetes_path.exists():
            return "", "absent: it is not built; ./dev bench builds it"
        return str(self.go_kubernetes_path), ""

    def _built_by_go(self, compiler, name):
        source, target = PEERS / f"{name}.go", self.work / name
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            return str(target)
        settings = {"GO111MODULE": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOCACHE": str(self.work / "go-cache")}
        done = subprocess.run([compiler, "build", "-o", target, source], env={**os.environ, **settings}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise Failed(f"{source} could not be built:\n{done.stdout}")
        return str(target)

    @staticmethod
    def _program(name):
        path = shutil.which(name)
        return (path, "") if path else ("", f"absent: {name} is not installed")
