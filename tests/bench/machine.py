"""What the numbers were measured on."""
import datetime
import os
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def sentence(about):
    peers = ", ".join(f"{name} {version}" for name, version in about["peers"].items())
    return (f"Measured on {about['date']}: {about['processor']}, {about['cores']} cores, {about['system']}, "
            f"{about['kernel']}, load {about['load']} before; {peers}.")


def about():
    return {
        "date": datetime.date.today().isoformat(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "peers": {name: said for name, command in _VERSIONS.items() if (said := _said(command))},
        "load": round(os.getloadavg()[0], 1),
    }


class Stopwatch:
    """`with Stopwatch() as watch:`; afterwards `watch.seconds`."""

    def __enter__(self):
        self.begun = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.begun


def disk(folder):
    """The filesystem of a folder, and how long it takes until 4 KB are safe on it."""
    named = subprocess.run(["df", "--output=fstype", folder], text=True, stdout=subprocess.PIPE, check=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        flushes = [_flush(file) for _ in range(200)]
    return f"{named.stdout.split()[-1]}, 4 KB more of a file are flushed to it in {statistics.median(flushes) * 1e3:.2f} ms"


def _flush(file):
    file.write(bytes(4096))
    file.flush()
    with Stopwatch() as watch:
        os.fdatasync(file.fileno())
    return watch.seconds


_VERSIONS = {
    "Lua": ["lua5.4", "-v"],
    "Python": ["/usr/bin/python3", "-V"],
    "Go": ["go", "version"],
    "SQLite": ["sqlite3", "--version"],
    "Redis": ["redis-server", "--version"],
}


def _said(command):
    if not shutil.which(command[0]):
        return ""
    said = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
    found = re.search(r"\d+\.\d+(\.\d+)?", said)
    return found.group() if found else ""


def _processor():
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
