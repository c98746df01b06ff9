#!/usr/bin/env python3
"""A shell, or a command, with all test servers up: bed_shell.py FORAGER [COMMAND…]. They end with it."""
import os
import pathlib
import signal
import subprocess
import sys

from colonies import tools
from colonies.bed import ColonyBed


def environment(forager, bed, colony):
    paths = [str(tools.colonies().parent), str(pathlib.Path(forager).parent), os.environ["PATH"]]
    packages = [*filter(None, [os.environ.get("PYTHONPATH")]), str(tools.pycolonies())]
    return {**os.environ, **colony.environment(), "PATH": ":".join(paths), "PYTHONPATH": ":".join(packages)}


def main():
    forager, *command = sys.argv[1:]
    with ColonyBed() as bed:
        colony = bed.colony()
        print(f"colony {colony.name} of the Colonies server at http://{colony.host}:{colony.port}, as user "
              f"{colony.user.name}\non PATH: forager, colonies; for Python: pycolonies; servers' logs: "
              f"{bed.premises.folder}\nall of it ends with the {'command' if command else 'shell'}", file=sys.stderr)
        process = subprocess.Popen(command or [os.environ.get("SHELL", "/bin/bash")],
                                   env=environment(forager, bed, colony))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for what runs in the shell
        status = process.wait()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
