#!/usr/bin/env python3
"""A shell, or a command, with all test servers up: bed_shell.py FORAGER [COMMAND…]. They end with it."""
import os
import pathlib
import signal
import subprocess
import sys

from colonies import tools
from colonies.bed import ColonyBed
from s3_server import S3Server


def environment(forager, colony, store):
    paths = [str(tools.colonies().parent), str(pathlib.Path(forager).parent), os.environ["PATH"]]
    packages = [*filter(None, [os.environ.get("PYTHONPATH")]), str(tools.pycolonies())]
    return {**os.environ, **colony.environment(), **store.environment(), "PATH": ":".join(paths),
            "PYTHONPATH": ":".join(packages)}


def main():
    forager, *command = sys.argv[1:]
    with ColonyBed() as bed, S3Server(bed.premises.room("s3")) as store:
        colony = bed.colony()
        store.make_bucket()
        print(f"colony {colony.name} of the Colonies server at http://{colony.host}:{colony.port}, as user "
              f"{colony.user.name}\nbucket files of the S3 server at {store.url}\n"
              f"on PATH: forager, colonies; for Python: pycolonies; servers' logs: "
              f"{bed.premises.folder}\nall of it ends with the {'command' if command else 'shell'}", file=sys.stderr)
        process = subprocess.Popen(command or [os.environ.get("SHELL", "/bin/bash")],
                                   env=environment(forager, colony, store))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for what runs in the shell
        status = process.wait()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
