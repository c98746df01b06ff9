#!/usr/bin/env python3
"""An agent that stands in for upstream's two executors of Kubernetes, with a real colony, a cluster with real pods and an
object store: kubernetes_executor_test.py FORAGER."""
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.drivers import CommandLine
from colonies.testcase import ColonyTest
from colony_agent import FAILED, RUNNING, SUCCESSFUL, ColonyAgent
from colony_files import ColonyStore, sum_of
from kubernetes_cluster import KubernetesCluster, processes_of
from s3_server import ACCESS_KEY, REGION, SECRET_KEY

cluster = None
ENDED = "ContainerExecutor: Exit with an error, exit code = 3: Failed to execute process"


def setUpModule():
    global cluster
    if os.geteuid() != 0:
        raise unittest.SkipTest("pods need root")
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())
    cluster = unittest.enterModuleContext(KubernetesCluster())


class Executors(ColonyStore, ColonyAgent):
    """One agent, which is an executor of each type; files of the colony are on the node, as a volume claim has them."""

    def setUp(self):
        super().setUp()
        self.space = cluster.namespace()
        self.addCleanup(cluster.forget, self.space)
        self.root = self.folder / "cfs"
        self.root.mkdir()
        self.s3.make_bucket(self.bucket)
        self.make_claim()
        self.serve(executors=self.executor("k8s", name="k8s") + self.executor("edge-kubeexecutor", name="kube", pass_key=True))

    def make_claim(self):
        volume = f"files-{self.space}"
        size = {"storage": "1Gi"}
        cluster.ask("POST", "/api/v1/persistentvolumes", {"metadata": {"name": volume}, "spec": {
            "capacity": size, "accessModes": ["ReadWriteMany"], "hostPath": {"path": str(self.root)}, "storageClassName": "none"}})
        self.addCleanup(cluster.ask, "DELETE", f"/api/v1/persistentvolumes/{volume}")
        cluster.ask("POST", f"/api/v1/namespaces/{self.space}/persistentvolumeclaims", {"metadata": {"name": "files"}, "spec": {
            "resources": {"requests": size}, "accessModes": ["ReadWriteMany"], "volumeName": volume, "storageClassName": "none"}})

    def configure(self, **given):
        super().configure(**given)
        if not hasattr(self, "space"):
            return
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(f'\n[kubernetes]\nkubeconfig = "{cluster.admin}"\nnamespace = "{self.space}"\nvolume = "files"\n'
                       f'[s3]\nendpoint = "http://127.0.0.1:{self.s3.port}"\nregion = "{REGION}"\nbucket = "{self.bucket}"\n'
                       f'access_key = "{ACCESS_KEY}"\nsecret_key = "{SECRET_KEY}"\n')
        text = self.config.read_text().replace("[colony]\n", f'[colony]\nfs_dir = "{self.root}"\n')
        self.config.write_text(text)
        self.config.chmod(0o600)

    def put(self, label, name, content):
        key = f"by-hand-{label.replace('/', '-')}-{name}"
        self.s3.object(key, self.bucket).write_bytes(content)
        self.call("addfilemsg", file={"fileid": "", "colonyname": self.colony.name, "label": label, "name": name, "size": len(content),
                                      "sequencenr": 0, "checksumalg": "SHA256", "checksum": sum_of(content), "added": "0001-01-01T00:00:00Z",
                                      "ref": {"protocol": "s3", "s3object": {"server": f"127.0.0.1:{self.s3.port}", "port": -1,
                                                                             "object": key, "bucket": self.bucket}}})

    def stored(self, label):
        files = self.files_at(label)
        return {name: self.s3.object(files[name]["s3filename"], self.bucket).read_bytes() for name in files}

    def of(self, type, **conditions):
        return {"executortype": type, **conditions}

    def gives(self, function, *args, **fields):
        return self.output(function, *args, conditions=self.of("k8s"), **fields)

    def execute(self, cmd, conditions=None, kwargs=None, **fields):
        return self.send("execute", kwargs={"docker-image": cluster.IMAGE, "cmd": cmd, **(kwargs or {})},
                         conditions=self.of("edge-kubeexecutor", **(conditions or {})), **fields)

    def succeeds(self, id):
        process = self.ended_process(id)
        self.assertEqual(process["state"], SUCCESSFUL, process["errors"])
        return process["out"] or []

    def objects(self, resource, group="/api/v1"):
        return cluster.objects(f"{group}/namespaces/{self.space}/{resource}")

    def jobs(self):
        return self.objects("jobs", "/apis/batch/v1")

    def assert_nothing_left(self):
        self.until(lambda: not self.jobs() and not self.objects("pods"), "jobs and pods to be gone")

    def await_process_of(self, word):
        return self.until(lambda: processes_of(word), f"'{word}' to run")

    # What upstream's older executor does

    def test_a_deployment_of_executors(self):
        kwargs = {"deployment_name": "web", "pods": 2, "executors_per_pod": 1, "ramdisk": False, "image": cluster.IMAGE}
        self.assertEqual(self.gives("deploy_executor", kwargs=kwargs), [])
        self.assertEqual(self.gives("get_deployments"), ['["web"]'])
        self.assertEqual((self.gives("get_scale", "web"), self.gives("scale", "web", 1), self.gives("get_scale", "web")), ([2], [], [1]))
        self.until(lambda: self.gives("pods", "web") == ["1"], "one pod to be left")
        [pods] = self.gives("get_pods")
        [pod] = json.loads(pods)
        self.assertEqual((self.gives("get_containers", pod), self.gives("containers", pod)), (['["executor-0"]'], [1]))
        self.assertEqual(self.gives("restart", pod), [])
        env = {one["name"]: one.get("value") for one in cluster.ask(
            "GET", f"/apis/apps/v1/namespaces/{self.space}/deployments/web")["spec"]["template"]["spec"]["containers"][0]["env"]}
        self.assertEqual((env["COLONIES_COLONY_ID"], env["COLONIES_EXECUTOR_NAME"], env["COLONIES_SERVER_HOST"]),
                         (self.colony.name, "k8s", self.colony.host))
        self.assertEqual([name for name in env if "PRVKEY" in name], [])
        self.assertEqual(self.gives("undeploy", "web"), [])
        self.assert_nothing_left()

    def test_keys_are_handed_out_where_the_executor_says_so_and_as_a_secret(self):
        deploy = {"deploymentname": "keys", "pods": 0, "executorperpod": 1, "ramdisk": False, "dockerimage": cluster.IMAGE}
        self.output("k8s.deploy", kwargs=deploy, conditions=self.of("edge-kubeexecutor"))
        [secret] = self.objects("secrets")
        self.assertEqual(sorted(secret["data"]), ["COLONIES_EXECUTOR_PRVKEY", "COLONIES_PRVKEY"])
        [owner] = secret["metadata"]["ownerReferences"]
        self.assertEqual((owner["kind"], owner["name"]), ("Deployment", "keys"))

    def test_refusals(self):
        conditions = self.of("k8s")
        self.assertRegex(self.errors("deploy", "a", conditions=conditions)[0], "^Invalid argument: ")
        self.assertRegex(self.errors("undeploy", "none", conditions=conditions)[0], '^Failed to create k8s handler: .*"none" not found')
        self.assertRegex(self.errors("fly", conditions=conditions)[0], "^Unsupported function: fly; .* has .*k8s.deploy")

    # What upstream's newer executor does

    def test_a_command_gives_its_log_and_nothing_else(self):
        id = self.execute("echo", kwargs={"args": ["\"$OWN\"", "{processid};", "env"], "init-cmd": "echo first"}, env={"OWN": "a 'b'"})
        self.assertEqual(self.succeeds(id), [])
        lines = self.logs_of(id).splitlines()
        self.assertEqual(lines[:2], ["first", f"a 'b' {id}"])
        self.assertIn(f"COLONIES_PROCESS_ID={id}", lines)
        self.assertEqual([line for line in lines if "PRVKEY" in line], [])  # whoever may see pods would see it
        self.assert_nothing_left()

    def test_a_command_that_fails_fails_the_process(self):
        self.assertEqual(self.errors_of(self.execute("echo words; exit 3")), [ENDED])
        self.assertEqual(self.errors_of(self.execute("head -c 200m /dev/zero | tail", {"mem": "16Mi"})),
                         ["ContainerExecutor: OOMKilled, exit code = 137: Failed to execute process"])
        self.assert_nothing_left()

    def test_conditions_are_limits(self):
        id = self.execute("sleep 86405", {"mem": "64Mi", "cpu": "500m"})
        self.await_process_of("86405")
        [pod] = self.objects("pods")
        self.assertEqual(pod["spec"]["containers"][0]["resources"]["limits"], {"cpu": "500m", "memory": str(64 << 20)})
        CommandLine(self.colony).cancel(id)
        self.assert_nothing_left()

    def test_lines_are_seen_while_it_runs(self):
        id = self.execute("printf begun; echo; sleep 86406")
        self.until(lambda: "begun" in self.logs_of(id), "the first line")
        self.assertEqual(self.process(id)["state"], RUNNING)
        CommandLine(self.colony).cancel(id)

    def test_inputs_in_place_and_results_stored(self):
        self.put("/code", "main.sh", b"cat $1/in/input; echo done")
        self.put("/in", "input", b"data\n")
        snapshot = self.call("createsnapshotmsg", label="/code", name="code")["snapshotid"]
        fs = {"mount": "/data", "snapshots": [{"snapshotid": snapshot, "label": "/code", "dir": "/code/{processid}"}],
              "dirs": [{"label": "/in", "dir": "/in", "keepfiles": True},
                       {"label": "/out/{processid}", "dir": "/out/{processid}", "keepfiles": False}]}
        id = self.execute("cd /data/out/{processid} && sh /data/code/$COLONIES_PROCESS_ID/main.sh /data >result", fs=fs)
        self.succeeds(id)
        self.assertEqual(self.stored(f"/out/{id}"), {"result": b"data\ndone\n"})
        self.assertEqual([path for path in self.root.rglob("*") if id in str(path)], [])
        self.assertEqual(self.call("getsnapshotsmsg") or [], [])
        self.assertEqual(self.errors_of(self.execute("echo half >/data/out/$COLONIES_PROCESS_ID/result; exit 3", fs={**fs, "snapshots": []})), [ENDED])
        id = self.send("sync", conditions=self.of("edge-kubeexecutor"), fs={"mount": "/cfs", "dirs": [{"label": "/in", "dir": "/early"}]})
        self.succeeds(id)
        self.assertEqual((self.root / "early" / "input").read_bytes(), b"data\n")

    # Its end, whatever ends it

    def test_it_is_gone_when_it_is_cancelled(self):
        id = self.execute("trap '' TERM; sleep 86407; sleep 86407")
        self.await_process_of("86407")
        CommandLine(self.colony).cancel(id)
        self.until(lambda: not processes_of("86407"), "the container to be gone")
        self.assert_nothing_left()

    def test_it_is_gone_when_its_time_is_over(self):
        id = self.execute("sleep 86408", maxexectime=8, maxretries=0)
        self.await_process_of("86408")
        [job] = self.jobs()
        self.assertLessEqual(job["spec"]["activeDeadlineSeconds"], 10)
        self.assertEqual(job["spec"]["backoffLimit"], 0)
        self.assertEqual(self.errors_of(id), ["Maximum execution time limit exceeded"])
        self.until(lambda: not processes_of("86408"), "the container to be gone")
        self.assert_nothing_left()

    def test_an_agent_that_dies_leaves_no_job_and_runs_nothing_twice_at_once(self):
        id = self.execute("echo life; sleep 86409", maxexectime=120, maxretries=0)
        self.await_process_of("86409")
        [first] = self.jobs()
        self.kill()
        self.start()
        self.until(lambda: first["metadata"]["name"] not in [job["metadata"]["name"] for job in self.jobs()], "the old job to be gone")
        self.until(lambda: self.process(id)["state"] >= SUCCESSFUL or self.jobs(), "the process to go on, or to end")
        CommandLine(self.colony).cancel(id)
        self.until(lambda: not processes_of("86409"), "the container to be gone")
        self.assert_nothing_left()

    def test_an_agent_that_is_stopped_leaves_no_job(self):
        id = self.execute("sleep 86410", maxexectime=120, maxretries=0)
        self.await_process_of("86410")
        self.stop()
        self.until(lambda: not processes_of("86410"), "the container to be gone")
        self.assert_nothing_left()
        self.assertIn(self.process(id)["state"], (RUNNING, FAILED))


if __name__ == "__main__":
    main()
