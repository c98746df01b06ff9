#!/usr/bin/env python3
"""Replicas as pods of a real cluster: reconcile_kubernetes_test.py FORAGER."""
import os
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from kubernetes_cluster import processes_of
from kubernetes_test import KubernetesTest
from reconcile_case import LASTS, UID, ReconcileCase

NOWHERE = "127.0.0.1:9/nothing:1"


def setUpModule():
    KubernetesTest.begin_cluster()


class KubernetesReconcile(ReconcileCase, KubernetesTest):
    runtime = "kubernetes"
    dies_within = 5
    heals_within = 10  # a node looks at its containers once in a second, and takes another one for a pod's network

    def spec(self):
        return {"image": self.cluster.IMAGE, **super().spec()}

    def ours(self):
        return [pod for pod in self.pods() if pod["metadata"].get("labels", {}).get("forager.reconcile/name") == self.name]

    def replicas(self):
        return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in self.ours()}

    def running(self):
        return [pod["metadata"]["name"] for pod in self.ours()
                if pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]]

    def first_process(self, name):
        """On this machine: a pod's processes have its name as that of their host, and the first one's parent is not one of
        them. One of an earlier test's pod of the same name may still be about to end: the newest is meant."""
        mark, found = f"HOSTNAME={name}\0".encode(), {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes():
                    words = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                    found[int(folder.name)] = (int(words[1]), int(words[19]))
            except OSError:
                continue
        return max((born, process) for process, (parent, born) in found.items() if parent not in found)[1]

    def kill_replica(self, name):
        os.kill(self.first_process(name), signal.SIGKILL)

    def environment_of(self, name):
        words = pathlib.Path(f"/proc/{self.first_process(name)}/environ").read_bytes().decode().split("\0")
        return dict(word.split("=", 1) for word in words if word)

    def gate(self):
        folder = self.folder / "gate"
        folder.mkdir()
        return {"volumes": [{"source": str(folder), "target": "/gate"}]}, folder / "open", "/gate/open"

    def clear_replicas(self):
        """The namespace goes with all that is in it."""

    def secrets(self):
        return self.objects("/api/v1", "secrets")

    def pod(self, name):
        return self.cluster.ask("GET", self.at("pods", name))

    def remove_pod(self, name):
        self.cluster.ask("DELETE", self.at("pods", name))

    def delete(self):
        super().delete()
        self.assertEqual(self.secrets(), [])

    def troubles(self, status):
        return [one.get("trouble", "") for one in status["instances"]]

    # What only pods have

    def test_what_the_document_says_arrives(self):
        inside, kept = self.folder / "inside", self.share("kept")
        inside.mkdir()
        (inside / "file").write_text("from outside")
        script = f"{{ cat /in/file; id -u; pwd; touch /in/x || echo locked; }} >/kept/copy 2>/dev/null; {LASTS}"
        document = self.document(1, cpu="50m", memory="64Mi", user="7:8", cwd="/tmp", labels={"team": "a"}, **self.shell(script),
                                 volumes=[{"host": str(inside), "container": "/in", "readOnly": True},
                                          {"host": "kept", "container": "/kept", "readOnly": False}],
                                 ports=[{"container": 80, "host": 18080, "protocol": "tcp"}])
        inside.chmod(0o755)
        document["metadata"]["labels"] = {"crop": "oats"}
        document["metadata"]["namespace"] = "lab"  # the colony, and no namespace of the cluster
        self.write_document(document)
        self.begin_watching()
        status = self.converged(1)
        self.until(lambda: (kept / "copy").exists() and (kept / "copy").read_text().count("\n") == 3, "what the replica saw")
        self.assertEqual((kept / "copy").read_text(), "from outside7\n/tmp\nlocked\n")
        pod = self.pod(self.replica(0))
        [container] = pod["spec"]["containers"]
        self.assertEqual((pod["spec"]["restartPolicy"], pod["spec"]["terminationGracePeriodSeconds"]), ("Never", 2))
        amounts = {"cpu": "50m", "memory": "64Mi"}
        self.assertEqual({name: {**container["resources"][name], "memory": "64Mi"} for name in ("requests", "limits")},
                         {"requests": amounts, "limits": amounts})
        self.assertEqual(container["ports"], [{"containerPort": 80, "hostPort": 18080, "protocol": "TCP"}])
        labels, notes = pod["metadata"]["labels"], pod["metadata"]["annotations"]
        expected = {"crop": "oats", "team": "a", "colonies.deployment": self.name, "colonies.managed": "true",
                    "colonies.generation": str(status["generation"]), "forager.reconcile/origin": "",
                    "forager.reconcile/kind": "ExecutorDeployment", "forager.reconcile/name": self.name,
                    "forager.reconcile/id": UID, "forager.reconcile/replica": self.replica(0)}
        self.assertEqual({name: labels[name] for name in expected}, expected)
        self.assertEqual(notes["forager.reconcile/space"], "lab")
        self.delete()

    def test_the_environment_stands_in_a_secret_that_goes_with_the_pod(self):
        self.watching(2, env={"KEY": "well hidden"})
        self.assertNotIn("well hidden", str(self.pods()))
        self.assertEqual(len(self.secrets()), 2)
        for secret in self.secrets():
            self.assertEqual([owner["kind"] for owner in secret["metadata"]["ownerReferences"]], ["Pod"])
        self.watched.end()
        for name in self.replicas():
            self.remove_pod(name)
        self.until(lambda: not self.secrets() and not self.pods(), "the cluster to remove both")

    def test_words_arrive_as_they_are(self):
        place = self.share("kept")
        self.watching(1, command=["sh", "-c", f'printf %s "$1" >/kept/word; {LASTS}', "-", "$(HOME) $$ $HOME"],
                      volumes=[{"source": "kept", "target": "/kept"}], env={"ROLE": "a"},
                      **self.health(["sh", "-c", 'test "$ROLE" = a']))
        self.until((place / "word").exists, "the word")
        self.assertEqual((place / "word").read_text(), "$(HOME) $$ $HOME")

    def test_removed_ones_are_back(self):
        self.watching(3)
        before = self.replicas()
        for name in before:
            self.remove_pod(name)
        self.until(lambda: len(self.running()) == 3 and not set(before.values()) & set(self.replicas().values()), "three more")
        self.converged(3)
        self.delete()

    def test_a_stranger_of_the_same_name_is_left_alone(self):
        container = {"name": "c", "image": self.cluster.IMAGE, "command": ["sleep", "1000"]}
        spec = {"containers": [container], "terminationGracePeriodSeconds": 0}
        labels = {"colonies.deployment": self.name, "colonies.managed": "true"}
        for name in (self.replica(1), "other"):
            self.cluster.ask("POST", self.at("pods"), {"metadata": {"name": name, "labels": labels}, "spec": spec})
        stranger = self.pod(self.replica(1))["metadata"]["uid"]
        self.write(3)
        self.begin_watching()
        words = f"the name '{self.replica(1)}' is taken by a pod that is not of this document"
        self.until(lambda: words in self.told(), "the complaint")
        self.until(lambda: set(self.running()) == {self.replica(0), self.replica(2)}, "the others")
        self.assertEqual(self.pod(self.replica(1))["metadata"]["uid"], stranger)
        self.remove_pod(self.replica(1))
        self.converged(3)
        self.delete()
        self.assertEqual([pod["metadata"]["name"] for pod in self.pods()], ["other"])

    def test_two_documents_do_not_meddle(self):
        self.watching(2)
        before = self.replicas()
        self.watched.end()
        first = self.file
        self.file = self.folder / "other.json"
        document = self.document(2)
        document["metadata"] = {"name": self.name, "namespace": "elsewhere", "uid": "ffff0000-0000-4000-8000-000000000000"}
        self.write_document(document)
        self.once_well()
        self.assertEqual(len(self.replicas()), 4)
        self.once_well("--delete")
        self.assertEqual(self.replicas(), before)
        self.assertEqual(len(self.secrets()), 2)
        self.file = first

    def test_an_image_that_is_nowhere(self):
        self.watching(2)
        self.write(2, image=NOWHERE, **self.rolling(progressDeadline="5s"))
        self.until_status(lambda status: any("ImagePull" in words and NOWHERE in words for words in self.troubles(status)),
                          "the reason")
        self.assertGreaterEqual(len(self.running()), 1)
        self.until_status(lambda status: status["ready"] == 2 and len(status["instances"]) == 2, "the form before")
        self.assertEqual({pod["spec"]["containers"][0]["image"] for pod in self.ours()}, {self.cluster.IMAGE})

    def test_one_that_finds_no_place_says_so(self):
        self.write(1, memory="4096Gi")
        self.begin_watching()
        status = self.until_status(lambda status: any(self.troubles(status)), "the reason")
        self.assertRegex(self.troubles(status)[0], "^Unschedulable: 0/1 nodes are available")
        self.write(1)
        self.converged(1)

    def test_what_the_cluster_forbids_is_told(self):
        limits = {"type": "Container", "max": {"memory": "32Mi"}}
        self.cluster.ask("POST", self.at("limitranges"), {"metadata": {"name": "little"}, "spec": {"limits": [limits]}})
        self.write(1, memory="64Mi")
        self.begin_watching()
        self.until(lambda: "maximum memory usage per Container is 32Mi" in self.told(), "the complaint")
        self.assertEqual((self.replicas(), self.secrets()), ({}, []))

    def test_one_that_is_unwell_is_replaced(self):
        more, outside, inside = self.gate()
        outside.touch()
        self.watching(1, **more, **self.health(["test", "-e", inside]))
        before = self.replicas()[self.replica(0)]
        outside.unlink()
        self.until(lambda: self.replicas().get(self.replica(0), before) != before, "another one")
        outside.touch()
        self.until(lambda: self.is_converged(self.watched.latest(), 1), "one that is well")

    def test_one_that_does_not_listen_is_ended_within_its_grace(self):
        self.watching(1, grace="1s", **self.shell("trap '' TERM; while :; do sleep 0.1; done"))
        begun = time.monotonic()
        self.write(0)
        self.converged(0)
        self.assertLess(time.monotonic() - begun, 20)

    def test_an_api_server_that_dies_in_the_middle(self):
        self.watching(2)
        self.write(5)
        self.until(lambda: len(self.replicas()) > 2, "the first of more")
        self.cluster.kill_api()
        self.cluster.start_api()
        self.converged(5)
        self.assertEqual(set(self.replicas()), {self.replica(index) for index in range(5)})
        self.until(lambda: len(self.secrets()) == 5, "a Secret for each")
        self.delete()

    def test_a_reconciler_that_is_killed_anywhere_leaves_nothing_lost(self):
        self.write(0)
        for count in (4, 1, 3, 0, 2):
            self.write(count)
            self.begin_watching()
            time.sleep(random.uniform(0, 1.5))  # where it is then is what this is about
            self.watched.end()
        self.begin_watching()
        self.converged(2)
        self.until(lambda: len(self.secrets()) == 2, "the Secrets of both")
        self.assertTrue(all(secret["metadata"].get("ownerReferences") for secret in self.secrets()))
        self.delete()

    def test_who_may_do_too_little_is_told(self):
        self.cluster.allow(self.space, {"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]})
        user = {"token": self.cluster.USER_TOKEN}
        self.environment["KUBECONFIG"] = str(self.cluster.kubeconfig(f"{self.space}-user", user, self.space))
        self.write(1)
        self.begin_watching()
        self.until(lambda: "cannot create resource" in self.told(), "the complaint")
        self.assertEqual(self.replicas(), {})

    def test_what_no_pod_can_be(self):
        for member, value, place in (("volumes", [{"host": "./x", "container": "/x"}], "spec.volumes[0]"),
                                     ("user", "nobody", "spec.user"), ("env", {"not a name": "x"}, "spec.env.not a name"),
                                     ("labels", {"a": "no value"}, "spec.labels.a"),
                                     ("labels", {"colonies.managed": "no"}, "spec.labels.colonies.managed"),
                                     ("network", "lab", "spec.network")):
            self.write(2, **{member: value})
            code, _, err = self.once()
            self.assertEqual(code, 2, err)
            self.assertIn(place, err)
        document = self.document(1)
        del document["spec"]["image"]
        self.write_document(document)
        code, _, err = self.once()
        self.assertEqual(code, 2, err)
        self.assertIn("spec.image", err)
        document = self.document(1)
        document["metadata"]["name"] = "No_Name"
        self.write_document(document)
        code, _, err = self.once()
        self.assertEqual(code, 2, err)
        self.assertIn("metadata.name", err)

    def test_no_process_is_left(self):
        mark = str(random.randint(10**8, 10**9))
        self.watching(2, **self.shell(f"sleep {mark} & {LASTS}"))
        self.until(lambda: len(processes_of(mark)) == 2, "their children")
        self.delete()
        self.assertEqual(processes_of(mark), [])


if __name__ == "__main__":
    main()
