#!/usr/bin/env python3
"""How an executor comes to its colony: by an environment alone, or not at all."""
import pathlib
import sys
import unittest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from agent_world import main
from colonies.api import new_key
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_agent import ColonyAgent


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class Environment(ColonyAgent):
    """What other executors were started with starts this one, without a configuration of its own."""

    def serve_by(self, **variables):
        self.config.write_text(f'[agent]\nstate_dir = "{self.state}"\nsocket = "{self.socket}"\nlog_level = "debug"\n')
        self.environment |= variables
        self.start()
        self.await_registered()
        return self.executors()[0]

    def where(self):
        return {"COLONIES_SERVER_HOST": self.colony.host, "COLONIES_SERVER_PORT": str(self.colony.port)}

    def test_of_the_executors_of_2023(self):
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_VERBOSE="true",
                             COLONIES_COLONY_ID=self.colony.name, COLONIES_COLONY_PRVKEY=self.colony.owner_key, COLONIES_EXECUTOR_ID="0" * 64,
                             COLONIES_EXECUTOR_PRVKEY=new_key(), EXECUTOR_TYPE="ml")
        self.assertEqual(seen["executortype"], "ml")
        self.assertEqual(self.errors("execute", conditions={"executortype": "ml"})[0][:25], "Failed to parse cmd kwarg")

    def test_of_the_executors_of_2023_that_were_registered_by_hand(self):
        member = self.colony.add_executor("by-hand", type="forager")
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_ID=self.colony.name,
                             COLONIES_EXECUTOR_ID=member.id, COLONIES_EXECUTOR_PRVKEY=member.key)
        self.assertEqual((seen["executorname"], seen["executorid"]), ("by-hand", member.id))
        self.assertEqual(self.output("echo.echo", "x", conditions={"executortype": "forager"}), ["x"])

    def test_of_an_id_whose_key_is_kept_in_the_home_directory(self):
        member = self.colony.add_executor("by-hand", type="forager")
        kept = self.folder / ".colonies" / member.id
        kept.parent.mkdir()
        kept.write_text(member.key)
        kept.chmod(0o600)
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_ID=self.colony.name,
                             COLONIES_EXECUTOR_ID=member.id)
        self.assertEqual(seen["executorid"], member.id)

    def test_of_the_python_executor(self):
        self.serve_by(**self.where(), COLONIES_SERVER_TLS="false", COLONIES_COLONY_ID=self.colony.name,
                      COLONIES_COLONY_PRVKEY=self.colony.owner_key, EXECUTOR_TYPE="python")
        code = {"code": "result = 1"}
        self.assertEqual(self.output("python_code", kwargs=code, conditions={"executortype": "python"}), [1])

    def test_of_the_executors_of_2024(self):
        member = self.colony.add_executor("dev-docker", type="unix")
        seen = self.serve_by(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_NAME=self.colony.name,
                             COLONIES_PRVKEY=member.key, COLONIES_EXECUTOR_NAME=member.name, EXECUTOR_TYPE="unix",
                             EXECUTOR_HW_MODEL="n/a", EXECUTOR_HW_NODES="1", EXECUTOR_HW_CPU="32000m",
                             EXECUTOR_HW_MEM="80Gi", EXECUTOR_SW_NAME="colonyos/dockerexecutor", EXECUTOR_LOCATION_LONG="22.15")
        self.assertEqual((seen["executorname"], seen["executorid"]), ("dev-docker", member.id))
        self.assertEqual(self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]["type"], "unix")
        self.assertEqual(self.output("echo", "x", conditions={"executortype": "unix"}), ["x\n"])

    def test_of_a_deployment_with_the_newest_names(self):
        seen = self.serve_by(COLONIES_CLIENT_HTTP_HOST=self.colony.host, COLONIES_CLIENT_HTTP_PORT=str(self.colony.port),
                      COLONIES_CLIENT_BACKENDS="http", COLONIES_TLS="false", COLONIES_COLONY_NAME=self.colony.name,
                      COLONIES_COLONY_PRVKEY=self.colony.owner_key, COLONIES_EXECUTOR_NAME="newest",
                      COLONIES_EXECUTOR_TYPE="echo", EXECUTOR_HW_MODEL="edge box", EXECUTOR_HW_NODES="1", EXECUTOR_HW_CPU="32000m", EXECUTOR_HW_MEM="80Gi",
                      EXECUTOR_HW_STORAGE="1Ti", EXECUTOR_HW_GPU_NAME="gpu", EXECUTOR_HW_GPU_COUNT="2",
                      EXECUTOR_HW_GPU_MEM="24Gi", EXECUTOR_HW_GPU_NODES_COUNT="1", EXECUTOR_HW_NETWORK="192.0.2.7, 192.0.2.8",
                      EXECUTOR_SW_NAME="name", EXECUTOR_SW_TYPE="type", EXECUTOR_SW_VERSION="version", EXECUTOR_LOCATION_NAME="site-a",
                      EXECUTOR_LOCATION_LONG="22.15", EXECUTOR_LOCATION_LAT="65.6", EXECUTOR_LOCATION_DESC="the cellar")
        capabilities = self.executors()[0]["capabilities"]
        hardware, software = capabilities["hardware"][0], capabilities["software"][0]
        self.assertEqual([hardware[name] for name in ("model", "nodes", "cpu", "mem", "storage", "network")],
                         ["edge box", 1, "32000m", "80Gi", "1Ti", ["192.0.2.7", "192.0.2.8"]])
        self.assertEqual(hardware["gpu"], {"name": "gpu", "count": 2, "mem": "24Gi", "nodecount": 1})
        self.assertEqual(software, {"name": "name", "type": "type", "version": "version"})
        self.assertEqual(seen["locationname"], "site-a")
        places = self.colony.call("getlocationsmsg", colonyname=self.colony.name)
        self.assertEqual([[place[name] for name in ("name", "long", "lat", "description")] for place in places],
                         [["site-a", 22.15, 65.6, "the cellar"]])
        here = {"executortype": "echo", "locationname": "site-a"}
        self.assertEqual(self.output("echo", "x", conditions=here), ["x"])
        self.assertNotIn("does not take what this machine has", self.log_of_this_life())

    def test_what_the_machine_has_is_told_again_when_it_changed(self):
        names = dict(**self.where(), COLONIES_TLS="false", COLONIES_COLONY_NAME=self.colony.name,
                     COLONIES_COLONY_PRVKEY=self.colony.owner_key, COLONIES_EXECUTOR_NAME="edge", EXECUTOR_TYPE="echo")
        self.serve_by(**names, EXECUTOR_HW_MEM="4Gi")
        self.kill()
        seen = self.serve_by(**names, EXECUTOR_HW_MEM="8Gi")
        self.assertEqual(seen["capabilities"]["hardware"][0]["mem"], "8Gi")

    def test_of_a_users_own_shell(self):
        """It has the user's key, too, which is no executor's."""
        seen = self.serve_by(**self.colony.environment())
        self.assertEqual(seen["executortype"], "forager")
        self.assertNotEqual(seen["executorid"], self.colony.user.id)


