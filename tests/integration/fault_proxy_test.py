#!/usr/bin/env python3
"""The proxy that makes faults, in front of a real Colonies server: what it breaks, and what it leaves whole."""
import http.client
import os
import pathlib
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from colonies.api import Refused
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine, PyColonies
from colonies.testcase import ColonyTest

WAITING, RUNNING, SUCCESSFUL = range(3)


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Proxied(ColonyTest):
    proxied = True

    def setUp(self):
        super().setUp()
        self.executor = self.colony.add_executor()

    def submit(self):
        return self.colony.call("submitfuncspecmsg", spec=self.colony.spec("echo", "hello"))["processid"]


class Faults(Proxied):
    def setUp(self):
        super().setUp()
        self.id = self.submit()
        self.process = self.colony.assign(self.executor)

    def close(self):
        self.colony.close(self.executor, self.process)

    def state(self):
        return self.bed.server.api.call("getprocessmsg", self.colony.user.key, processid=self.id)["state"]

    def processes(self):
        found = self.bed.server.api.call("getprocessesmsg", self.colony.user.key, colonyname=self.colony.name,
                                         count=100, state=WAITING)
        return len(found or [])

    def test_of_a_dropped_reply_the_server_knows_and_the_client_does_not(self):
        self.proxy.drop_reply("closesuccessfulmsg")
        with self.assertRaises(ConnectionError):
            self.close()
        self.assertEqual(self.state(), SUCCESSFUL)
        with self.assertRaisesRegex(Refused, "Tried to set successful process as failed"):
            self.colony.call("closefailedmsg", self.executor.key, processid=self.id, errors=[])

    def test_a_duplicated_request_is_done_twice(self):
        self.proxy.duplicate("submitfuncspecmsg")
        self.submit()
        self.assertEqual(self.processes(), 2)

    def test_a_wrong_answer_keeps_the_request_from_the_server(self):
        self.proxy.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope", "closesuccessfulmsg")
        with self.assertRaises(ValueError):
            self.close()
        self.proxy.answer(b"\x00\xff" * 1000)
        with self.assertRaises(http.client.HTTPException):
            self.close()
        self.assertEqual(self.state(), RUNNING)
        self.close()

    def test_a_stalled_connection_says_nothing_until_it_is_healed(self):
        self.proxy.stall()
        self.colony.api.timeout = 0.3
        with self.assertRaises(TimeoutError):
            self.close()
        self.assertEqual(self.state(), RUNNING)
        self.proxy.heal()
        self.colony.api.timeout = 60
        self.close()

    def test_a_refused_connection_comes_back_at_the_same_port(self):
        self.proxy.refuse()
        with self.assertRaises(ConnectionRefusedError):
            self.close()
        self.proxy.heal()
        self.close()

    def test_a_cut_ends_a_long_poll_at_both_sides(self):
        with subprocess.Popen([sys.executable, "-c", POLL, self.executor.key, self.colony.name, str(self.proxy.port),
                               SUPPORT], stderr=subprocess.PIPE, text=True) as poll:
            self.proxy.await_request("assignprocessmsg", 2)
            self.proxy.cut()
            self.assertIn("ConnectionResetError", poll.communicate()[1])
        self.close()

    def test_a_subscription_passes(self):
        client = PyColonies(self.colony)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(client.client.wait, client.client.get_process(self.id, client.key), 50, client.key)
            self.proxy.await_request("/pubsub")
            self.close()
            self.assertEqual(waiting.result().state, SUCCESSFUL)

    def test_a_cut_ends_a_subscription(self):
        client = PyColonies(self.colony)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(client.client.wait, client.client.get_process(self.id, client.key), 50, client.key)
            self.proxy.await_request("/pubsub")
            self.proxy.cut()
            with self.assertRaises(ConnectionError):
                waiting.result()

    def test_a_delay_holds_what_passes(self):
        self.proxy.delay(0.5)
        self.colony.api.timeout = 0.3
        with self.assertRaises(TimeoutError):
            self.close()


POLL = """
import sys
sys.path.insert(0, sys.argv[4])
from colonies.api import Api
Api("127.0.0.1", int(sys.argv[3])).call("assignprocessmsg", sys.argv[1], colonyname=sys.argv[2], timeout=50)
"""


class Tls(Proxied):
    tls = True

    def test_both_clients_get_through(self):
        # pycolonies reads it from its own environment.
        os.environ["REQUESTS_CA_BUNDLE"] = str(self.bed.authority.file)
        self.addCleanup(os.environ.pop, "REQUESTS_CA_BUNDLE")
        for client in (PyColonies, CommandLine):
            with self.subTest(client.__name__):
                id = client(self.colony).submit(self.colony.spec("echo", "secret"))
                self.colony.echo(self.executor)
                self.assertEqual(client(self.colony).wait(id)["out"], ["secret"])

    def test_who_does_not_trust_the_authority_is_refused(self):
        with self.assertRaisesRegex(Exception, "CERTIFICATE_VERIFY_FAILED"):
            PyColonies(self.colony).submit(self.colony.spec("echo"))

    def test_a_reply_is_dropped_here_as_well(self):
        self.proxy.drop_reply("submitfuncspecmsg")
        with self.assertRaises(ConnectionError):
            self.submit()
        self.assertEqual(self.colony.assign(self.executor)["spec"]["funcname"], "echo")


if __name__ == "__main__":
    unittest.main()
