"""Files to an S3 store and back: one large, and many small ones."""
import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Aim, Benchmark, Column, Runner, finish
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import s3_server

NAME = "objects"
TITLE = "files to an S3 store and back, at the same server"
OURS = "forager run, forager.s3"
BOTO3 = "boto3"
NEEDS_BED = True
MEGA = 1e-6
PIECE = 1_000_000
WIDTH = 16
COLUMNS = (Column("value", "seconds", 1, 2), Column("cpu", "CPU s", 1, 2), Column("memory", "MB at most", MEGA))


def benchmark(kit, quick):
    large, small = (10, 20) if quick else (200, 10_000)
    no_server = "" if s3_server.program().exists() else "absent: the S3 server is not built"
    python, no_boto3 = kit.boto3()
    bed = Bed(kit.work, {"large": (1, large * 1_000_000), "small": (small, 4096)})
    ours = lambda way, what, count, width: kit.script("objects", way, bed.folder(way, what), count, width)
    theirs = lambda way, what, count, width: (python, str(PEERS / "objects_boto3.py"), way, bed.folder(way, what), count, width)
    groups = [(f"{text}, {direction}", way, what, *shape)
              for what, text, shape in (("large", f"one file of {large} MB", (1, 1)),
                                        ("small", f"{small} files of 4 KB, {WIDTH} at once", (small, WIDTH)))
              for way, direction in (("put", "up"), ("get", "down"))]
    runners = tuple(Runner(label, group=group, missing=why, take=functools.partial(bed.sample, argv, *work))
                    for group, *work in groups
                    for label, argv, why in ((OURS, ours, no_server), (BOTO3, theirs, no_server or no_boto3)))
    aims = tuple(Aim(f"{group}: no slower than {BOTO3}", functools.partial(ratio, group=group), lambda actual: actual <= 1, "times")
                 for group, *_ in groups)
    return Benchmark(
        name=NAME, title=TITLE, unit="of wall time", rounds=1 if quick else 3, baseline=BOTO3, columns=COLUMNS, sample=None,
        around=contextlib.nullcontext() if no_server else bed, runners=runners,
        aims=() if no_server or no_boto3 else aims,
        notes=("The server, versitygw over a folder, shares the machine's cores with whoever is measured. CPU and memory are "
               "those of the whole program, with its start. Forager has the SHA-256 of every content verified on both ways, "
               "and what it has fetched is flushed to the disk; boto3 compares CRCs, and flushes nothing.",))


def ratio(result, group):
    return result.ratio(OURS, BOTO3, group=group, to_group=group)


class Bed(contextlib.AbstractContextManager):
    """A server with the objects, and the files that they are made of."""

    def __init__(self, work, sets):
        self.work, self.sets = work, sets

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.root = Path(self.stack.enter_context(tempfile.TemporaryDirectory(dir=self.work)))
        self.server = self.stack.enter_context(s3_server.S3Server(self.root / "s3"))
        for what, (count, size) in self.sets.items():
            self.server.make_bucket(what)
            folder = self.root / "put" / what
            folder.mkdir(parents=True)
            for number in range(1, count + 1):
                with (folder / str(number)).open("wb") as file:
                    # In pieces: what this process has had counts as the most of all that it starts.
                    for at in range(0, size, PIECE):
                        file.write(os.urandom(min(PIECE, size - at)))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def folder(self, way, what):
        return str(self.root / way / what)

    def sample(self, argv, way, what, count, width):
        if way == "get":
            shutil.rmtree(self.folder(way, what), ignore_errors=True)
            Path(self.folder(way, what)).mkdir(parents=True)
        os.sync()  # what others have left to write is not theirs to wait for
        runner = Runner("", tuple(map(str, argv(way, what, count, width))))
        done = finish(runner, {**os.environ, **self.server.environment(what)})
        if way == "get" and subprocess.run(["diff", "-rq", self.folder("put", what), self.folder(way, what)], check=False).returncode:
            raise SystemExit("what came back is not what was put")
        return {"value": done.answer()["value"], "cpu": done.cpu, "memory": done.memory}