class Strangers(ColonyAgent):
    """Configurations that the colony refuses: said once, where it can be mended, and the agent goes on."""

    def refused(self, words, **configuration):
        self.configure(**configuration)
        self.start()
        self.until(lambda: words in self.log_of_this_life(), words)
        executor = self.request("GET", "/v1/status")["result"]["colony"]["executors"][0]
        self.assertFalse(executor["registered"])
        self.assertIn(words, executor["trouble"])
        self.assertGreaterEqual(executor["for"], 0)
        self.assertLess(executor["next_try_in"], 3)
        self.assertEqual(self.run_work("echo.echo", "its other work"), "its other work")
        self.assertEqual(self.log_of_this_life().count(words), 1)

    def test_a_key_that_nobody_registered(self):
        self.refused("knows no approved executor with the id", colony=f'key = "{new_key()}"')

    def test_an_owner_who_has_rejected_it(self):
        self.long_poll = "1s"
        self.serve()
        judge = {"colonyname": self.colony.name, "executorname": "edge"}
        self.colony.setup("rejectexecutormsg", self.colony.owner_key, **judge)
        self.until(lambda: "has rejected the executor edge" in self.log_of_this_life(), "a word about it")
        self.assertEqual(self.executors()[0]["state"], 2)
        self.colony.setup("approveexecutormsg", self.colony.owner_key, **judge)
        self.await_registered()

    def test_a_name_that_somebody_else_has(self):
        other = self.colony.add_executor("edge")
        self.refused("the name edge belongs to another executor")
        self.assertEqual([one["executorid"] for one in self.executors()], [other.id])

    def test_an_owner_who_owns_another_colony(self):
        self.refused("it takes the owner's key", colony=f'owner_key = "{new_key()}"')

    def test_a_colony_that_does_not_exist(self):
        self.configure()
        text = self.config.read_text().replace(f'name = "{self.colony.name}"', 'name = "nowhere"')
        self.config.write_text(text)
        self.start()
        self.until(lambda: "nowhere" in self.log_of_this_life(), "a word about it")
        self.assertEqual(self.run_work("echo.echo", "its other work"), "its other work")

    def test_a_key_that_is_none(self):
        self.configure(colony='owner_key = "12"')
        agent = self.launch()
        self.assertEqual(agent.wait(60), 2)
        self.assertIn("colony.owner_key is no private key", self.log.read_text())

    def test_an_agent_that_did_not_start_leaves_nothing_to_the_next(self):
        self.configure(colony=f'owner_key = "{"f" * 64}"')  # beyond the curve
        self.assertEqual(self.launch().wait(60), 1)
        self.assertIn("owner_key", self.log.read_text())
        self.configure()
        self.start()
        self.assertNotIn("died", self.log.read_text())


if __name__ == "__main__":
    main()
