#!/usr/bin/env python3
"""Files of processes: brought before they run, stored after, with a real server and an S3 server:
colony_mounts_test.py FORAGER."""
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from colonies.bed import ColonyBed
from colonies.testcase import ColonyTest
from colony_agent import FAILED, RUNNING, SUCCESSFUL, ColonyAgent
from colony_files import ColonyStore, sum_of
from docker_engine import DockerEngine
from fault_proxy import FaultProxy
from redis_server import free_port
from s3_server import ACCESS_KEY, REGION, SECRET_KEY


def setUpModule():
    ColonyTest.bed = unittest.enterModuleContext(ColonyBed())


class MountsTest(ColonyStore, ColonyAgent):
    """Files are put and seen by the user's own calls."""

    def setUp(self):
        super().setUp()
        self.root = self.folder / "cfs"
        self.s3.make_bucket(self.bucket)
        self.configure()

    def store_port(self):
        return self.s3.port

    def configure(self, **given):
        super().configure(**given)
        if not hasattr(self, "root"):
            return
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(f'\n[s3]\nendpoint = "http://127.0.0.1:{self.store_port()}"\nregion = "{REGION}"\nbucket = "{self.bucket}"\n'
                       f'access_key = "{ACCESS_KEY}"\nsecret_key = "{SECRET_KEY}"\n')
        text = self.config.read_text().replace("[colony]\n", f'[colony]\nfs_dir = "{self.root}"\n')
        self.config.write_text(text)
        self.config.chmod(0o600)

    # Files, by hand

    def put(self, label, name, content):
        key = f"by-hand-{label.replace('/', '-')}-{name}"
        self.s3.object(key, self.bucket).write_bytes(content)
        return self.call("addfilemsg", file={"fileid": "", "colonyname": self.colony.name, "label": label, "name": name,
                                             "size": len(content), "sequencenr": 0, "checksumalg": "SHA256",
                                             "checksum": sum_of(content), "added": "0001-01-01T00:00:00Z",
                                             "ref": {"protocol": "s3", "s3object": {"server": f"127.0.0.1:{self.s3.port}",
                                                                                    "port": -1, "object": key,
                                                                                    "bucket": self.bucket}}})

    def stored(self, label):
        files = self.files_at(label)
        return {name: self.s3.object(files[name]["s3filename"], self.bucket).read_bytes() for name in files}

    def snapshot(self, label):
        return self.call("createsnapshotmsg", label=label, name="s" + label.replace("/", "-"))["snapshotid"]

    def snapshots(self):
        return [one["snapshotid"] for one in self.call("getsnapshotsmsg") or []]

    def execute(self, cmd, wanted, **kwargs):
        return self.send("ml.execute", kwargs={"cmd": cmd} | kwargs, **({"fs": wanted} if wanted else {}))

    def results(self, **more):
        return {"mount": "/cfs", "snapshots": [], "dirs": [{"label": "/results/{processid}", "dir": "/results/{processid}"} | more]}


