"""How large the program is, and what it needs besides."""
import re
import subprocess
from pathlib import Path

from measure import Aim, Benchmark, Column, Runner

NAME = "size"
TITLE = "the program as it would be installed"
STRIPPED = "stripped"
MEGA = 1e-6


def benchmark(kit, quick):
    del quick  # it is measured at once
    libraries = needed(kit.forager)
    names = ", ".join(sorted(path.name for path in libraries))
    sizes = {
        STRIPPED: stripped(kit).stat().st_size,
        "as it was built": kit.forager.stat().st_size,
        f"its {len(libraries)} shared libraries": sum(path.stat().st_size for path in libraries),
    }
    return Benchmark(
        name=NAME, title=TITLE, unit="size of the files in MB", rounds=1, baseline=STRIPPED,
        columns=(Column("value", "MB", MEGA, 2),), sample=None,
        runners=tuple(Runner(label, known={"value": size}) for label, size in sizes.items()),
        aims=(Aim("6 MB", lambda result: result.median(STRIPPED) * MEGA, lambda actual: actual <= 6, "MB"),),
        notes=(f"Shared libraries: {names}.",))


def stripped(kit):
    target = kit.work / "forager-stripped"
    subprocess.run(["strip", "-o", target, kit.forager], check=True)
    return target


def needed(program):
    listed = subprocess.run(["ldd", program], text=True, stdout=subprocess.PIPE, check=True).stdout
    return [Path(path).resolve() for path in re.findall(r"(?:=> |^\t)(/\S+)", listed, re.M)]
