#!/usr/bin/env python3
"""The Kubernetes client against a real cluster: kubernetes_client_test.py PROGRAM. What no fault is needed for is in the
program."""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).absolute()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from fault_proxy import BlindProxy
from kubernetes_api import Authority, KubernetesApi
from kubernetes_cluster import KubernetesCluster
from redis_server import free_port

cluster = None
PATIENCE = 240


def setUpModule():
    global cluster
    kind = KubernetesCluster if os.geteuid() == 0 else KubernetesApi
    cluster = unittest.enterModuleContext(kind())


class ClusterTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.space = cluster.namespace()
        self.more = {}
        self.addCleanup(cluster.forget, self.space)

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(cluster.premises.logs()[-6000:], file=sys.stderr)
        return result

    def begin(self, *words, config=None):
        environment = {**os.environ, "KUBECONFIG": str(config or cluster.admin), "FORAGER_SPACE": self.space, **self.more}
        process = subprocess.Popen([PROGRAM, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, bufsize=1)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def said(self, *words, config=None, expected=0):
        process = self.begin(*words, config=config)
        output, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, expected, output)
        return output

    def proxied(self):
        """A proxy in front of the API server, and a kubeconfig that goes through it."""
        proxy = self.enterContext(BlindProxy(cluster.ports["api"], free_port()))
        return proxy, cluster.kubeconfig(f"{self.space}-proxied", {"token": cluster.ADMIN_TOKEN},
                                         server=f"https://127.0.0.1:{proxy.port}")

    def path(self, name=""):
        return f"/api/v1/namespaces/{self.space}/configmaps" + (f"/{name}" if name else "")

    def put(self, name, value="a"):
        cluster.ask("POST", self.path(), {"metadata": {"name": name, "labels": {"part": "test"}}, "data": {"key": value}})

    def drop(self, name):
        cluster.ask("DELETE", self.path(name))


class Calls(ClusterTest):
    def test_every_call_means_what_it_says(self):
        self.said()


