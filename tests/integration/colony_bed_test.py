#!/usr/bin/env python3
"""The test bed itself, so that what stands on it can be trusted: real servers, and the clients of others."""
import pathlib
import signal
import socket
import subprocess
import sys
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from colonies.api import Refused
from colonies.bed import ColonyBed
from colonies.drivers import CommandFailed, CommandLine, PyColonies
from keeper import inhabitants
from premises import BedError, until
from colonies.testcase import ColonyTest

WAITING, RUNNING, SUCCESSFUL, FAILED, CANCELLED = range(5)
CLIENTS = (PyColonies, CommandLine)


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Bed(ColonyTest):
    def setUp(self):
        super().setUp()
        self.executor = self.colony.add_executor()


class Clients(Bed):
    def each(self):
        for client in CLIENTS:
            with self.subTest(client.__name__):
                yield client(self.colony)

    def test_what_a_client_submits_comes_back_from_the_executor(self):
        for client in self.each():
            id = client.submit(self.colony.spec("echo", "hello", 7))
            self.assertEqual(client.get(id)["state"], WAITING)
            self.colony.echo(self.executor)
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
            self.colony.assign(self.executor)
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
            self.colony.echo(self.executor)
            last = self.colony.assign(self.executor)
            self.assertEqual((last["spec"]["nodename"], last["in"]), ("b", ["first"]))
            self.colony.close(self.executor, last)
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
        self.colony.echo(self.executor)
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

    def test_a_port_that_somebody_else_took_is_told_of(self):
        self.bed.server.kill()
        with socket.create_server(("", self.bed.server.port)):
            with self.assertRaisesRegex(BedError, f"took a port of node0: .{self.bed.server.port}"):
                self.bed.server.start()

    def test_a_server_that_stops_is_told_of_with_its_last_words(self):
        port = self.bed.server.etcd_port
        self.bed.server.kill()
        self.bed.server.etcd_port = self.bed.server.peer_port
        self.addCleanup(setattr, self.bed.server, "etcd_port", port)
        with self.assertRaisesRegex(BedError, "node0 ended with 1"):
            self.bed.server.start()


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


class Shell(unittest.TestCase):
    def test_a_command_has_a_colony_and_gives_its_status(self):
        done = subprocess.run(
            [sys.executable, "-B", SUPPORT / "bed_shell.py", "/bin/true", "sh", "-c",
             'colonies colony ls && python3 -c "import pycolonies" && echo in $COLONIES_COLONY_NAME && exit 7'],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 7, done.stderr)
        listed, _, name = done.stdout.rpartition("in ")
        self.assertIn(name.strip(), listed)


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
