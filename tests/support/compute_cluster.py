"""Compute jobs in a cluster: what their tests have in common. The module's `setUpModule` makes the cluster:

    def setUpModule():
        ComputeClusterTest.begin_cluster()
"""
import os
import pathlib
import tempfile
import unittest

import agent_world
from compute_world import ComputeTest
from kubernetes_cluster import KubernetesCluster

VOLUMES = 4
agent_world.PATIENCE = 120  # pods take their time


class ComputeClusterTest(ComputeTest):
    """One cluster for all, and a namespace with volumes for each test."""

    runtime = "kubernetes"
    container = dict(zip(("image", "tag"), KubernetesCluster.IMAGE.split(":")))
    cluster = None

    @classmethod
    def begin_cluster(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("pods need root")
        cls.cluster = unittest.enterModuleContext(KubernetesCluster())

    def setUp(self):
        super().setUp()
        self.space = self.cluster.namespace()
        self.addCleanup(self.cluster.forget, self.space)
        admin = self.cluster.certificate("admin")
        self.environment |= {"KUBECONFIG": str(self.cluster.kubeconfig(self.space, admin, self.space))}
        self.volumes = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for number in range(VOLUMES):
            self.make_volume(number)

    def make_volume(self, number):
        """A folder of this machine, which its claim's name leads to."""
        folder = self.volumes / str(number)
        folder.mkdir()
        name = f"{self.space}-{number}"
        self.cluster.ask("POST", "/api/v1/persistentvolumes", {
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
            "spec": {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": self.space,
                     "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": str(folder)}}})
        self.addCleanup(self.cluster.ask, "DELETE", f"/api/v1/persistentvolumes/{name}")

    def keywords(self, document, **more):
        asked = {"helper_image": KubernetesCluster.IMAGE, "storage_class": self.space}
        return super().keywords(document, **{**asked, **more})

    def open_area(self):
        """In all stages: which volume a claim has got is the cluster's choice."""
        for path in self.volumes.glob("*/outputs"):
            if self.is_claimed(path):
                (path.parent / "gate").touch()

    def is_claimed(self, path):
        name = f"{self.space}-{path.parent.name}"
        return self.cluster.ask("GET", f"/api/v1/persistentvolumes/{name}")["status"]["phase"] == "Bound"

    def of(self, resource, group="api/v1"):
        return [one["metadata"]["name"] for one in
                self.cluster.objects(f"/{group}/namespaces/{self.space}/{resource}")]

    def await_algorithm_s_end(self):
        ended = lambda one: one.get("status", {}).get("succeeded")
        self.until(lambda: any(map(ended, self.cluster.objects(f"/apis/batch/v1/namespaces/{self.space}/jobs"))),
                   "the algorithm to end")

    def assert_nothing_left(self):
        super().assert_nothing_left()
        left = lambda: [*self.of("pods"), *self.of("persistentvolumeclaims"), *self.of("jobs", "apis/batch/v1")]
        self.until(lambda: not left(), "the objects to be gone")
