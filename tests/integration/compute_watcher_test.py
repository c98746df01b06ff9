#!/usr/bin/env python3
"""Workflow resources of a cluster that agents pick up: compute_watcher_test.py FORAGER."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from compute_cluster import ComputeClusterTest
from compute_jobs import HELD
from compute_resources import Resources
from fault_proxy import BlindProxy
from redis_server import free_port


def setUpModule():
    ComputeClusterTest.begin_cluster()


class ComputeWatcher(Resources, ComputeClusterTest):
    def setUp(self):
        super().setUp()
        self.define()

    def runs(self, name):
        """How often its algorithm has begun, by what all jobs have published."""
        return sum(text.count(f"ran {name}") for path in self.results.glob("*/data/logs/algorithm.log")
                   for text in path.read_text().splitlines())

    @staticmethod
    def states(agent):
        """Of its jobs."""
        return {one["state"] for one in agent.result("ps", "--all") if one["function"] == "compute.run"}

    def submit_simple(self, name):
        self.submit_resource(name, self.document(self.stage(f'echo ran {name}; echo made >"$OUTPUTS/{name}"', [])))

    def submit_held(self, name):
        self.submit_resource(name, self.document(self.stage(f"echo ran {name}\n{HELD}", [])))

    def assert_done_once(self, name):
        status = self.await_final(name)
        self.assertEqual((status["status"], status["statusText"]), (70, "Job finished"), status)
        self.assertEqual(status["stages"], [{"index": 0, "exitCode": 0}])
        self.assertEqual(self.runs(name), 1)
        return status

    def test_two_agents_run_each_resource_once(self):
        self.submit_simple("before")
        agents = [self.watcher(COMPUTE_JOBS="2"), self.watcher(COMPUTE_JOBS="2")]
        self.submit_simple("one")
        self.submit_simple("two")
        for name in ("before", "one", "two"):
            status = self.assert_done_once(name)
            listed = {one["filename"]: one["type"] for one in status["results"]}
            self.assertEqual(listed[name], "output")
            self.assertEqual(listed["algorithm.log"], "algorithmLog")
            self.assertEqual(self.leases()[name]["leaseTransitions"], 0)
        ran = [one for agent in agents for one in agent.result("ps", "--all") if one["function"] == "compute.run"]
        self.assertEqual(len(ran), 3)
        self.assert_nothing_left()

    def test_an_agent_that_was_killed_goes_on_with_its_job(self):
        agent = self.watcher()
        self.submit_held("long")
        self.await_running("long")
        job, = self.jobs_of("long")
        agent.kill()
        agent.start()
        self.assertEqual([one["metadata"]["uid"] for one in self.jobs_of("long")], [job["metadata"]["uid"]])
        self.open_area()
        self.assert_done_once("long")
        self.assertEqual(self.leases()["long"]["leaseTransitions"], 0)
        self.assert_nothing_left()

    def test_another_agent_takes_over_from_one_that_stays_away(self):
        first = self.watcher()
        self.submit_held("left")
        self.await_running("left")
        holder = self.leases()["left"]["holderIdentity"]
        job, = self.jobs_of("left")
        first.kill()
        self.watcher()
        self.until(lambda: self.leases()["left"]["holderIdentity"] != holder, "the other agent")
        self.until(lambda: [one for one in self.jobs_of("left") if one["metadata"]["uid"] != job["metadata"]["uid"]]
                   and len(self.jobs_of("left")) == 1, "its own job")
        first.start()  # and finds that the resource is not its any more
        self.until(lambda: "failed" in self.states(first), "the first to give up")
        self.open_area()
        self.assert_done_once("left")
        self.assertEqual(self.leases()["left"]["leaseTransitions"], 1)
        self.assert_nothing_left()

    def test_an_agent_that_is_cut_off_gives_its_job_up(self):
        proxy = self.enterContext(BlindProxy(self.cluster.ports["api"], free_port()))
        far = self.cluster.kubeconfig("far", self.cluster.certificate("admin"), self.space, server=f"https://127.0.0.1:{proxy.port}")
        first = self.watcher(KUBECONFIG=str(far), COMPUTE_RUNTIME="local")
        self.submit_held("apart")
        self.until(lambda: self.status_of("apart").get("status") == 40, "the algorithm to run")
        proxy.stall()
        second = self.watcher(COMPUTE_RUNTIME="local")
        self.until(lambda: "failed" in self.states(first) and not first.children(), "the algorithm to end")
        self.until(lambda: self.leases()["apart"]["leaseTransitions"] == 1, "the other agent")
        area, = self.until(lambda: [*second.state.glob("scratch/*/*/stage-0/data")], "its area")
        (area / "gate").touch()
        self.assert_done_once("apart")

    def test_a_resource_that_is_deleted_takes_its_job_along(self):
        agent = self.watcher()
        self.submit_held("gone")
        self.await_running("gone")
        self.remove_resource("gone")
        self.until(lambda: self.states(agent) <= {"cancelled", "failed"}, "the job to end")
        self.until(lambda: not self.leases(), "the lease to go")
        self.assert_nothing_left()

    def test_one_that_is_deleted_while_no_agent_lives(self):
        agent = self.watcher()
        self.submit_held("gone")
        self.await_running("gone")
        agent.kill()
        self.remove_resource("gone")
        self.assert_nothing_left()
        agent.start()
        self.until(lambda: self.states(agent) <= {"cancelled", "failed"}, "the job to end")
        self.assert_nothing_left()

    def test_a_broken_document_is_told_of(self):
        self.watcher()
        broken = self.document(self.stage("true and true", []))
        broken["stages"][0]["algorithm"]["container"]["image"] = 7
        self.submit_resource("broken", broken)
        status = self.await_final("broken")
        self.assertEqual(status["status"], 41)
        self.assertIn("stages[0].algorithm.container.image must be a string", status["statusText"])
        self.submit_simple("sound")
        self.assert_done_once("sound")

    def test_a_definition_without_status_gets_annotations(self):
        self.define(has_status=False)
        self.watcher()
        self.submit_simple("plain")
        told = lambda: self.resource("plain")["metadata"].get("annotations", {})
        self.until(lambda: told().get("forager/compute-status") == "70", "the annotation")
        self.assertEqual(told()["forager/compute-text"], "Job finished")
        self.assertIn("algorithm.log", told()["forager/compute-results"])


if __name__ == "__main__":
    main()
