#!/usr/bin/env python3
"""The test bed itself, so that what stands on it can be trusted: a real server, clients of others, and faults."""
import http.client
import os
import pathlib
import signal
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from colonies.api import Refused
from colonies.bed import ColonyBed
from colonies.drivers import CommandFailed, CommandLine, PyColonies
from colonies.keeper import inhabitants
from colonies.premises import BedError, until
from colonies.testcase import ColonyTest

WAITING, RUNNING, SUCCESSFUL, FAILED, CANCELLED = range(5)
CLIENTS = (PyColonies, CommandLine)


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Bed(ColonyTest):
    def setUp(self):
        super().setUp()
        self.executor = self.colony.add_executor()

    def assign(self, executor=None):
        return self.colony.call("assignprocessmsg", (executor or self.executor).key, colonyname=self.colony.name,
                                timeout=30)

    def close(self, process, *output):
        self.colony.call("closesuccessfulmsg", self.executor.key, processid=process["processid"], out=list(output))

    def echo(self):
        """What an executor of the simplest kind does."""
        process = self.assign()
        self.close(process, *process["spec"]["args"])


class Clients(Bed):
    def each(self):
        for client in CLIENTS:
            with self.subTest(client.__name__):
                yield client(self.colony)

    def test_what_a_client_submits_comes_back_from_the_executor(self):
        for client in self.each():
            id = client.submit(self.colony.spec("echo", "hello", 7))
            self.assertEqual(client.get(id)["state"], WAITING)
            self.echo()
            process = client.wait(id)
            self.assertEqual((process["state"], process["out"]), (SUCCESSFUL, ["hello", 7]))

    def test_an_executor_on_pycolonies_serves_the_command_line(self):
        id = CommandLine(self.colony).submit(self.colony.spec("echo", "hello"))
        executor = PyColonies(self.colony, self.executor)
        process = executor.client.assign(self.colony.name, 30, executor.key)
        executor.client.close(process.processid, process.spec.args, executor.key)
        self.assertEqual(CommandLine(self.colony).wait(id)["out"], ["hello"])

    def test_failures_and_logs_are_seen(self):
        for client in self.each():
            id = client.submit(self.colony.spec("echo"))
            self.assign()
            for line in ("one\n", "two\n"):
                self.colony.call("addlogmsg", self.executor.key, processid=id, message=line)
            self.colony.call("closefailedmsg", self.executor.key, processid=id, errors=["disk full"])
            process = client.wait(id)
            self.assertEqual((process["state"], process["errors"]), (FAILED, ["disk full"]))
            self.assertEqual(client.logs(id).splitlines(), ["one", "two"])

    def test_a_workflow_goes_from_node_to_node(self):
        for client in self.each():
            graph = client.submit_workflow([
                self.colony.spec("echo", "first", nodename="a"),
                self.colony.spec("echo", "second", nodename="b", conditions={"dependencies": ["a"]})])
            self.echo()
            last = self.assign()
            self.assertEqual((last["spec"]["nodename"], last["in"]), ("b", ["first"]))
            self.close(last)
            until(lambda: client.workflow(graph)["state"] == SUCCESSFUL, lambda: client.workflow(graph))

    def test_the_command_line_cancels(self):
        client = CommandLine(self.colony)
        id = client.submit(self.colony.spec("echo"))
        client.cancel(id)
        self.assertEqual(client.wait(id)["state"], CANCELLED)

    def test_colonies_do_not_see_each_other(self):
        other = self.bed.colony()
        self.addCleanup(other.remove)
        id = CommandLine(other).submit(other.spec("echo"))
        with self.assertRaises(CommandFailed):
            CommandLine(self.colony).get(id)


class Servers(Bed):
    def setUp(self):
        super().setUp()
        self.client = PyColonies(self.colony)
        self.id = self.client.submit(self.colony.spec("echo", "kept"))

    def finish(self):
        self.echo()
        self.assertEqual(self.client.wait(self.id)["out"], ["kept"])

    def test_a_killed_server_keeps_its_processes_and_its_ports(self):
        port = self.bed.server.port
        self.bed.server.kill()
        with self.assertRaises(OSError):
            self.bed.server.api.send("GET", "/health")
        self.bed.server.start()
        self.assertEqual(self.bed.server.port, port)
        self.finish()

    def test_a_killed_database_keeps_its_rows(self):
        self.bed.postgres.kill()
        with self.assertRaises(Refused):
            self.colony.call("getprocessmsg", processid=self.id)
        self.bed.postgres.start()
        self.finish()

    def test_settings_come_with_a_start(self):
        again = {"executorid": self.executor.id, "executorname": self.executor.name,
                 "executortype": self.executor.type, "colonyname": self.colony.name}
        with self.assertRaises(Refused):
            self.colony.call("addexecutormsg", self.colony.owner_key, executor=again)
        self.bed.server.restart(allow_reregister=True)
        self.addCleanup(self.bed.server.restart, allow_reregister=False)
        self.colony.call("addexecutormsg", self.colony.owner_key, executor=again)

    def test_what_a_test_leaves_down_is_up_for_the_next_one(self):
        self.bed.postgres.kill()
        self.bed.server.pause()
        self.bed.revive()
        self.bed.server.kill()
        self.bed.revive()
        self.finish()

    def test_a_server_that_stops_is_told_of_with_its_last_words(self):
        port = self.bed.server.etcd_port
        self.bed.server.kill()
        self.bed.server.etcd_port = self.bed.server.peer_port
        self.addCleanup(setattr, self.bed.server, "etcd_port", port)
        with self.assertRaisesRegex(BedError, "node0 ended with 1"):
            self.bed.server.start()


