"""How long it takes from start to the end of a program that does nothing."""
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "startup"
TITLE = "a script that does nothing, from start to end"
OURS = "forager run noop.lua"
BARE = "lua5.4 -e ''"
MILLI = 1e3


def benchmark(kit, quick):
    lua, no_lua = kit.lua()
    python, no_python = kit.python()
    return Benchmark(
        name=NAME, title=TITLE, unit="milliseconds of wall time", rounds=1 if quick else 61, baseline=BARE,
        columns=(Column("wall", "ms", MILLI, 1), Column("cpu", "CPU ms", MILLI, 1)),
        sample=lambda finished: {"wall": finished.wall, "cpu": finished.cpu},
        runners=(
            Runner(OURS, (str(kit.forager), "run", str(PEERS / "noop.lua"))),
            Runner(BARE, (lua, "-e", ""), missing=no_lua),
            Runner("python3 -c ''", (python, "-c", ""), missing=no_python),
        ),
        aims=(Aim("15 ms", lambda result: result.median(OURS, "wall") * MILLI, lambda actual: actual <= 15, "ms"),))
