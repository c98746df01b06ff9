#!/usr/bin/env python3
"""What functions do in a Kubernetes cluster with real pods: kubernetes_work_test.py PROGRAM."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).absolute()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from kubernetes_cluster import KubernetesCluster
from premises import until

cluster = None
PATIENCE = 240


def setUpModule():
    global cluster
    if os.geteuid() != 0:
        raise unittest.SkipTest("pods need root")
    cluster = unittest.enterModuleContext(KubernetesCluster())


class Work(unittest.TestCase):
    def setUp(self):
        self.space = cluster.namespace()
        self.config = cluster.admin
        self.addCleanup(cluster.forget, self.space)

    def call(self, *words, expected=0):
        """The lines, and the value or the error."""
        environment = {**os.environ, "KUBECONFIG": str(self.config), "FORAGER_SPACE": self.space}
        words = [word if isinstance(word, str) else json.dumps(word) for word in words]
        done = subprocess.run([PROGRAM, *words], env=environment, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        *lines, last = done.stdout.splitlines()
        return [line.removeprefix("line ") for line in lines], json.loads(last)

    def value(self, *words):
        return self.call(*words)[1]

    def error(self, *words):
        return self.call(*words, expected=1)[1]

    def box(self, **more):
        return {"image": cluster.IMAGE, "pull": "never", **more}

    def objects(self, group, resource):
        return cluster.objects(f"{group}/namespaces/{self.space}/{resource}")

    def assert_no_jobs(self):
        until(lambda: not self.objects("/apis/batch/v1", "jobs") and not self.objects("/api/v1", "pods"), lambda: "a job is left")

    def test_a_deployment_is_made_scaled_seen_and_removed(self):
        self.value("deploy", self.box(name="web", command="echo hello $A; exec sleep 100", replicas=2, env={"A": "you"}))
        self.value("wait_ready", "web", {"timeout": "60s"})
        self.assertEqual(len(self.value("list", "pods", {"deployment": "web"})), 2)
        self.value("scale", "web", "1")
        self.assertEqual(self.value("wait_ready", "web", {"timeout": "60s"})["status"]["readyReplicas"], 1)
        self.value("deploy", self.box(name="web", command="echo again; exec sleep 100", replicas=2))
        self.value("wait_ready", "web", {"timeout": "60s"})
        pods = self.value("list", "po", {"deployment": "web", "fields": {"status.phase": "Running"}})
        alive = [pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]
        self.assertEqual(self.value("logs", alive[0], {"tail": 1}), "again\n")
        self.assertEqual(self.value("delete", "deploy", "web", {"wait": True, "propagation": "foreground", "grace": 0}), True)
        self.assertEqual(self.value("delete", "deploy", "web"), False)
        self.assertIsNone(self.value("get", "deployments", "web"))

    def test_a_deployment_that_does_not_get_ready_says_why(self):
        self.value("deploy", self.box(name="bad", image="localhost/none:1"))
        problem = self.error("wait_ready", "bad", {"timeout": "4s"})
        self.assertEqual(problem["code"], "timed_out")
        self.assertRegex(problem["message"], "^after 4 s of deployment 'bad' 0 of 1 pods are ready: container bad: ErrImageNeverPull")
        self.value("deploy", self.box(name="far", node={"disk": "none"}))
        self.assertRegex(self.error("wait_ready", "far", {"timeout": "3s"})["message"], "Unschedulable: 0/1 nodes are available")
        self.assertEqual(self.error("wait_ready", "none")["code"], "not_found")

    def test_a_job_runs_once_and_leaves_nothing(self):
        lines, done = self.call("job", self.box(command=["sh", "-c", "echo one; echo two >&2; printf $A"], env={"A": "three"}))
        self.assertEqual(sorted(lines), ["one", "three", "two"])  # two pipes: their order is the kubelet's
        self.assertEqual((done["stdout"].split(), done["code"]), (lines, 0))
        self.assert_no_jobs()

    def test_a_job_that_fails_is_an_error_with_its_status_and_words(self):
        problem = self.error("job", self.box(command="echo broken; exit 3"))
        self.assertEqual((problem["code"], problem["exit_code"], problem["stdout"]), ("exit", 3, "broken\n"))
        self.assertRegex(problem["message"], "ended with status 3: broken")
        self.assertEqual(self.value("job", self.box(command="exit 3", check=False))["code"], 3)
        self.assert_no_jobs()

    def test_a_job_that_cannot_begin_or_takes_too_long_is_told_and_gone(self):
        self.assertRegex(self.error("job", self.box(image="localhost/none:1", command="true"))["message"],
                         "cannot begin: container job: ErrImageNeverPull")
        late = self.error("job", self.box(command="echo begun; sleep 60", timeout="5s"))
        self.assertEqual((late["code"], late["stdout"]), ("timed_out", "begun\n"))
        self.assert_no_jobs()

    def test_objects_of_any_kind_are_applied_watched_and_refused_in_the_servers_words(self):
        thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"key": "a"}}
        self.value("apply", thing)
        self.value("apply", {**thing, "metadata": {"name": "n"}})
        self.assertEqual(self.call("watch", "configmaps", {"name": "m"}, "1")[0], ["added m"])
        wrong = self.error("apply", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {}})
        self.assertEqual((wrong["code"], wrong["reason"]), ("bad_arguments", "Invalid"))
        self.assertRegex(wrong["message"], "^Kubernetes: .*spec.selector: Required value")
        self.assertEqual(self.error("list", "widgits")["code"], "not_found")
        self.assertEqual(self.error("apply", {**thing, "kind": "Widget"})["code"], "not_found")

    def test_who_may_not_is_told_what(self):
        self.config = cluster.user
        problem = self.error("list", "pods")
        self.assertEqual((problem["code"], problem["reason"]), ("refused", "Forbidden"))
        self.assertRegex(problem["message"], 'User "forager" cannot list resource "pods"')


if __name__ == "__main__":
    unittest.main()
