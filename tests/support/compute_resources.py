"""Workflow resources of a cluster, and agents that pick them up. Used by compute_watcher_test."""
import json
import pathlib
import shutil

import agent_world
from kubernetes_api import Refused
from kubernetes_cluster import KubernetesCluster

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts" / "workflows"
GROUP, KIND = "oceanprotocol.com", "WorkFlow"
RESOURCE = f"workflows.{GROUP}"
LEASE = 12  # seconds


def definition(has_status=True):
    """What `kubectl apply` takes before the first resource."""
    open_object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1alpha", "served": True, "storage": True,
               "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": open_object, "status": open_object}}}}
    if has_status:
        version["subresources"] = {"status": {}}
        version["additionalPrinterColumns"] = [
            {"name": "Status", "type": "integer", "jsonPath": ".status.status"},
            {"name": "Text", "type": "string", "jsonPath": ".status.statusText"}]
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": RESOURCE},
            "spec": {"group": GROUP, "scope": "Namespaced", "versions": [version],
                     "names": {"plural": "workflows", "singular": "workflow", "kind": KIND}}}


class Watcher(agent_world.Scenario):
    """One more agent, with a folder and a state of its own."""

    def __init__(self, environment):
        super().__init__("launch")
        self.more = environment

    def setUp(self):
        super().setUp()
        shutil.copy(SCRIPTS / "compute-watcher.lua", self.scripts)
        shutil.copytree(SCRIPTS / "compute-watcher", self.scripts / "compute-watcher")
        self.environment |= self.more


class Resources:
    """Mixed into a ComputeTest with a cluster; `space` is the resources' namespace."""

    def define(self, has_status=True):
        """Makes it the definition, whatever an earlier test has left."""
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{RESOURCE}"
        if self.cluster.exists(path):
            if ("subresources" in self.cluster.ask("GET", path)["spec"]["versions"][0]) == has_status:
                return
            self.cluster.ask("DELETE", path)
            self.until(lambda: not self.cluster.exists(path), "the definition to go")
        self.cluster.ask("POST", path.rsplit("/", 1)[0], definition(has_status))
        self.until(self.is_served, "the resource to be served")

    def is_served(self):
        try:
            return self.cluster.exists(self.workflows())
        except Refused as refused:
            self.assertEqual(refused.status, 429)  # "storage is (re)initializing"
            return False

    def workflows(self, name=""):
        return f"/apis/{GROUP}/v1alpha/namespaces/{self.space}/workflows" + (f"/{name}" if name else "")

    def watcher(self, **environment):
        """An agent that picks up resources; it is begun."""
        agent = Watcher({"KUBECONFIG": self.environment["KUBECONFIG"], "COMPUTE_RESULTS": str(self.results), "COMPUTE_RUNTIME": self.runtime,
                         "COMPUTE_LEASE": str(LEASE), "COMPUTE_OPTIONS": json.dumps(
                             {"helper_image": KubernetesCluster.IMAGE, "storage_class": self.space}), **environment})
        agent.setUp()
        self.addCleanup(agent.doCleanups)
        agent.start()
        return agent

    def submit_resource(self, name, document):
        self.cluster.ask("POST", self.workflows(), {
            "apiVersion": f"{GROUP}/v1alpha", "kind": KIND, "metadata": {"name": name, "labels": {"workflow": name}},
            "spec": {"metadata": document}})

    def resource(self, name):
        return self.cluster.ask("GET", self.workflows(name))

    def status_of(self, name):
        return self.resource(name).get("status") or {}

    def await_final(self, name):
        ended = lambda: (status := self.status_of(name)).get("status") in (31, 32, 41, 42, 43, 61, 70) and status
        return self.until(ended, f"{name} to end; it is {self.status_of(name)}")

    def await_running(self, name):
        self.until(lambda: self.status_of(name).get("status") == 40 and self.jobs_of(name), f"{name} to run")

    def leases(self):
        return {one["metadata"]["ownerReferences"][0]["name"]: one["spec"] for one in
                self.cluster.objects(f"/apis/coordination.k8s.io/v1/namespaces/{self.space}/leases")}

    def jobs_of(self, name):
        return [one for one in self.cluster.objects(f"/apis/batch/v1/namespaces/{self.space}/jobs")
                if [owner["name"] for owner in one["metadata"].get("ownerReferences", [])] == [name]]

    def remove_resource(self, name):
        try:
            self.cluster.ask("DELETE", self.workflows(name))
        except Refused as refused:
            self.assertEqual(refused.status, 404)