class OnTheHost(MountsTest):
    def test_inputs_in_place_and_results_stored(self):
        self.put("/code", "main.sh", b"cat input; echo done")
        self.put("/code/sub", "lib.sh", b"")
        self.put("/in", "input", b"data\n")
        self.serve()
        snapshot = self.snapshot("/code")
        script = f"cd {self.root} && (cd in && sh ../code/main.sh) >results/out && ls code/sub >>results/out"
        id = self.execute(script,
                          {"mount": "/cfs",
                           "snapshots": [{"snapshotid": snapshot, "label": "/code", "dir": "/code", "keepfiles": False,
                                          "keepsnapshot": False}],
                           "dirs": [{"label": "/results/{processid}", "dir": "/results", "keepfiles": False,
                                     "onconflicts": {"onstart": {"keeplocal": False}, "onclose": {"keeplocal": True}}},
                                    {"label": "/in", "dir": "/in", "keepfiles": True,
                                     "onconflicts": {"onstart": {"keeplocal": False}, "onclose": {"keeplocal": False}}}]})
        process = self.ended_process(id)
        self.assertEqual(process["state"], SUCCESSFUL, process["errors"])
        # Stored before the process was closed.
        self.assertEqual(self.stored(f"/results/{id}"), {"out": b"data\ndone\nlib.sh\n"})
        self.assertEqual(self.snapshots(), [])
        self.assertEqual(sorted(path.name for path in self.root.iterdir()), ["in"])
        log = self.logs_of(id)
        self.assertIn("/results/", log)
        self.assertRegex(log, r"uploaded 1 \(17 B\)")

    def test_the_list_of_2023(self):
        self.put("/src", "input", b"x")
        self.serve()
        snapshot = self.snapshot("/src")
        fs = [{"label": "/src", "dir": "src", "snapshotid": snapshot, "sync_on_completion": False},
              {"label": "/out", "dir": "out", "sync_on_completion": True}]
        # A server of today has no room for a list in a process's own `fs`.
        id = self.execute(f"mkdir -p {self.root}/out && cp {self.root}/src/input {self.root}/out/copy", None, fs=fs)
        self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])
        self.assertEqual((self.stored("/out"), self.snapshots()), ({"copy": b"x"}, []))

    def test_failures(self):
        self.serve()
        script = f"echo half >{self.root}/results/$COLONIES_PROCESS_ID/out; exit 3"
        id = self.execute(script, self.results())
        self.assertEqual(self.ended_process(id)["state"], FAILED)
        self.assertEqual(self.stored(f"/results/{id}"), {})
        # The server drops what it does not know of a process's own `fs`.
        id = self.execute(script, None, fs=self.results(onconflicts={"onclose": {"keeplocal": True, "onfailure": True}}))
        self.assertEqual(self.ended_process(id)["state"], FAILED)
        self.assertIn("ended with status 3", self.errors_of(id)[0])
        self.assertEqual(self.stored(f"/results/{id}"), {"out": b"half\n"})

    def test_what_is_refused_before_anything_runs(self):
        self.serve()
        for fs in ({"mount": "/cfs", "dirs": [{"label": "/l", "dir": "/../../etc"}]},
                   {"mount": "/cfs", "snapshots": [{"snapshotid": "{snapshotid}", "dir": "/x"}]}):
            [error, *_] = self.errors_of(self.execute(f"touch {self.folder}/ran", fs))
            self.assertIn("fs.", error)
        self.root.mkdir(exist_ok=True)
        (self.root / "link").symlink_to(self.folder)
        [error, *_] = self.errors_of(self.execute(f"touch {self.folder}/ran", {"mount": "/cfs", "dirs": [{"label": "/l", "dir": "/link"}]}))
        self.assertIn("leads out of", error)
        [error, *_] = self.errors_of(self.send("echo.echo", "x", fs=self.results()))
        self.assertIn("ml.execute", error)
        self.assertFalse((self.folder / "ran").exists())

    def test_sync_alone(self):
        self.put("/data", "large", b"x" * 100000)
        self.serve()
        id = self.send("ml.sync", fs={"mount": "/cfs", "dirs": [{"label": "/data", "dir": "/data"}]})
        self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])
        self.assertEqual((self.root / "data" / "large").stat().st_size, 100000)

    def test_two_that_share_a_folder_run_one_after_the_other(self):
        self.serve()
        script = (f"cd {self.root}/shared && [ ! -e mine ] && echo $COLONIES_PROCESS_ID >mine && sleep 0.3 && cat mine >out "
                  f"&& grep -q $COLONIES_PROCESS_ID out")
        fs = {"mount": "/cfs", "dirs": [{"label": "/results/{processid}", "dir": "/shared", "keepfiles": False}]}
        ids = [self.execute(script, fs) for _ in range(4)]
        for id in ids:
            self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])
            self.assertEqual(self.stored(f"/results/{id}")["out"], f"{id}\n".encode())

    def test_an_agent_that_dies_between_the_end_and_the_upload(self):
        self.serve()
        script = f"echo run >>{self.folder}/runs; echo result >{self.root}/results/$COLONIES_PROCESS_ID/out"
        self.s3.freeze()
        try:
            id = self.execute(script, self.results())
            self.until(lambda: (self.folder / "runs").exists() and list((self.state / "files").glob("ended-*")),
                       "the process to end")
            self.kill()
            self.agent.wait()
        finally:
            self.s3.freeze(False)
        self.assertEqual(self.process(id)["state"], RUNNING)
        self.start()
        self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])
        self.assertEqual((self.folder / "runs").read_text(), "run\n")
        self.assertEqual(self.stored(f"/results/{id}"), {"out": b"result\n"})
        self.assertEqual(list((self.state / "files").glob("ended-*")), [])

    def test_what_a_time_limit_cuts_off_stays_for_the_next_try_and_goes_with_the_last(self):
        self.put("/code", "main.sh", b"")
        self.serve()
        for last in ("exec sleep 1000", "exit 3", "true"):
            with self.subTest(last):
                fs = self.results() | {"snapshots": [{"snapshotid": self.snapshot("/code"), "label": "/code", "dir": "/code/{processid}"}]}
                script = (f"[ -e {self.root}/code/$COLONIES_PROCESS_ID/main.sh ] && cd {self.root}/results/$COLONIES_PROCESS_ID && "
                          f"if [ -e half ]; then touch more; {last}; else touch half; exec sleep 1000; fi")
                id = self.send("ml.execute", kwargs={"cmd": script}, fs=fs, maxexectime=3, maxretries=1)
                self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL if last == "true" else FAILED)
                # Half results are nobody's, unless the end makes them whole.
                self.assertEqual(set(self.files_at(f"/results/{id}")), {"half", "more"} if last == "true" else set())
                self.until(lambda: self.snapshots() == [], "the snapshot to be gone")
                self.until(lambda: not (self.root / "results" / id).exists() and not (self.root / "code" / id).exists(), "the folders to be gone")
        self.assertEqual([path for path in (self.state / "files").iterdir() if path.name.startswith(("begun", "ended"))], [])

    def test_a_process_that_is_cancelled_leaves_nothing(self):
        self.put("/code", "main.sh", b"")
        self.serve()
        fs = self.results() | {"snapshots": [{"snapshotid": self.snapshot("/code"), "label": "/code", "dir": "/code/{processid}"}]}
        id = self.execute(f"touch {self.root}/results/$COLONIES_PROCESS_ID/half; exec sleep 1000", fs)
        self.until(lambda: (self.root / "results" / id / "half").exists(), "the process to run")
        self.call("cancelprocessmsg", processid=id)
        self.until(lambda: self.snapshots() == [], "the snapshot to be gone")
        self.until(lambda: not (self.root / "results" / id).exists(), "the folder to be gone")
        self.assertEqual(self.files_at(f"/results/{id}"), {})

    def test_results_that_cannot_be_stored(self):
        self.serve()
        id = self.execute(f"echo result >{self.root}/results/$COLONIES_PROCESS_ID/out; sleep 0.5", self.results())
        self.await_process(id, RUNNING)
        self.until(lambda: (self.root / "results" / id / "out").exists(), "the result")
        self.s3.kill()
        try:
            [error, *_] = self.errors_of(id)
        finally:
            self.s3.start()
        self.assertIn("onProcessStart=false", error)
        self.assertEqual((self.root / "results" / id / "out").read_text(), "result\n")


