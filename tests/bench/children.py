"""How many children a second a program can run, with both of their outputs."""
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "children"
TITLE = "runs of `true` with both outputs read through pipes"
OURS = "forager.sh"
BARE = "posix_spawn"
WIDTH = 32
HEAP = 180  # megabytes; a script's Lua heap holds 192
SERIAL, MANY = "one by one", f"{WIDTH} at once"
SERIAL_FULL, MANY_FULL = f"{SERIAL}, {HEAP} MB", f"{MANY}, {HEAP} MB"


def benchmark(kit, quick):
    serial, many = (10, 64) if quick else (500, 1000)
    groups = {
        SERIAL: (serial, 1, 0),
        SERIAL_FULL: (serial, 1, HEAP),
        MANY: (many, WIDTH, 0),
        MANY_FULL: (many, WIDTH, HEAP),
    }
    return Benchmark(
        name=NAME, title=TITLE, unit="children per second of wall time", rounds=1 if quick else 11, baseline=BARE,
        columns=(Column("value", "per second"), Column("each", "CPU ms for each", 1e3, 2)),
        sample=lambda finished: finished.answer(),
        runners=tuple(runner for group, work in groups.items() for runner in runners(kit, group, work)),
        aims=(*(share_of_bare(group) for group in groups),
              *(no_worse_with_heap(*pair) for pair in ((SERIAL, SERIAL_FULL), (MANY, MANY_FULL)))))


def runners(kit, group, work):
    python, no_python = kit.python()
    go, no_go = kit.go("children")
    words = tuple(map(str, work))
    yield Runner(OURS, kit.script("children", *words), group)
    yield Runner(BARE, (kit.cpp("children"), *words), group)
    yield Runner("Python subprocess", (python, str(PEERS / "children.py"), *words), group, no_python)
    yield Runner("Go os/exec", (go, *words), group, no_go)


def share_of_bare(group):
    return Aim(f"{group}: at least 90 % of {BARE}", lambda result: 100 * result.ratio(OURS, BARE, group=group),
               lambda actual: actual >= 90, "%")


# A twentieth is what two runs of the same program differ by.
def no_worse_with_heap(empty, full):
    return Aim(f"{full}: no worse than without",
               lambda result: 100 * result.ratio(OURS, OURS, group=full, to_group=empty),
               lambda actual: actual >= 95, "%")
