"""Ends what lives in a folder, and removes it, when the program that asked for it is gone: keeper.py FOLDER.

It waits for the end of its standard input, which comes however that program ended. A process lives in a folder when its
current folder lies there."""
import errno
import os
import pathlib
import shutil
import signal
import sys
import time


def inhabitants(folder):
    found = []
    for link in pathlib.Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(link).startswith(str(folder)):
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found


def evict(folder):
    while processes := inhabitants(folder):
        for process in processes:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


def remove_cgroups(name):
    """What a container engine has made for its containers below a group of this name. They end a little later than it."""
    root = pathlib.Path("/sys/fs/cgroup")
    for parent in [*root.glob(name), *root.glob(f"*/{name}")]:
        for group in [*sorted((path for path in parent.rglob("*") if path.is_dir()), reverse=True), parent]:
            while not removed(group):
                time.sleep(0.01)


def removed(group):
    try:
        group.rmdir()
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        return False
    return True


def main():
    folder = sys.argv[1]
    sys.stdin.buffer.read()
    evict(folder)
    remove_cgroups(os.path.basename(folder))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
