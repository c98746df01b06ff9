"""Many small files of a colony: a folder brought in line with a label, by us and by the clients of others."""
import functools
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from colony_work import Work
from colonies import tools
from colonies.bed import ColonyBed
from measure import Aim, Benchmark, Column, Failed, Runner, finish
from tools import PEERS

import s3_server

NAME = "sync"
TITLE = "files of a colony"
OURS = "forager fs sync"
TOOL = "colonies fs sync"
PYTHON = "pycolonies"
NEEDS_BED = True
SIZE = 4096
COLUMNS = (Column("value", "files per second"), Column("cpu", "CPU ms for each", 1e3, 2), Column("memory", "MB at most", 1e-6))
UP, DOWN, AGAIN = "up", "down", "nothing to do"


def benchmark(kit, quick):
    count, few = (20, 5) if quick else (10_000, 500)
    missing = Work.missing() or ("" if s3_server.program().exists() else "absent: the S3 server is not built")
    bed = Bed(kit, count, few)
    runners = tuple(Runner(label, group=group, missing=missing, take=functools.partial(take, group))
                    for group in (UP, DOWN, AGAIN)
                    for label, take in ((OURS, bed.ours), (TOOL, bed.tool), (PYTHON, bed.python))
                    if (label, group) != (PYTHON, AGAIN))
    return Benchmark(
        name=NAME, title=f"{TITLE}: {count:,} of {SIZE // 1024} KB, to a new label and to an empty folder", unit="by wall time",
        rounds=1, baseline=TOOL, columns=COLUMNS, sample=None, around=bed, runners=runners,
        aims=() if missing else tuple(
            Aim(f"{group}: no slower than {TOOL}", functools.partial(percent, group=group), lambda actual: actual >= 100, "%")
            for group in (UP, DOWN, AGAIN)),
        notes=(f"{PYTHON} has no sync of its own: its upload_file and download_file are called for {few:,} files, one after another. "
               "The Colonies server, PostgreSQL and the S3 server share the machine's cores with whoever is measured. CPU and "
               "memory are those of the whole program, with its start. Forager verifies every content, both ways, and flushes "
               "what it has fetched to the disk.",))


def percent(result, group):
    return 100 * result.ratio(OURS, TOOL, group=group)


class Bed:
    """A colony, an S3 server, a folder of files, and a label that has them."""

    def __init__(self, kit, count, few):
        self.kit, self.count, self.few = kit, count, few
        self.labels = (f"/bench/{number}" for number in itertools.count())

    def __enter__(self):
        self.bed = ColonyBed()
        self.folder = Path(tempfile.mkdtemp(dir=self.kit.work, prefix="sync-"))
        self.s3 = s3_server.S3Server(self.folder / "s3")
        self.s3.make_bucket("bench")
        self.colony = self.bed.colony()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "STATE_DIRECTORY": str(self.folder / "state"),
                            "PYTHONPATH": str(tools.pycolonies()), "AWS_S3_TLS": "false", "AWS_S3_SKIPVERIFY": "false", **self.colony.environment(),
                            **self.s3.environment("bench")}
        self.files = self.folder / "files"
        self.files.mkdir()
        for number in range(self.count):
            (self.files / str(number)).write_bytes(os.urandom(SIZE))
        self.label = next(self.labels)
        self.run(self.by_us(self.files, self.label), self.count)
        return self

    def __exit__(self, *_):
        self.s3.__exit__()
        self.bed.close()
        shutil.rmtree(self.folder)

    def run(self, command, count):
        os.sync()  # what others have left to write is not theirs to wait for
        done = finish(Runner("", tuple(map(str, command))), self.environment)
        return {"value": count / done.wall, "cpu": done.cpu / count, "memory": done.memory}

    def ours(self, group):
        return self.synchronised(group, self.by_us)

    def tool(self, group):
        return self.synchronised(group, self.by_tool)

    def by_us(self, folder, label):
        return self.kit.forager, "fs", "sync", "--quiet", folder, label

    def by_tool(self, folder, label):
        return tools.colonies(), "fs", "sync", "--quite", "--yes", "--dir", folder, "--label", label

    def synchronised(self, group, command):
        if group == UP:
            return self.up(command)
        with tempfile.TemporaryDirectory(dir=self.folder) as empty:
            done = self.run(command(empty, self.label), self.count)
            self.compare(empty, self.count)
            return done if group == DOWN else self.run(command(empty, self.label), self.count)

    def up(self, command):
        label = next(self.labels)
        done = self.run(command(self.files, label), self.count)
        (self.files / ".cfs").unlink(missing_ok=True)
        stored = self.colony.setup("getfilesmsg", self.colony.user.key, colonyname=self.colony.name, label=label)
        if len(stored or []) != self.count:
            raise Failed(f"{label} has {len(stored or [])} files")
        return done

    def python(self, group):
        with tempfile.TemporaryDirectory(dir=self.folder) as empty:
            label, folder = (next(self.labels), self.files) if group == UP else (self.label, empty)
            done = self.run((*Work.python()[:1], PEERS / "sync_pycolonies.py", group, folder, label, self.few), self.few)
            if group == DOWN:
                self.compare(empty, self.few)
            return done

    def compare(self, folder, count):
        names = [path.name for path in Path(folder).iterdir() if path.name != ".cfs"]
        if len(names) != count or any(subprocess.run(["cmp", "-s", self.files / name, Path(folder, name)], check=False).returncode
                                      for name in names[::97]):
            raise Failed("what came back is not what was put")
