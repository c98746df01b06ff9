#!/usr/bin/env python3
"""The functions of the family k8s in a cluster with real pods, as anybody calls them: kubernetes_functions_test.py FORAGER."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).absolute()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from kubernetes_cluster import KubernetesCluster, processes_of
from premises import until

cluster = None
PATIENCE = 240


def setUpModule():
    global cluster
    if os.geteuid() != 0:
        raise unittest.SkipTest("pods need root")
    cluster = unittest.enterModuleContext(KubernetesCluster())


class Calls(unittest.TestCase):
    def setUp(self):
        self.space = cluster.namespace()
        self.addCleanup(cluster.forget, self.space)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder.name, "KUBECONFIG": str(cluster.admin),
                            "FORAGER_KUBERNETES_NAMESPACE": self.space,
                            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}

    def begin(self, function, *args, **kwargs):
        keywords = [word for name, value in kwargs.items() for word in ("--kw", f"{name.replace('__', '-')}={json.dumps(value)}")]
        return subprocess.Popen([PROGRAM, "call", f"k8s.{function}", *map(json.dumps, args), *keywords, "--json"],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def call(self, function, *args, **kwargs):
        """The document, and what was said meanwhile."""
        with self.begin(function, *args, **kwargs) as program:
            out, said = program.communicate(timeout=PATIENCE)
        self.assertIn(program.returncode, (0, 1), out + said)
        document = json.loads(out)
        self.assertEqual(document["ok"], program.returncode == 0, out)
        return document, said

    def gives(self, function, *args, **kwargs):
        document, said = self.call(function, *args, **kwargs)
        self.assertTrue(document["ok"], document)
        return document["result"]

    def fails(self, function, *args, **kwargs):
        document, _ = self.call(function, *args, **kwargs)
        self.assertFalse(document["ok"], document)
        return document["error"]["message"]

    def objects(self, resource, group="/api/v1"):
        return cluster.objects(f"{group}/namespaces/{self.space}/{resource}")

    def deployment(self, name):
        return cluster.ask("GET", f"/apis/apps/v1/namespaces/{self.space}/deployments/{name}")

    def containers(self, name):
        return self.deployment(name)["spec"]["template"]["spec"]["containers"]


class Deployments(Calls):
    SLEEPING = {"command": ["sleep", "1000"]}

    def test_a_deployment_from_its_beginning_to_its_end(self):
        self.assertEqual(self.gives("get_deployments"), "[]")
        self.assertIsNone(self.gives("deploy", "web", 2, 2, False, cluster.IMAGE, wait=True, timeout="60s", **self.SLEEPING))
        self.assertEqual((self.gives("get_deployments"), self.gives("list", native=True)), ('["web"]', ["web"]))
        self.assertEqual((self.gives("get_scale", "web"), self.gives("pods", "web"), self.gives("pods")), (2, "2", "2"))
        names = json.loads(self.gives("get_pods", "web"))
        self.assertEqual(sorted(self.gives("get_pods", native=True)), sorted(names))
        self.assertEqual(self.gives("pods", deploymentname="web", native=True), 2)
        self.assertEqual(self.gives("get_containers", names[0]), '["executor-0","executor-1"]')
        self.assertEqual(self.gives("containers", podname=names[0]), 2)
        self.assertIsNone(self.gives("restart", names[0]))
        until(lambda: names[0] not in json.loads(self.gives("get_pods")), lambda: "the pod is still there")
        until(lambda: self.deployment("web")["status"].get("readyReplicas") == 2, lambda: "no other pod comes")
        self.assertIsNone(self.gives("scale", deploymentname="web", pods=3))
        self.assertEqual(self.gives("get_scale", "web"), 3)
        self.assertIsNone(self.gives("undeploy", "web", wait=True, timeout="60s"))
        self.assertEqual(self.gives("get_deployments"), "[]")
        until(lambda: not self.objects("pods"), lambda: "pods are left")

    def test_both_names_take_both_forms_and_both_spellings(self):
        self.gives("deploy_executor", "a", 1, 1, False, cluster.IMAGE)
        self.gives("deploy_executor", deployment_name="b", pods=1, executors_per_pod=1, ramdisk=False, image=cluster.IMAGE)
        self.gives("deploy", deploymentname="c", pods=1.0, executorperpod=1, ramdisk=False, dockerimage=cluster.IMAGE)
        self.assertEqual(json.loads(self.gives("list")), ["a", "b", "c"])
        labels = [self.deployment(name)["spec"]["selector"]["matchLabels"] for name in "abc"]
        self.assertEqual([one.pop("forager.deployment") for one in labels], ["a", "b", "c"])
        self.assertEqual(labels, [{"app": "executor"}] * 3)

    def test_what_the_containers_see(self):
        self.environment |= {"COLONIES_SERVER_HOST": "colony.example.org", "COLONIES_SERVER_PORT": "8080", "COLONIES_TLS": "false",
                             "COLONIES_COLONY_NAME": "lab", "COLONIES_COLONY_PRVKEY": "1" * 64}
        self.gives("deploy", "web", 1, 1, True, cluster.IMAGE, command="env; df /ramdisk; exec sleep 1000", ramdisk_size="8Mi",
                   env={"OWN": "a \"b\" $c: {d}"}, secrets={"COLONIES_PRVKEY": "hidden", "OTHER": "x"}, memory="32Mi",
                   wait=True, timeout="60s")
        [pod] = json.loads(self.gives("get_pods", "web"))
        lines = self.gives("get_output", pod)
        for line in ("COLONIES_SERVER_HOST=colony.example.org", "COLONIES_SERVER_PORT=8080", "COLONIES_TLS=false",
                     "COLONIES_COLONY_ID=lab", f"PODNAME={pod}", 'OWN=a "b" $c: {d}', "COLONIES_PRVKEY=hidden", "OTHER=x"):
            self.assertIn(line + "\n", lines)
        self.assertRegex(lines, r"tmpfs +8192 ")
        self.assertNotIn("1" * 64, lines)  # nobody hands out the colony owner's key
        self.assertEqual(self.gives("get_output", podname=pod, container="executor-0", tail=1), lines.splitlines(True)[-1])
        # It stands in a secret that belongs to the Deployment, and nowhere else.
        self.assertNotIn("hidden", json.dumps([self.deployment("web"), self.objects("pods")]))
        [secret] = self.objects("secrets")
        self.assertEqual(sorted(secret["data"]), ["COLONIES_PRVKEY", "OTHER"])
        [container] = self.containers("web")
        self.assertEqual(container["resources"]["limits"], {"memory": "32Mi"})
        self.assertNotIn("imagePullSecrets", self.deployment("web")["spec"]["template"]["spec"])
        self.gives("undeploy", "web")
        until(lambda: not self.objects("secrets") and not self.objects("pods"), lambda: "something is left")

    def test_what_cannot_be_made_leaves_nothing(self):
        self.gives("deploy", "web", 0, 1, False, cluster.IMAGE)
        self.assertRegex(self.fails("deploy", "web", 1, 1, False, cluster.IMAGE, secrets={"A": "b"}),
                         '^Failed to create deployment: Kubernetes: .*"web" already exists')
        self.assertRegex(self.fails("deploy", "other", 1, 1, False, cluster.IMAGE, secrets={"not a key": "b"}),
                         "^Failed to create deployment: Kubernetes: .*not a key")
        self.assertRegex(self.fails("deploy", "No Name", 1, 1, False, cluster.IMAGE), "^Failed to create deployment: .*No Name")
        self.assertRegex(self.fails("deploy", "web2", 1, 0, False, cluster.IMAGE), "^Failed to create deployment: .*1 to 100")
        self.assertEqual((self.gives("list"), self.objects("secrets")), ('["web"]', []))

    def test_one_that_does_not_get_ready_says_why(self):
        error = self.fails("deploy", "web", 1, 1, False, "localhost/none:1", pull="never", wait=True, timeout="4s")
        self.assertRegex(error, "^Failed to create deployment: after 4 s .*0 of 1 pods are ready: .*ErrImageNeverPull")
        self.assertEqual(self.gives("get_scale", "web"), 1)  # it is there, for who looks for the reason

    def test_upstreams_refusals(self):
        for function, args in (("deploy", ()), ("deploy", ("a", 1, 1, False)), ("deploy", ("a", 1, 1, False, "i", "more")),
                               ("undeploy", ()), ("undeploy", ("a", "b")), ("get_deployments", ("a",)), ("list", ("a",)), ("scale", ("a",)),
                               ("get_scale", ()), ("get_pods", ("a", "b")), ("pods", ("a", "b")), ("get_containers", ()),
                               ("containers", ()), ("restart", ()), ("get_output", ())):
            self.assertRegex(self.fails(function, *args), "^Invalid argument: ")
        good = ["a", 1, 1, False, "i"]
        for index, wrong, words in ((0, 7, "deploymentName is not a string"), (1, "1", "pods is not a int"), (2, None, "executors is not a int"),
                                    (3, "yes", "ramdisk is not a bool"), (4, ["i"], "dockerImage is not a string")):
            self.assertRegex(self.fails("deploy", *good[:index], wrong, *good[index + 1:]), f"^Invalid argument, {words}")
        self.assertRegex(self.fails("restart", 7), "^Invalid argument, deploymentName is not a string")
        self.assertRegex(self.fails("containers", 7), "^Invalid argument, podname is not a string")
        self.assertRegex(self.fails("scale", "a", True), "^Invalid argument, pods is not a int")
        self.assertRegex(self.fails("scale", deploymentname="a", pod=1), "^Invalid argument: .*did you mean 'pods'")
        for function, args in (("undeploy", ("none",)), ("get_scale", ("none",)), ("scale", ("none", 1)), ("get_pods", ("none",)),
                               ("pods", ("none",)), ("get_containers", ("none",)), ("containers", ("none",)), ("get_output", ("none",))):
            self.assertRegex(self.fails(function, *args), '^Failed to create k8s handler: Kubernetes: .*"none" not found')
        self.assertRegex(self.fails("restart", "none"), '^Failed to restart pod: Kubernetes: pods "none" not found')
        self.assertEqual(self.fails("scale", deploymentname="none", pods=-1),
                         "Failed to create k8s handler: replicas must be from 0 to 2147483647, not -1")

    def test_a_pod_without_a_controller_is_not_removed(self):
        path = f"/api/v1/namespaces/{self.space}/pods"
        cluster.ask("POST", path, {"metadata": {"name": "alone"}, "spec": {"containers": [{"name": "c", "image": cluster.IMAGE}]}})
        self.assertRegex(self.fails("restart", "alone"), "^Failed to restart pod: pod 'alone' has no controller")
        self.assertTrue(cluster.exists(f"{path}/alone"))

    def test_a_cluster_that_forbids_or_is_not_there(self):
        self.environment["KUBECONFIG"] = str(cluster.user)
        self.assertRegex(self.fails("pods"), '^Failed to create k8s handler: Kubernetes: .*User "forager" cannot list resource "pods"')
        self.assertRegex(self.fails("deploy", "a", 1, 1, False, "i"), "^Failed to create deployment: Kubernetes: .*cannot create")
        self.environment["KUBECONFIG"] = str(cluster.kubeconfig("away", {"token": "x"}, server="https://127.0.0.1:9"))
        self.assertRegex(self.fails("pods"), "^Failed to create k8s handler: .*127.0.0.1:9")
        self.environment["KUBECONFIG"] = "/nowhere/config"
        self.assertRegex(self.fails("pods"), "^Failed to create k8s handler: .*/nowhere/config")
        # Who may make Deployments and no secrets is told, and has neither.
        cluster.allow(self.space, {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"]})
        self.environment["KUBECONFIG"] = str(cluster.user)
        self.assertRegex(self.fails("deploy", "a", 1, 1, False, "i", secrets={"A": "b"}), "cannot create resource .secrets")
        until(lambda: self.gives("list") == "[]", lambda: "the Deployment is still there")


class Execute(Calls):
    def begin_execute(self, cmd, **kwargs):
        return self.begin("execute", **{"docker__image": cluster.IMAGE, "cmd": cmd, **kwargs})

    def execute(self, cmd, **kwargs):
        document, said = self.call("execute", **{"docker__image": cluster.IMAGE, "cmd": cmd, **kwargs})
        return document.get("error", {}).get("message"), said

    def heard(self, program, words):
        for line in program.stderr:
            if words in line:
                return line
        self.fail(f"it ended without a word of '{words}'")

    def jobs(self):
        return self.objects("jobs", "/apis/batch/v1")

    def assert_nothing_left(self):
        until(lambda: not self.jobs() and not self.objects("pods"), lambda: "something is left")

    def test_a_command_runs_once_and_is_gone(self):
        error, said = self.execute("echo \"it's\" '$HOME'", args=["{processid};", "echo", "two", ">&2;", "printf", "last"],
                                   init__cmd="echo first")
        self.assertIsNone(error)
        lines = said.splitlines()
        lines.remove("two")  # of another pipe than the rest: its place among them is the kubelet's
        first, second, last = lines
        self.assertEqual((first, last), ("first", "last"))
        self.assertRegex(second, "^it's [$]HOME [0-9a-f]+$")
        self.assert_nothing_left()

    def test_how_it_ended_badly(self):
        self.assertEqual(self.execute("echo words; exit 3")[0],
                         "ContainerExecutor: Exit with an error, exit code = 3: Failed to execute process")
        self.assertEqual(self.execute("head -c 200m /dev/zero | tail", memory="16Mi")[0],
                         "ContainerExecutor: OOMKilled, exit code = 137: Failed to execute process")
        self.assertRegex(self.execute("true", docker__image="localhost/none:1", pull="never")[0],
                         "^ContainerExecutor: job '.*' cannot begin: container job: ErrImageNeverPull.*: Failed to execute process$")
        self.assertRegex(self.execute("true", docker__image="127.0.0.1:9/none:1")[0], "cannot begin: container job: ImagePullBackOff.*127.0.0.1:9/none:1")
        self.assertRegex(self.execute("true", memory="many")[0], "^ContainerExecutor: Kubernetes: .*: Failed to execute process$")
        self.assert_nothing_left()

    def test_bad_input(self):
        for kwargs, words in (({"docker__image": 7}, "Failed to parse docker image flag"), ({"cmd": ""}, "Failed to parse cmd kwarg"),
                              ({"args": "x"}, "'args' must be a list"), ({"nodes": 1}, "did you mean 'node'"),
                              ({"fs": {"mount": "/", "dirs": [{"label": "/l", "dir": "d"}]}}, r"\[kubernetes\] volume")):
            self.assertRegex(self.execute(**{"cmd": "true", **kwargs})[0], f"^ContainerExecutor: .*{words}.*: Failed to execute process$")
        self.assertEqual(self.jobs(), [])

    def test_one_that_finds_no_place_says_so_and_ends_when_it_is_interrupted(self):
        program = self.begin_execute("true", node={"disk": "none"})
        until(self.jobs, lambda: "no job")
        self.assertRegex(self.heard(program, "Unschedulable"), "kubernetes: job '.*' has not begun: Unschedulable: 0/1 nodes are available")
        program.send_signal(signal.SIGINT)
        self.assertEqual(program.wait(PATIENCE), 130)
        program.communicate()
        self.assert_nothing_left()

    def test_an_interrupt_ends_what_runs(self):
        program = self.begin_execute("sleep 86401")
        until(lambda: processes_of("86401"), lambda: "it does not run")
        program.send_signal(signal.SIGTERM)
        self.assertEqual(program.wait(PATIENCE), 143)
        program.communicate()
        self.assertEqual(self.jobs(), [])
        until(lambda: not processes_of("86401"), lambda: "it still runs")
        self.assert_nothing_left()

    def test_a_pod_that_is_evicted_is_told(self):
        little = {"type": "Container", "default": {"ephemeral-storage": "1Mi"}}
        cluster.ask("POST", f"/api/v1/namespaces/{self.space}/limitranges", {"metadata": {"name": "little"}, "spec": {"limits": [little]}})
        error, _ = self.execute("head -c 20m /dev/zero >/tmp/much; sleep 86414")
        self.assertRegex(error, "^ContainerExecutor: job '.*' ended: Evicted: .*ephemeral.*: Failed to execute process$")
        self.assert_nothing_left()

    def test_an_interrupt_while_the_api_server_is_away(self):
        program = self.begin_execute("sleep 86411")
        until(lambda: processes_of("86411"), lambda: "it does not run")
        cluster.kill_api()
        program.send_signal(signal.SIGTERM)
        cluster.start_api()
        self.assertEqual(program.wait(PATIENCE), 143)
        program.communicate()
        self.assertIsNone(self.execute("true")[0])  # takes away what could not be removed, where it took too long
        until(lambda: not processes_of("86411"), lambda: "it still runs")
        self.assert_nothing_left()

    def test_the_api_server_is_away_for_a_while(self):
        program = self.begin_execute("echo begun; sleep 86412; echo ended; exit 4")
        self.heard(program, "begun")
        until(lambda: processes_of("86412"), lambda: "it does not run")
        cluster.kill_api()
        cluster.start_api()
        for process in processes_of("86412"):
            os.kill(int(process), signal.SIGKILL)
        out, said = program.communicate(timeout=PATIENCE)
        self.assertEqual(json.loads(out)["error"]["message"],
                         "ContainerExecutor: Exit with an error, exit code = 4: Failed to execute process")
        self.assertEqual(said.splitlines().count("ended"), 1)  # "Killed" comes by another pipe, before it or after
        self.assert_nothing_left()

    def test_what_a_killed_program_leaves_is_gone_with_the_next_one(self):
        program = self.begin_execute("sleep 86402")
        until(lambda: processes_of("86402"), lambda: "it does not run")
        beside = self.begin_execute("sleep 86403")
        until(lambda: processes_of("86403"), lambda: "it does not run")
        program.kill()
        program.communicate()
        self.assertEqual(len(self.jobs()), 2)
        self.assertIsNone(self.execute("true")[0])
        self.assertEqual((processes_of("86402"), len(self.jobs())), ([], 1))  # the one beside is nobody's leftover
        self.assertTrue(processes_of("86403"))
        beside.send_signal(signal.SIGTERM)
        beside.communicate()
        self.assert_nothing_left()

    def test_a_pod_that_is_removed_under_it_is_told(self):
        program = self.begin_execute("sleep 86404")
        until(lambda: processes_of("86404"), lambda: "it does not run")
        [pod] = self.objects("pods")
        cluster.ask("DELETE", f"/api/v1/namespaces/{self.space}/pods/{pod['metadata']['name']}")
        out, _ = program.communicate(timeout=PATIENCE)
        self.assertRegex(json.loads(out)["error"]["message"], "^ContainerExecutor: .*: Failed to execute process$")
        self.assert_nothing_left()

    def test_a_quota_that_allows_no_pod_is_told(self):
        cluster.ask("POST", f"/api/v1/namespaces/{self.space}/resourcequotas", {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
        until(lambda: cluster.objects(f"/api/v1/namespaces/{self.space}/resourcequotas")[0].get("status", {}).get("hard"), lambda: "no quota")
        program = self.begin_execute("true")
        self.assertRegex(self.heard(program, "has not begun"), "has not begun: FailedCreate: .*exceeded quota: none")
        program.send_signal(signal.SIGINT)
        program.communicate()
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