class Faults(Bed):
    proxied = True

    def setUp(self):
        super().setUp()
        self.id = self.submit()
        self.process = self.assign()

    def submit(self):
        return self.colony.call("submitfuncspecmsg", spec=self.colony.spec("echo"))["processid"]

    def state(self):
        return self.bed.server.api.call("getprocessmsg", self.colony.user.key, processid=self.id)["state"]

    def processes(self):
        found = self.bed.server.api.call("getprocessesmsg", self.colony.user.key, colonyname=self.colony.name,
                                         count=100, state=WAITING)
        return len(found or [])

    def test_of_a_dropped_reply_the_server_knows_and_the_client_does_not(self):
        self.proxy.drop_reply("closesuccessfulmsg")
        with self.assertRaises(ConnectionError):
            self.close(self.process)
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
            self.close(self.process)
        self.proxy.answer(b"\x00\xff" * 1000)
        with self.assertRaises(http.client.HTTPException):
            self.close(self.process)
        self.assertEqual(self.state(), RUNNING)
        self.close(self.process)

    def test_a_stalled_connection_says_nothing_until_it_is_healed(self):
        self.proxy.stall()
        self.colony.api.timeout = 0.3
        with self.assertRaises(TimeoutError):
            self.close(self.process)
        self.assertEqual(self.state(), RUNNING)
        self.proxy.heal()
        self.colony.api.timeout = 60
        self.close(self.process)

    def test_a_refused_connection_comes_back_at_the_same_port(self):
        self.proxy.refuse()
        with self.assertRaises(ConnectionRefusedError):
            self.close(self.process)
        self.proxy.heal()
        self.close(self.process)

    def test_a_cut_ends_a_long_poll_at_both_sides(self):
        with subprocess.Popen([sys.executable, "-c", POLL, self.executor.key, self.colony.name, str(self.proxy.port),
                               SUPPORT], stderr=subprocess.PIPE, text=True) as poll:
            self.proxy.await_request("assignprocessmsg", 2)
            self.proxy.cut()
            self.assertIn("ConnectionResetError", poll.communicate()[1])
        self.close(self.process)

    def test_a_subscription_passes(self):
        client = PyColonies(self.colony)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(client.client.wait, client.client.get_process(self.id, client.key), 50, client.key)
            self.proxy.await_request("/pubsub")
            self.close(self.process)
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
            self.close(self.process)


POLL = """
import sys
sys.path.insert(0, sys.argv[4])
from colonies.api import Api
Api("127.0.0.1", int(sys.argv[3])).call("assignprocessmsg", sys.argv[1], colonyname=sys.argv[2], timeout=50)
"""


class Tls(Bed):
    proxied = True
    tls = True

    def test_both_clients_get_through(self):
        # pycolonies reads it from its own environment.
        os.environ["REQUESTS_CA_BUNDLE"] = str(self.bed.authority.file)
        self.addCleanup(os.environ.pop, "REQUESTS_CA_BUNDLE")
        for client in CLIENTS:
            with self.subTest(client.__name__):
                id = client(self.colony).submit(self.colony.spec("echo", "secret"))
                self.echo()
                self.assertEqual(client(self.colony).wait(id)["out"], ["secret"])

    def test_who_does_not_trust_the_authority_is_refused(self):
        with self.assertRaisesRegex(Exception, "CERTIFICATE_VERIFY_FAILED"):
            PyColonies(self.colony).submit(self.colony.spec("echo"))

    def test_a_reply_is_dropped_here_as_well(self):
        self.proxy.drop_reply("submitfuncspecmsg")
        with self.assertRaises(ConnectionError):
            self.colony.call("submitfuncspecmsg", spec=self.colony.spec("echo"))
        self.assertEqual(self.assign()["spec"]["funcname"], "echo")


ORPHANS = """
import sys
sys.path.insert(0, sys.argv[1])
from colonies.bed import ColonyBed
bed = ColonyBed()
print(bed.premises.folder, flush=True)
sys.stdin.read()
"""


class Ends(unittest.TestCase):
    def test_nothing_outlives_a_killed_program(self):
        with subprocess.Popen([sys.executable, "-c", ORPHANS, SUPPORT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as program:
            folder = pathlib.Path(program.stdout.readline().strip())
            self.assertTrue(inhabitants(folder))
            program.send_signal(signal.SIGKILL)
        until(lambda: not folder.exists(), lambda: f"{folder} is still there")
        self.assertFalse(inhabitants(folder))


class Cluster(unittest.TestCase):
    def test_a_follower_answers_for_the_leader(self):
        with ColonyBed(nodes=2) as bed:
            colony = bed.colony(through=bed.nodes[1])
            executor = colony.add_executor()
            for node in bed.nodes:
                with self.subTest(node.name), self.assertRaisesRegex(Refused, "No process available"):
                    node.api.call("assignprocessmsg", executor.key, colonyname=colony.name, timeout=1)
            id = colony.call("submitfuncspecmsg", spec=colony.spec("echo"))["processid"]
            bed.nodes[0].kill()
            bed.nodes[0].start()
            self.assertEqual(bed.server.api.call("getprocessmsg", colony.user.key, processid=id)["state"], WAITING)


if __name__ == "__main__":
    unittest.main()
