"""What a task that waits costs in memory."""
from measure import Aim, Benchmark, Column, Runner
from tools import PEERS

NAME = "sleepers"
TITLE = "100,000 sleeping tasks"
OURS = "forager.spawn"
MEGA = 1e-6


def benchmark(kit, quick):
    count = 100 if quick else 100_000
    python, no_python = kit.python()
    go, no_go = kit.go("sleepers")

    def sample(finished):
        return {**finished.answer(), "cpu": finished.cpu}

    return Benchmark(
        name=NAME, title=TITLE, unit="resident memory of the process in MB", rounds=1 if quick else 3, baseline=OURS,
        columns=(Column("value", "MB", MEGA), Column("each", "bytes for each"), Column("cpu", "CPU seconds", digits=2)),
        sample=sample,
        runners=(
            Runner(OURS, kit.script("sleepers", count)),
            Runner("Python asyncio", (python, str(PEERS / "sleepers.py"), str(count)), missing=no_python),
            Runner("Go goroutines", (go, str(count)), missing=no_go),
        ),
        aims=(Aim("under 200 MB", lambda result: result.median(OURS) * MEGA, lambda actual: actual < 200, "MB"),),
        notes=("CPU seconds are of the whole run. Forager cancels its tasks and waits, the peers leave theirs.",))
