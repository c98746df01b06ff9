"""How many containers that do nothing an engine runs for who asks: most of the time is the engine's, and the rest is compared."""
import contextlib
import functools
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Aim, Benchmark, Column, Failed, Runner, finish
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from docker_engine import DockerEngine

NAME = "containers"
TITLE = "containers that run `true` without a network, waited for and removed"
OURS = "forager.docker.run"
OURS_CALLED = "forager call docker.run"
CLI = "docker run --rm"
LIBRARY = "docker-py"
WIDTH = 8
SERIAL, MANY = "one by one", f"{WIDTH} at once"
SLACK = 95  # percent: two runs of the same program differ by as much


def benchmark(kit, quick):
    missing, no_library = kit.docker()
    groups = {SERIAL: (2 if quick else 20, 1), MANY: (WIDTH if quick else 5 * WIDTH, WIDTH)}
    bed = Bed(kit)
    return Benchmark(
        name=NAME, title=TITLE, unit="containers per second of wall time", rounds=1 if quick else 5, baseline=CLI,
        columns=(Column("value", "per second", 1, 2), Column("each", "CPU ms for each", 1e3, 1)), sample=None,
        around=contextlib.nullcontext() if missing else bed,
        runners=tuple(runner for group, work in groups.items() for runner in runners(kit, bed, group, work, missing, no_library)),
        aims=() if missing else tuple(aim for group in groups for aim in aims(group, no_library)),
        notes=() if missing else ("All of them use one engine, which is most of the time, in turn. CPU time is that of those who "
                                  "ask, from their start to their end, and none of the engine's.", bed.version()))


def runners(kit, bed, group, work, missing, no_library):
    python, no_python = kit.python()
    words = tuple(map(str, work))
    for label, argv, why in (
            (OURS, lambda: kit.script("containers", *words, bed.IMAGE), missing),
            (OURS_CALLED, lambda: (python, *bed.repeated(words, kit.forager, "call", "--config", bed.config, "docker.run", "--kw",
                                                         "network=none", "--", bed.IMAGE, "true")), missing or no_python),
            (CLI, lambda: (python, *bed.repeated(words, "docker", "run", "--rm", "--network=none", bed.IMAGE, "true")),
             missing or no_python),
            (LIBRARY, lambda: (python, PEERS / "containers.py", *words, bed.IMAGE), missing or no_python or no_library)):
        yield Runner(label, group=group, missing=why, take=functools.partial(bed.sample, argv, work[0]))


def aims(group, no_library):
    for peer in (CLI,) if no_library else (CLI, LIBRARY):
        yield Aim(f"{group}: no slower than {peer}",
                  lambda result, peer=peer: 100 * result.ratio(OURS, peer, group=group), lambda actual: actual >= SLACK, "%")


class Bed(contextlib.AbstractContextManager):
    """An engine of its own, and a configuration that asks it."""

    IMAGE = DockerEngine.IMAGE

    def __init__(self, kit):
        self.kit = kit

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            self.engine = stack.enter_context(DockerEngine())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.kit.work, prefix="containers-")))
            self.config = folder / "forager.toml"
            self.config.write_text(f'[agent]\nstate_dir = "{folder}/state"\nsocket = "{folder}/socket"\n', encoding="utf-8")
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    @staticmethod
    def repeated(words, *command):
        return PEERS / "repeated.py", *words, *command

    @staticmethod
    def version():
        done = subprocess.run(["dockerd", "--version"], capture_output=True, text=True, check=False)
        return done.stdout.strip() + "."

    def sample(self, argv, count):
        finished = finish(Runner("", ("env", f"DOCKER_HOST={self.engine.host}", *map(str, argv()))))
        if left := self.engine.ids():
            raise Failed(f"{len(left)} containers are left")
        return {"value": count / finished.answer()["seconds"], "each": finished.cpu / count}
