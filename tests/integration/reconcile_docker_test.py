#!/usr/bin/env python3
"""Replicas as containers of a real engine: reconcile_docker_test.py FORAGER."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from docker_engine import DockerEngine
from docker_test import DockerTest
from reconcile_case import LASTS, UID, ReconcileCase


def setUpModule():
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


class DockerReconcile(ReconcileCase, DockerTest):
    runtime = "docker"

    def spec(self):
        return {"image": self.engine.IMAGE, "network": "none", **super().spec()}

    def listed(self, *filters):
        """Name → id."""
        filters = [f"--filter={one}" for one in (f"label=forager.reconcile.name={self.name}", *filters)]
        listed = self.engine.docker("ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.ID}}", *filters).stdout
        return dict(line.split() for line in listed.splitlines())

    def replicas(self):
        return self.listed()

    def running(self):
        return list(self.listed("status=running"))

    def kill_replica(self, name):
        self.engine.docker("kill", name)

    def environment_of(self, name):
        return dict(line.split("=", 1) for line in self.engine.inspect(name)["Config"]["Env"])

    def gate(self):
        folder = self.folder / "gate"
        folder.mkdir()
        return {"volumes": [{"host": str(folder), "container": "/gate"}]}, folder / "open", "/gate/open"

    def clear_replicas(self):
        """The engine is cleared after each test."""

    def stranger(self, name, *options):
        return self.engine.docker("run", "--detach", "--network=none", "--name", name, *options, self.engine.IMAGE, "sleep",
                                  "1000").stdout.strip()

    # What only containers have

    def test_what_the_document_says_arrives(self):
        data = self.folder / "data"
        data.mkdir()
        (data / "file").write_text("from outside")
        document = self.document(1, cpu="250m", memory="64Mi", user="7:8", cwd="/tmp", labels={"team": "a"},
                                 volumes=[{"host": str(data), "container": "/in", "readOnly": True},
                                          {"host": "kept", "container": "/kept", "readOnly": False}],
                                 ports=[{"container": 80, "host": 8080, "protocol": "tcp"}])
        document["metadata"]["labels"] = {"crop": "oats"}
        document["metadata"]["namespace"] = "lab"
        self.write_document(document)
        self.begin_watching()
        status = self.converged(1)
        there = self.engine.inspect(self.replica(0))
        host, labels = there["HostConfig"], there["Config"]["Labels"]
        self.assertEqual((host["Memory"], host["NanoCpus"], host["RestartPolicy"]["Name"], host["Init"]),
                         (64 << 20, 250_000_000, "no", True))
        self.assertEqual(host["PortBindings"], {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]})
        self.assertEqual((there["Config"]["User"], there["Config"]["WorkingDir"]), ("7:8", "/tmp"))
        self.assertEqual({name: labels[name] for name in (
            "crop", "team", "colonies.deployment", "colonies.managed", "colonies.generation", "forager.reconcile.origin",
            "forager.reconcile.space", "forager.reconcile.kind", "forager.reconcile.name", "forager.reconcile.id")},
            {"crop": "oats", "team": "a", "colonies.deployment": self.name, "colonies.managed": "true",
             "colonies.generation": str(status["generation"]), "forager.reconcile.origin": "",
             "forager.reconcile.space": "lab", "forager.reconcile.kind": "ExecutorDeployment",
             "forager.reconcile.name": self.name, "forager.reconcile.id": UID})
        self.assertFalse({"forager.home", "forager.owner"} & set(labels))
        self.assertEqual(self.engine.docker("exec", self.replica(0), "cat", "/in/file").stdout, "from outside")
        self.assertNotEqual(self.engine.docker("exec", self.replica(0), "touch", "/in/x", check=False).returncode, 0)
        self.assertEqual({one["Destination"] for one in there["Mounts"]}, {"/in", "/kept"})

    def test_a_change_of_the_runtime_rolls(self):
        self.watching(3)
        least = 3
        document = self.document(3, runtime="local")
        del document["spec"]["image"], document["spec"]["network"]
        self.write_document(document)
        self.until_status(lambda status: self.is_converged(status, 3)
                          and {one["type"] for one in status["instances"]} == {"process"}, "three processes")
        for status in self.watched.lines[self.watched.begun:]:
            least = min(least, status["ready"])
            self.assertLessEqual(len(status["instances"]), 4, status)
        self.assertGreaterEqual(least, 2)
        self.assertEqual(self.replicas(), {})
        self.end_watched()
        self.watched = None
        self.write(1)
        code, _, err = self.once()
        self.assertEqual(code, 0, err)
        self.assertIn("3 of its replicas are on local", err)
        self.assertIn("runtime: local", err)
        self.once_well("--delete")
        self.write_document(document)
        self.once_well("--delete")

    def test_a_folder_that_is_not_there_is_made(self):
        models = self.folder / "data" / "models"
        self.watching(1, config={"volumes": [{"source": str(models), "target": "/models"}]})
        self.engine.docker("exec", self.replica(0), "touch", "/models/made")
        self.assertTrue((models / "made").exists())

    def test_a_stranger_of_the_same_name_is_left_alone(self):
        stranger = self.stranger(self.replica(1))
        other = self.stranger("web-other", "--label=colonies.deployment=web", "--label=colonies.managed=true")
        self.write(3)
        self.begin_watching()
        words = f"the name '{self.replica(1)}' is taken by a container that is not of this document"
        self.until(lambda: words in self.told(), "the complaint")
        self.until(lambda: set(self.running()) == {self.replica(0), self.replica(2)}, "the others")
        self.assertEqual(self.engine.ids(f"name={self.replica(1)}"), [stranger])
        self.engine.docker("rm", "--force", stranger)
        self.converged(3)
        self.delete()
        self.assertEqual(self.engine.ids(), [other])

    def test_deletion_leaves_strangers(self):
        self.watching(2)
        stranger = self.stranger(self.replica(2))
        self.delete()
        self.assertEqual(self.engine.ids(), [stranger])

    def test_two_documents_do_not_meddle(self):
        self.watching(2)
        before = self.replicas()
        self.watched.end()
        first = self.file
        self.file = self.folder / "other.json"
        document = self.document(2)
        document["metadata"] = {"name": "web", "namespace": "elsewhere", "uid": "ffff0000-0000-4000-8000-000000000000"}
        self.write_document(document)
        self.once_well()
        self.assertEqual(len(self.replicas()), 4)
        self.once_well("--delete")
        self.assertEqual(self.replicas(), before)
        self.file = first

    def test_another_image_rolls(self):
        other = "test/busybox:2"
        self.engine.docker("tag", self.engine.IMAGE, other)
        self.addCleanup(self.engine.docker, "rmi", "--force", other)
        self.watching(3)
        self.write(3, image=other)
        least, most = 3, 0

        def is_done():
            nonlocal least, most
            least, most = min(least, len(self.running())), max(most, len(self.replicas()))
            return self.is_converged(self.watched.latest(), 3) and self.images() == {other}

        self.until(is_done, "the other image")
        self.assertGreaterEqual(least, 2)
        self.assertLessEqual(most, 4)

    def images(self):
        ids = self.replicas().values()
        # One may go between the list and the look.
        told = self.engine.docker("inspect", "--format", "{{.Config.Image}}", *ids, check=False).stdout if ids else ""
        return set(told.split())

    def test_an_image_that_is_nowhere(self):
        self.watching(2)
        self.write(2, image="127.0.0.1:9/nothing:1", **self.rolling(progressDeadline="3s"))
        self.until(lambda: "127.0.0.1:9" in self.told(), "the complaint")
        self.assertGreaterEqual(len(self.running()), 1)
        self.until_status(lambda status: status["ready"] == 2, "the form before")
        self.assertEqual(self.images(), {self.engine.IMAGE})

    def test_a_program_that_is_not_there(self):
        self.write(1, command=["no-such-program"])
        self.begin_watching()
        self.until(lambda: "no-such-program" in self.told(), "the complaint")
        self.until(lambda: not self.replicas(), "nothing to be left")

    def test_one_that_is_unwell_is_replaced(self):
        more, outside, inside = self.gate()
        outside.touch()
        self.write(1, **more, **self.health(["test", "-e", inside]))
        self.begin_watching()
        self.converged(1)
        before = self.replicas()[self.replica(0)]
        outside.unlink()
        self.until(lambda: self.replicas().get(self.replica(0), before) != before, "another one")
        outside.touch()
        self.until(lambda: self.is_converged(self.watched.latest(), 1), "one that is well")

    def test_removed_ones_are_back(self):
        self.watching(3)
        before = self.replicas()
        self.engine.docker("rm", "--force", *before)
        self.until(lambda: len(self.running()) == 3, "three more")
        self.assertFalse(set(before.values()) & set(self.replicas().values()))

    def test_an_engine_that_dies_in_the_middle(self):
        self.watching(2)
        self.write(5)
        self.until(lambda: len(self.replicas()) > 2, "the first of more")
        self.engine.kill()
        self.engine.start()
        self.until(lambda: len(self.running()) == 5, "all of them")
        self.until(lambda: self.is_converged(self.watched.latest(), 5), "peace")
        self.assertEqual(set(self.replicas()), {self.replica(index) for index in range(5)})
        self.engine.stop()
        self.engine.start()
        self.until(lambda: len(self.running()) == 5, "all of them again")

    def test_an_engine_that_comes_late(self):
        self.engine.stop()
        self.write(1)
        self.begin_watching()
        self.until(lambda: self.engine.host in self.told(), "the complaint")
        self.engine.start()
        self.until(lambda: self.is_converged(self.watched.latest(), 1), "one that runs")

    def test_what_the_policy_forbids(self):
        self.write(1, privileged=True)
        self.begin_watching()
        self.until(lambda: "privileged" in self.told(), "the complaint")
        self.assertEqual(self.replicas(), {})

    def test_the_seed_s_example(self):
        document = json.loads("""{
          "apiVersion": "compute.colonies.io/v1", "kind": "ExecutorDeployment",
          "metadata": {"name": "ml-training-executors", "namespace": "dev"},
          "spec": {"runtime": "docker", "replicas": 3, "executorType": "ml-executor",
                   "config": {"env": {"MODEL_CACHE_DIR": "/models", "BATCH_SIZE": "32"}}}}""")
        document["spec"] |= {"image": self.engine.IMAGE, "network": "none", **self.shell(LASTS)}
        self.name = document["metadata"]["name"]
        self.write_document(document)
        self.begin_watching()
        self.converged(3)
        for index in range(3):
            self.assertEqual(sum(name.endswith(f"-{index}") for name in self.replicas()), 1)
        self.assertRegex(next(iter(self.replicas())), r"^ml-training-executors-[0-9a-f]{8}-[0-2]$")
        self.delete()

    def test_what_no_engine_could_run(self):
        for member, value, place in (("image", "No Good", "spec.image"),
                                     ("volumes", [{"host": "-x", "container": "/x"}], "spec.volumes"),
                                     ("ports", [{"container": 80, "host": 80}], "spec.replicas"),
                                     ("labels", {"forager.home": "x"}, "spec.labels")):
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


if __name__ == "__main__":
    main()
