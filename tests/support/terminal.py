"""A program at a terminal, as a person meets it: typed at, and looked at until something shows up."""
import os
import pty
import re
import select
import subprocess
import time

PATIENCE = 60  # seconds, for what takes a fraction of one when all is well


class Terminal:
    def __init__(self, command, **options):
        self.control, program_end = pty.openpty()
        self.program = subprocess.Popen(command, stdin=program_end, stdout=program_end, stderr=program_end,
                                        start_new_session=True, preexec_fn=self.take_terminal, **options)
        os.close(program_end)
        self.unread = ""

    @staticmethod
    def take_terminal():
        os.close(os.open(os.ttyname(0), os.O_RDWR))  # becomes the terminal that Ctrl-C comes from

    def type(self, keys):
        os.write(self.control, keys.encode())

    def read_until(self, pattern):
        """What was shown up to the end of it."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.unread)):
            ready, _, _ = select.select([self.control], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"waited in vain for {pattern!r}; the terminal shows {self.unread!r}"
            try:
                self.unread += os.read(self.control, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"it ended without {pattern!r}: {self.unread!r}") from None
        shown, self.unread = self.unread[:found.end()], self.unread[found.end():]
        return shown

    def ask(self, line, pattern):
        """Types a line at the prompt; gives what is shown up to the end of the pattern."""
        self.read_until(r"> ")
        self.type(line + "\n")
        return self.read_until(pattern)

    def end(self):
        """The exit status."""
        try:
            return self.program.wait(PATIENCE)
        finally:
            os.close(self.control)
