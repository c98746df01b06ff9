#!/usr/bin/env python3
"""The agent at servers that work together, and at those that let one of them alone give out work: what one node hears,
an agent at another does; a node dies, and nothing is lost or done twice. colony_modes_test.py FORAGER."""
import collections
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from colonies.bed import ColonyBed
from colony_agent import FAILED, SUCCESSFUL, ColonyAgent

SCRIPT = """forager.func { name = "demo.work", args = { { "n", "integer" } }, run = function(ctx, n)
  mark(n) sh "sleep 0.3" return n end }"""


class Nodes(ColonyAgent):
    """Clients come to the first node, the agent to the second, through what stands before a cluster."""

    count = 2
    settings = {}
    proxied = True
    long_poll = "2s"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bed = cls.enterClassContext(ColonyBed(nodes=cls.count, **cls.settings))

    def setUp(self):
        super().setUp()
        self.first, self.second = self.bed.nodes[:2]
        self.lead_to(self.second)
        self.given = {}

    def lead_to(self, node):
        self.proxy.upstream = node.port
        self.proxy.cut()

    def give(self, node, count):
        for _ in range(count):
            n = len(self.given)
            spec = self.colony.spec("demo.work", n, maxexectime=60, maxretries=3)
            process = node.api.call("submitfuncspecmsg", self.colony.user.key, spec=spec)
            self.given[n] = process["processid"]

    def check(self, node):
        """Everything that was given ended well, and was done once."""
        for n, id in self.given.items():
            process = self.until(lambda: self.seen(node, id), f"process {id} to end")
            self.assertEqual((process["state"], process["out"]), (SUCCESSFUL, [n]), process["errors"])
        self.assertEqual(collections.Counter(self.marks()), collections.Counter(str(n) for n in self.given))

    def seen(self, node, id):
        process = node.api.call("getprocessmsg", self.colony.user.key, processid=id)
        return process if process["state"] >= SUCCESSFUL else None

    def begun(self, count):
        self.until(lambda: len(self.marks()) >= count, f"{count} to begin")


class Cluster(Nodes):
    """Each node gives out work. Two of them are no majority without the other."""

    def test_what_one_node_was_given_is_done_by_an_agent_at_the_other(self):
        self.serve(SCRIPT)
        self.give(self.first, 6)
        self.check(self.second)

    def test_what_runs_is_told_to_the_node_that_is_left_and_the_rest_is_done_when_the_other_is_back(self):
        self.serve(SCRIPT, agent="concurrency = 2")
        self.give(self.first, 6)
        self.begun(2)
        self.first.kill()
        begun = list(map(int, self.marks()))
        for n in begun:
            self.until(lambda: self.seen(self.second, self.given[n]), f"{n} to end")
        self.first.start()
        self.check(self.second)


class Majority(Nodes):
    """Of three, one may go."""

    count = 3

    def test_the_node_of_the_clients_dies_and_the_agent_goes_on(self):
        self.serve(SCRIPT, agent="concurrency = 4")
        self.give(self.first, 8)
        self.begun(2)
        self.first.kill()
        self.give(self.second, 4)
        self.check(self.second)

    def test_the_node_of_the_agent_dies_and_it_goes_on_at_another(self):
        self.serve(SCRIPT, agent="concurrency = 4")
        self.give(self.first, 8)
        self.begun(2)
        self.second.kill()
        self.lead_to(self.first)
        self.give(self.first, 4)
        self.check(self.first)


class OneAlone(Nodes):
    """The leader alone gives out work; the other one asks it, and answers errors with HTTP's 200."""

    settings = {"exclusive_assign": True}

    def test_an_agent_at_either_node_is_served(self):
        self.serve(SCRIPT)
        for node in self.bed.nodes:
            self.lead_to(node)
            self.give(self.first, 3)
            self.check(self.second)

    def test_a_time_limit_holds_though_the_answer_does_not_tell_when_it_ends(self):
        self.serve("""forager.func { name = "demo.hold", run = function() mark "begun" sh "sleep 1000" end }""")
        for node in self.bed.nodes:
            self.lead_to(node)
            id = self.send("demo.hold", maxexectime=1, maxretries=0)
            process = self.until(lambda: self.seen(node, id), "it to fail")
            self.assertEqual(process["state"], FAILED)
            errors = self.until(lambda: self.seen(node, id)["errors"], "its errors")  # they come after the state
            self.assertEqual(errors, ["Maximum execution time limit exceeded"])
            self.assertEqual(self.children(), [])

    def test_a_node_dies_and_comes_back(self):
        self.serve(SCRIPT, agent="concurrency = 2")
        for node in self.bed.nodes:
            self.give(self.first, 4)
            self.begun(len(self.given) - 2)
            node.kill()
            node.start()
            self.give(self.second, 2)
            self.check(self.first)


if __name__ == "__main__":
    main()
