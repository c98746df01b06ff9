"""What tests of scripts with a Kubernetes cluster have in common. The module's `setUpModule` makes the cluster:

    def setUpModule():
        KubernetesTest.begin_cluster()
"""
import json
import os
import subprocess
import sys
import unittest

from agent_world import FORAGER, Scenario
from kubernetes_cluster import KubernetesCluster

PATIENCE = 180

PRELUDE = """
local forager = require "forager"
local k8s = forager.k8s
local function box(more)
  local options = { image = "IMAGE", pull = "never" }
  for name, value in pairs(more) do options[name] = value end
  return options
end
local function caught(f, ...)
  local ok, problem = pcall(f, ...)
  assert(not ok, "it went well")
  return { code = problem.code, message = problem.message, exit_code = problem.exit_code, status = problem.status, stdout = problem.stdout }
end
"""


class KubernetesTest(Scenario):
    """One cluster for all, and a namespace for each test."""

    cluster = None

    @classmethod
    def begin_cluster(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("pods need root")
        cls.cluster = unittest.enterModuleContext(KubernetesCluster())

    def setUp(self):
        super().setUp()
        self.runs = 0
        self.space = self.cluster.namespace()
        self.addCleanup(self.cluster.forget, self.space)
        admin = self.cluster.certificate("admin")
        self.environment |= {"KUBECONFIG": str(self.cluster.kubeconfig(self.space, admin, self.space))}

    def filled(self, text):
        return (PRELUDE + text).replace("IMAGE", self.cluster.IMAGE).replace("FOLDER", str(self.folder))

    def begin(self, text):
        self.runs += 1
        path = self.folder / f"script{self.runs}.lua"
        path.write_text(self.filled(text))
        run = subprocess.Popen([FORAGER, "run", "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, cwd=self.folder, env=self.environment)
        self.addCleanup(self.end, run)
        return run

    def end(self, run):
        run.kill()
        run.communicate()

    def document(self, run):
        out, err = run.communicate(timeout=PATIENCE)
        self.assertTrue(out, err)
        return json.loads(out)

    def returned(self, text):
        document = self.document(self.begin(text))
        self.assertTrue(document["ok"], document)
        return document.get("result")

    def failure(self, text):
        document = self.document(self.begin(text))
        self.assertFalse(document["ok"], document)
        return document["error"]

    def at(self, resource, name="", group="/api/v1"):
        return f"{group}/namespaces/{self.space}/{resource}" + (f"/{name}" if name else "")

    def objects(self, group, resource):
        return self.cluster.objects(f"{group}/namespaces/{self.space}/{resource}")

    def pods(self):
        return self.objects("/api/v1", "pods")

    def jobs(self):
        return self.objects("/apis/batch/v1", "jobs")

    def assert_no_jobs(self):
        self.until(lambda: not self.jobs() and not self.pods(), "the jobs to go")

    def share(self, claim):
        """A folder of this machine that pods can mount by this claim."""
        folder = self.folder / claim
        folder.mkdir()
        folder.chmod(0o777)
        volume = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": ""}
        self.cluster.ask("POST", "/api/v1/persistentvolumes",
                         {"metadata": {"name": f"{self.space}-{claim}"}, "spec": {**volume, "hostPath": {"path": str(folder)}}})
        self.addCleanup(self.cluster.ask, "DELETE", f"/api/v1/persistentvolumes/{self.space}-{claim}")
        self.cluster.ask("POST", self.at("persistentvolumeclaims"), {
            "metadata": {"name": claim}, "spec": {"accessModes": volume["accessModes"], "storageClassName": "",
                                                  "volumeName": f"{self.space}-{claim}",
                                                  "resources": {"requests": volume["capacity"]}}})
        self.until(lambda: self.phase_of(claim) == "Bound", "the claim to be bound")  # without it pods wait, for seconds
        return folder

    def phase_of(self, claim):
        return self.cluster.ask("GET", self.at("persistentvolumeclaims", claim))["status"].get("phase")

    def run_box(self, name="box", **spec):
        """A pod that waits to be used."""
        container = {"name": "main", "image": self.cluster.IMAGE, "imagePullPolicy": "Never",
                     "command": ["sh", "-c", "trap exit TERM; while :; do sleep 1; done"]}
        self.cluster.ask("POST", f"/api/v1/namespaces/{self.space}/pods",
                         {"metadata": {"name": name}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 0, **spec}})
        self.cluster.await_phase(self.space, name, "Running")
