"""What a call of Python code costs, with data in and data out."""
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "python"
TITLE = "calls of a Python function that adds two numbers"
WARM, COLD = "forager.python", "forager.python, each started"
PEER = "python3 -c"
WIDTH = 8
SERIAL, MANY = "one by one", f"{WIDTH} at once"
MILLI = 1e3


def benchmark(kit, quick):
    count = 8 if quick else 200
    groups = {SERIAL: 1, MANY: WIDTH}
    return Benchmark(
        name=NAME, title=TITLE, unit="milliseconds of wall time for each", rounds=1 if quick else 11, baseline=PEER,
        columns=(Column("value", "ms", MILLI, 2), Column("cpu", "CPU ms", MILLI, 2)),
        sample=lambda finished: {**finished.answer(), "cpu": finished.cpu / count},
        runners=tuple(runner for group, width in groups.items() for runner in runners(kit, group, count, width)),
        aims=(Aim(f"{SERIAL}: a millisecond", lambda result: result.median(WARM, group=SERIAL) * MILLI,
                  lambda actual: actual <= 1.5, "ms"),
              Aim(f"{SERIAL}: no slower than {PEER} where each is started",
                  lambda result: 100 * result.ratio(COLD, PEER, group=SERIAL), lambda actual: actual <= 150, "%")),
        notes=("CPU time is of the whole run, with the start of the program and of what forks.",))


def runners(kit, group, count, width):
    python, no_python = kit.python()
    for name, how in ((WARM, "warm"), (COLD, "cold")):
        yield Runner(name, kit.script("python", python, how, count, width), group, no_python)
    yield Runner(PEER, (python, str(PEERS / "python.py"), str(count), str(width)), group, no_python)
