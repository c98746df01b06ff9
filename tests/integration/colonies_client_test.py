#!/usr/bin/env python3
"""The client for Colonies against the real server: colonies_client_test.py PROGRAM. The tests themselves are in it."""
import os
import pathlib
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).absolute()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest


class Client(ColonyTest):
    def check(self):
        environment = {**os.environ, **self.colony.environment()}
        done = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, timeout=150)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_call_means_what_it_says(self):
        self.check()


class BehindTls(Client):
    proxied = tls = True


class ExclusiveServer(Client):
    @classmethod
    def setUpClass(cls):
        cls.bed.server.restart(exclusive_assign=True)
        cls.addClassCleanup(cls.bed.server.restart, exclusive_assign=False)


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


if __name__ == "__main__":
    unittest.main()