class Killed(MountsTest):
    """An agent that is killed while files come and go: the next one takes the process again, and leaves nothing."""

    def setUp(self):
        self.network = self.enterContext(FaultProxy(self.s3.port, free_port()))
        super().setUp()

    def store_port(self):
        return self.network.port

    def test_while_a_snapshot_is_brought_and_while_results_are_stored(self):
        large = random.Random(1).randbytes(20_000_000)
        self.put("/code", "large", large)
        self.serve()
        for about in ("bytes=8388608-", "partNumber=2", "?uploadId="):
            with self.subTest(about):
                fs = self.results() | {"snapshots": [{"snapshotid": self.snapshot("/code"), "label": "/code",
                                                      "dir": "/code/{processid}"}]}
                self.network.hold(about)
                id = self.execute(f"cd {self.root} && cp code/$COLONIES_PROCESS_ID/large results/$COLONIES_PROCESS_ID/copy", fs)
                self.network.await_held()
                self.kill()
                self.network.cut()
                self.network.heal()
                self.start()
                self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])
                self.assertEqual(self.stored(f"/results/{id}"), {"copy": large})
                self.until(lambda: self.snapshots() == [], "the snapshot to be gone")
                self.assertEqual([path for path in self.root.rglob("*") if path.is_file() or id in path.name], [])
                self.assertEqual(self.s3.uploads(self.bucket), [])
                self.assertEqual(len(self.revisions(f"/results/{id}", "copy")), 1)


class InContainers(MountsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine = cls.enterClassContext(DockerEngine())

    def setUp(self):
        super().setUp()
        self.environment["DOCKER_HOST"] = self.engine.host
        self.addCleanup(self.engine.clear)

    def contained(self, cmd, fs, **fields):
        return self.send("docker.execute", kwargs={"docker-image": self.engine.IMAGE, "cmd": cmd}, fs=fs, **fields)

    def test_files_at_both_places(self):
        self.put("/in", "input", b"data")
        self.serve()
        fs = {"mount": "/data", "dirs": [{"label": "/in", "dir": "/in", "keepfiles": True},
                                         {"label": "/out/{processid}", "dir": "/out/{processid}"}]}
        id = self.contained("cat /cfs/in/input >/data/out/{processid}/copy", fs)
        self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])
        self.assertEqual(self.stored(f"/out/{id}"), {"copy": b"data"})
        self.assertEqual(sorted(path.name for path in self.root.iterdir()), ["in", "out"])

    def test_a_failure_keeps_its_words(self):
        self.serve()
        id = self.contained("exit 3", self.results())
        self.assertEqual(self.errors_of(id)[0], "ContainerExecutor: Exit with an error, exit code = 3: Failed to execute process")
        id = self.contained("true", {"mount": "/cfs", "dirs": [{"label": "/l", "dir": "../x"}]})
        self.assertRegex(self.errors_of(id)[0], "^ContainerExecutor: fs.dirs")
        for mount in ("cfs", "/", "/cfs/../etc", "/a:ro"):
            id = self.contained("true", {"mount": mount, "dirs": [{"label": "/l", "dir": "x"}]})
            self.assertIn("fs.mount", self.errors_of(id)[0])
        self.assertFalse((self.root / "x").exists())

    def test_conditions_are_limits(self):
        self.serve()
        id = self.contained("until [ -e /cfs/out/go ]; do sleep 0.1; done", {
            "mount": "/cfs", "dirs": [{"label": "/out", "dir": "/out"}]}, conditions={"mem": "64Mi", "cpu": "500m"})
        [container] = self.until(self.engine.ids, "the container")
        host = self.engine.inspect(container)["HostConfig"]
        self.assertEqual((host["Memory"], host["NanoCpus"], host["DeviceRequests"] or []), (64 << 20, 500_000_000, []))
        (self.root / "out" / "go").touch()
        self.assertEqual(self.ended_process(id)["state"], SUCCESSFUL, self.process(id)["errors"])


if __name__ == "__main__":
    main()
