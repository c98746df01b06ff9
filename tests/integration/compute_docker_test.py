#!/usr/bin/env python3
"""Compute jobs in containers: compute_docker_test.py FORAGER."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from compute_jobs import Jobs, Kills, Stops
from compute_world import ComputeTest
from docker_engine import DockerEngine


def setUpModule():
    DockerComputeTest.engine = unittest.enterModuleContext(DockerEngine())


class DockerComputeTest(ComputeTest):
    runtime = "docker"
    container = dict(zip(("image", "tag"), DockerEngine.IMAGE.split(":")))
    engine = None

    def setUp(self):
        super().setUp()
        self.environment |= {"DOCKER_HOST": self.engine.host}
        self.addCleanup(self.engine.clear)

    def await_algorithm_s_end(self):
        self.until(lambda: self.engine.ids("status=exited"), "the algorithm to end")

    def assert_nothing_left(self):
        super().assert_nothing_left()
        self.until(lambda: not self.engine.ids(), "the containers to be gone")


class DockerJobs(Jobs, DockerComputeTest):
    def test_the_algorithm_sees_the_paths_that_images_expect(self):
        self.start()
        _, published = self.done(self.document(self.stage(
            'echo $DIDS $VOLUME $INPUTS $OUTPUTS $LOGS $ALGO >"$OUTPUTS/all"; cat /data/inputs/soil/0 >/data/outputs/same')))
        self.assertEqual(published["all"].decode().split(), [
            '["soil","rain"]', "/data", "/data/inputs", "/data/outputs", "/data/logs", "/data/transformations/algorithm"])
        self.assertEqual(published["same"], b"1\n2\n3\n")

    def test_an_image_that_is_not_there(self):
        self.container = {"image": "127.0.0.1:1/nothing", "tag": "1"}
        self.start()
        _, status = self.failed_job(self.document(self.stage("true and true", [])), 41)
        self.assertIn("127.0.0.1:1", status["statusText"])
        self.assertNotIn("exitCode", status["stages"][0])
        self.assert_nothing_left()

    def test_what_links_lead_to_outside_stays_there(self):
        (self.folder / "secret").write_text("secret")
        self.start()
        _, published = self.done(self.document(self.stage(
            f'rm -r /data/logs /data/outputs; busybox ln -s {self.folder} /data/logs; '
            f'busybox ln -s {self.folder} /data/outputs', [])))
        self.assertEqual(set(published), {"algorithm.log", "configure.log", "publish.log"})

    def test_limits_of_the_document(self):
        self.start()
        job, _ = self.failed_job(self.document(self.stage(
            "dd if=/dev/zero of=/dev/null bs=200M count=1", [], resources={"ramGB": 0.03, "nCPU": 0.5})), 41)
        self.assertTrue(self.published(job))


class DockerStops(Stops, DockerComputeTest):
    pass


class DockerKills(Kills, DockerComputeTest):
    pass


if __name__ == "__main__":
    main()