class WhoAsks(ClusterTest):
    def get(self, config, expected=0):
        return self.said("get", "configmaps", "one", config=config, expected=expected)

    def setUp(self):
        super().setUp()
        self.put("one")

    def config(self, user, **more):
        return cluster.kubeconfig(f"{self.space}-{len(more)}", user, **more)

    def test_a_user_without_rights_is_told_what_he_lacks_and_may_with_them(self):
        self.assertRegex(self.get(cluster.user, 1), '403 Kubernetes: configmaps "one" is forbidden')
        cluster.allow(self.space, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]})
        self.assertEqual(json.loads(self.get(cluster.user))["data"], {"key": "a"})

    def test_a_wrong_token_is_refused(self):
        self.assertRegex(self.get(self.config({"token": "nonsense"}), 1), "401 Kubernetes: Unauthorized")

    def test_an_authority_that_did_not_sign_is_not_believed(self):
        stranger = Authority(self.folder)
        config = self.config({"token": cluster.ADMIN_TOKEN}, **{"certificate-authority": str(stranger.file)})
        self.assertRegex(self.get(config, 1), "the certificate of 127.0.0.1:.* is signed by CN ?= ?test-ca")

    def test_a_certificate_inside_of_the_kubeconfig_serves_as_well(self):
        files = cluster.certificate("admin")
        inside = {f"{name}-data": base64.b64encode(pathlib.Path(path).read_bytes()).decode() for name, path in files.items()}
        self.assertIn('"key":"a"', self.get(self.config(inside)))

    def test_a_name_that_the_certificate_is_not_for_is_refused_unless_it_is_said(self):
        here = cluster.url.replace("127.0.0.1", "localhost")
        config = self.config({"token": cluster.ADMIN_TOKEN}, server=here, **{"tls-server-name": "elsewhere"})
        self.assertRegex(self.get(config, 1), "and not for this host")
        config = self.config({"token": cluster.ADMIN_TOKEN}, server=here, **{"tls-server-name": "kubernetes.default.svc"})
        self.assertIn('"key":"a"', self.get(config))

    def test_a_program_gives_credentials(self):
        program = self.folder / "login"
        answer = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
                  "status": {"token": cluster.ADMIN_TOKEN}}
        program.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
        program.chmod(0o755)
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}}
        self.assertIn('"key":"a"', self.get(self.config(user)))

    def test_the_account_of_a_pod_serves_without_a_kubeconfig(self):
        cluster.allow(self.space, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]},
                      to={"kind": "ServiceAccount", "name": "default", "namespace": self.space})
        path = f"/api/v1/namespaces/{self.space}/serviceaccounts/default/token"
        asked = cluster.ask("POST", path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
        (self.folder / "token").write_text(asked["status"]["token"])
        (self.folder / "namespace").write_text(self.space)
        (self.folder / "ca.crt").write_bytes(cluster.authority.file.read_bytes())
        self.more = {"KUBECONFIG": "", "FORAGER_SPACE": "", "FORAGER_ACCOUNT": str(self.folder),
                     "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(cluster.ports["api"])}
        self.assertIn('"key":"a"', self.said("get", "configmaps", "one"))


class Watching(ClusterTest):
    def setUp(self):
        super().setUp()
        self.proxy, config = self.proxied()
        self.watch = self.begin("watch", config=config)

    def heard(self):
        return self.watch.stdout.readline().strip()

    def test_no_event_is_missed_when_the_watch_is_cut_again_and_again(self):
        self.put("first")
        self.assertEqual(self.heard(), "added first a")
        for number in range(100):
            self.proxy.cut()
            name = f"n{number}"
            self.put(name)
            self.assertEqual(self.heard(), f"added {name} a")
            cluster.patch(self.path(name), {"data": {"key": "b"}})
            self.assertEqual(self.heard(), f"modified {name} b")
        for number in range(100):
            self.drop(f"n{number}")
        self.assertEqual({self.heard() for _ in range(100)}, {f"deleted n{number} b" for number in range(100)})
        self.put("end")
        self.assertEqual(self.heard(), "added end a")
        self.assertEqual(self.watch.wait(PATIENCE), 0)

    def test_what_happens_while_nobody_hears_is_told_afterwards(self):
        self.put("kept"), self.put("gone")
        self.assertEqual({self.heard(), self.heard()}, {"added kept a", "added gone a"})
        self.proxy.refuse()
        self.drop("gone")
        cluster.patch(self.path("kept"), {"data": {"key": "b"}})
        self.put("new")
        self.proxy.heal()
        self.assertEqual({self.heard() for _ in range(3)}, {"deleted gone a", "modified kept b", "added new a"})

    def test_a_server_that_begins_anew_and_one_that_falls_silent_are_borne(self):
        self.put("one")
        self.assertEqual(self.heard(), "added one a")
        cluster.kill_api()
        cluster.start_api()
        self.put("two")
        self.assertEqual(self.heard(), "added two a")
        self.proxy.stall()
        self.put("three")
        self.proxy.heal()
        self.assertEqual(self.heard(), "added three a")


@unittest.skipIf(os.geteuid() != 0, "pods need root")
class Pods(ClusterTest):
    def run_pod(self, name, command, **more):
        container = {"name": "c", "image": KubernetesCluster.IMAGE, "imagePullPolicy": "Never", "command": ["sh", "-c", command]}
        cluster.ask("POST", f"/api/v1/namespaces/{self.space}/pods",
                    {"metadata": {"name": name}, "spec": {"terminationGracePeriodSeconds": 1, "restartPolicy": "Never",
                                                          "containers": [container], **more}})

    def test_a_log_is_followed_from_before_the_beginning_to_the_end(self):
        self.run_pod("p", "for i in $(seq 200); do echo line $i; done; sleep 1; printf 'last words'")
        said = self.said("follow", "p")
        self.assertEqual(said.splitlines(), [*(f"line {i}" for i in range(1, 201)), "last words"])

    def test_a_log_goes_on_over_cuts_without_losing_or_repeating_a_line(self):
        proxy, config = self.proxied()
        self.run_pod("p", "for i in $(seq 60); do echo line $i; sleep 0.05; done")
        follower = self.begin("follow", "p", config=config)
        lines = []
        for line in follower.stdout:
            lines.append(line.strip())
            if len(lines) in (5, 20, 40):
                proxy.cut()
        self.assertEqual(lines, [f"line {i}" for i in range(1, 61)])

    def test_a_command_has_input_two_outputs_and_an_exit_code(self):
        self.run_pod("p", "exec sleep 100")
        cluster.await_phase(self.space, "p", "Running")
        said = self.said("exec", "p", "sh", "-c", "read x; echo got $x; echo bad >&2; printf '%s|' \"$@\"; exit 3", "x", "a b", "")
        self.assertEqual(said, "out: got input\na b||err: bad\ncode: 3\n")
        self.assertRegex(self.said("exec", "p", "nonsense", expected=1), "failed Kubernetes: .*nonsense")
        self.assertRegex(self.said("exec", "none", "true", expected=1), 'failed Kubernetes: pods "none" not found')


if __name__ == "__main__":
    unittest.main()
