#!/usr/bin/env python3
"""Compute jobs in a cluster: compute_kubernetes_test.py FORAGER."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from compute_cluster import ComputeClusterTest
from compute_jobs import Jobs, Kills, Stops


def setUpModule():
    ComputeClusterTest.begin_cluster()


class KubernetesJobs(Jobs, ComputeClusterTest):
    def test_an_image_that_is_not_there(self):
        self.container = {"image": "localhost/nothing", "tag": "1"}
        self.start()
        _, status = self.failed_job(self.document(self.stage("true and true", [])), 41)
        self.assertIn("localhost/nothing:1", status["statusText"])
        self.assert_nothing_left()

    def test_a_helper_image_that_is_not_there(self):
        self.start()
        _, status = self.failed_job(self.document(self.stage("true and true", [])), 32, helper_image="localhost/nothing:2")
        self.assertIn("localhost/nothing:2", status["statusText"])
        self.assert_nothing_left()


class KubernetesStops(Stops, ComputeClusterTest):
    pass


class KubernetesKills(Kills, ComputeClusterTest):
    pass


if __name__ == "__main__":
    main()
