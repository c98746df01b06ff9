#!/usr/bin/env python3
"""An executor under faults of every kind, held to its promises by the history of its work: colony_faults_test.py FORAGER.
A long campaign: `./dev soak colony`."""
import pathlib
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_agent import ColonyAgent
from colony_history import SCRIPT, Load
from soak import Soak

SOAK = Soak("colony", rounds=10)
EACH = 12  # processes of each round


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Faults(ColonyAgent):
    proxied = True
    long_poll = "2s"

    def test_every_process_ends_as_it_should_whatever_fails(self):
        faults = [self.nothing, self.kill_server, self.kill_database, self.cut, self.stall, self.delay, self.lose,
                  self.duplicate, self.kill_agent, self.refuse]
        with SOAK:
            self.serve(SCRIPT, agent="concurrency = 16")
            self.load = Load(self, SOAK.seed)
            chance = random.Random(SOAK.seed)
            for _ in range(SOAK.rounds):
                self.load.give(EACH)
                time.sleep(chance.uniform(0, 0.6))  # waits for nothing: the moment is what is tried
                fault = chance.choice(faults)
                fault(chance)
                self.proxy.heal()
                self.bed.revive()
                self.load.cancel_some()
            self.load.check()
            self.until(lambda: self.outbox() == 0, "an empty outbox")
        SOAK.tell(len(self.load.expected), "processes")
        SOAK.tell(SOAK.rounds, "faults")

    def outbox(self):
        return self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]["outbox"]

    # What may happen

    def nothing(self, chance):
        time.sleep(chance.uniform(0, 1))

    def kill_server(self, chance):
        self.end(self.bed.server)
        time.sleep(chance.uniform(0, 2))

    def kill_database(self, chance):
        self.end(self.bed.postgres)
        time.sleep(chance.uniform(0, 1))

    def end(self, server):
        before = time.time()
        server.kill()
        self.load.server_deaths.append((before, time.time()))

    def cut(self, chance):
        for _ in range(5):
            self.proxy.cut()
            time.sleep(chance.uniform(0, 0.2))

    def refuse(self, chance):
        self.proxy.refuse()
        time.sleep(chance.uniform(0, 2))

    def stall(self, chance):
        self.proxy.stall()
        time.sleep(chance.uniform(0, 2))

    def delay(self, chance):
        self.proxy.delay(chance.uniform(0, 0.3))
        time.sleep(1)

    def lose(self, chance):
        for about in ("assignprocessmsg", "closesuccessfulmsg", "closefailedmsg", "addlogmsg"):
            self.proxy.drop_reply(about, chance.randrange(1, 4))
        time.sleep(1)

    def duplicate(self, chance):
        for about in ("assignprocessmsg", "closesuccessfulmsg", "closefailedmsg"):
            self.proxy.duplicate(about, chance.randrange(1, 4))
        time.sleep(1)

    def kill_agent(self, chance):
        killed = time.time()
        self.kill()
        time.sleep(chance.uniform(0, 1))
        self.start()
        self.load.deaths.append((killed, time.time()))


if __name__ == "__main__":
    main()
