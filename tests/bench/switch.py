"""What it costs that one task gives way to the next."""
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "switch"
TITLE = "a task gives way to the next"
TASKS = 100
TURN = f"forager.sleep(0), {TASKS} tasks"
BARE = "coroutine in lua5.4"


def benchmark(kit, quick):
    turns = 1_000 if quick else 2_000_000
    lua, no_lua = kit.lua()
    return Benchmark(
        name=NAME, title=TITLE, unit="nanoseconds of CPU time for each switch", rounds=1 if quick else 9, baseline=BARE,
        columns=(Column("value", "ns"),), sample=lambda finished: finished.answer(),
        runners=(
            Runner(TURN, kit.script("turns", TASKS, turns)),
            Runner("coroutine in forager", kit.script("coroutine", turns)),
            Runner(BARE, (lua, str(PEERS / "coroutine.lua"), str(turns)), missing=no_lua),
        ),
        aims=(Aim("a turn under 250 ns", lambda result: result.median(TURN), lambda actual: actual < 250, "ns"),))
