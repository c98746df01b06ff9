"""A folder and the processes that live in it: all are gone when the program is, whatever ended it."""
import os
import pathlib
import pwd
import subprocess
import sys
import tempfile
import time

PATIENCE = 60  # seconds, for what takes one when all is well


class BedError(Exception):
    """Says what went wrong with a server, and ends with what it said last."""


def until(condition, failure):
    """Waits for what no process tells; `failure` gives the text of the error."""
    deadline = time.monotonic() + PATIENCE
    while not (seen := condition()):
        if time.monotonic() > deadline:
            raise BedError(failure())
        time.sleep(0.02)
    return seen


def tail(path, lines=40):
    text = path.read_text(errors="replace") if path.exists() else ""
    return f"--- the end of {path.name}:\n" + "\n".join(text.splitlines()[-lines:])


def unprivileged():
    """The user for what refuses to run as root; None when we are nobody special ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


class Premises:
    def __init__(self):
        # Not below TMPDIR: the path of a local socket has room for some hundred bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="forager-bed.", dir="/tmp"))
        self.folder.chmod(0o711)
        self.processes = []
        self.keeper = subprocess.Popen(
            [sys.executable, "-I", pathlib.Path(__file__).with_name("keeper.py"), self.folder], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/")

    def room(self, name, owner=None):
        """A folder below the folder."""
        path = self.folder / name
        path.mkdir(mode=0o700)
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        return path

    def start(self, command, room, environment, owner=None):
        """Gives the process, which lives in the room and writes what it says into ROOM.log."""
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        with open(self.log(room), "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=room,
                                       env=environment, start_new_session=True, **as_owner)
        self.processes.append(process)
        return process

    def log(self, room):
        return self.folder / f"{room.name}.log"

    def logs(self):
        """For the person who reads why a test failed."""
        return "\n".join(tail(path) for path in sorted(self.folder.glob("*.log")))

    def close(self):
        self.keeper.stdin.close()
        for process in self.processes:
            process.wait(PATIENCE)
        self.keeper.wait(PATIENCE)
