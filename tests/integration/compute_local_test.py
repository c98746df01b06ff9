#!/usr/bin/env python3
"""Compute jobs on processes of this machine: compute_local_test.py FORAGER."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, main
from compute_jobs import HELD, Jobs, Kills, Stops
from compute_world import ComputeTest, sha256
from s3_server import S3Server


class LocalJobs(Jobs, ComputeTest):
    def test_the_algorithm_sees_real_paths(self):
        self.start()
        _, published = self.done(self.document(self.stage("""
            echo "$DIDS" >"$OUTPUTS/dids"; echo "$TRANSFORMATION_DID" >"$OUTPUTS/did"
            for path in "$VOLUME" "$INPUTS" "$OUTPUTS" "$LOGS" "$ALGO"; do test -e "$path" || exit 9; done
            cp "$INPUTS/soil/0" "$OUTPUTS/same"; echo mine >"$LOGS/own.log"; cat "$INPUTS/algoCustomData.json" >"$OUTPUTS/custom"
            """, algorithm={"algocustomdata": {"window": 7}})))
        self.assertEqual(json.loads(published["dids"]), ["soil", "rain"])
        self.assertEqual(published["did"], b"cc33\n")
        self.assertEqual(published["same"], b"1\n2\n3\n")
        self.assertEqual(json.loads(published["custom"]), {"window": 7})
        self.assertEqual(published["own.log"], b"mine\n")

    def test_files_of_this_machine_are_inputs_as_well(self):
        (self.folder / "a file").write_text("here")
        self.start()
        inputs = [{"id": "one", "url": str(self.folder / "a file")},
                  {"id": "two", "url": f"file://{self.folder}/a%20file", "checksum": sha256(b"here")}]
        _, published = self.done(self.document(self.stage('cat "$INPUTS"/*/0 >"$OUTPUTS/both"', inputs)))
        self.assertEqual(published["both"], b"herehere")
        _, status = self.failed_job(self.document(self.stage("true", [{"id": "x", "url": "/not/there"}])), 31)
        self.assertIn("/not/there", status["statusText"])

    def test_memory_is_limited(self):
        self.start()
        code = "python3 -c 'x = bytearray(600 * 1024 * 1024)'"
        job, _ = self.failed_job(self.document(self.stage(code, [], resources={"ramGB": 0.25})), 41)
        self.assertIn(b"MemoryError", self.published(job)["algorithm.log"])

    def test_links_are_not_followed(self):
        (self.folder / "secret").write_text("secret")
        self.start()
        _, published = self.done(self.document(self.stage(
            f'ln -s {self.folder}/secret "$OUTPUTS/link"; mkdir "$OUTPUTS/sub"; ln -s {self.folder} "$OUTPUTS/sub/up"', [])))
        self.assertEqual(set(published), {"algorithm.log", "configure.log", "publish.log"})


class Guards(ComputeTest):
    """A job goes on by leave of a function."""

    def setUp(self):
        super().setUp()
        self.script("""forager.func { name = "gates.open", args = { { "gate", "string" } }, run = function(_, gate)
            mark "asked"
            if forager.files.exists("FOLDER/" .. gate) then error({ code = "refused", message = "no more" }, 0) end
            return 0.1
          end }""")
        self.start()
        self.job = self.begin_job(self.document(self.stage(HELD, [])), guard=["gates.open", "no"])
        self.await_output(self.job)

    def ends(self):
        self.assertEqual(self.failed(self.job)["message"], "no more")
        self.assert_nothing_left()

    def test_one_that_allows_it_is_asked_again(self):
        self.await_mark("asked", 3)
        self.open_area()
        self.assertEqual(self.await_end(self.job)["status"], 70)

    def test_one_that_says_no_ends_it(self):
        self.open_gate("no")
        self.ends()

    def test_it_is_asked_before_the_job_goes_on(self):
        self.kill()
        self.open_gate("no")
        self.start()
        self.ends()


class Documents(ComputeTest):
    def setUp(self):
        super().setUp()
        self.start()

    def refused(self, document, **more):
        error = self.refusal("call", "compute.start", *self.keywords(document, **more))
        self.assertEqual(error["code"], "bad_arguments", error)
        return error["message"]

    def changed(self, change):
        stage = self.stage("true # and no more")
        change(stage)
        return self.refused(self.document(self.stage("true # and no more"), {"index": 1} | stage | {"index": 1}))

    def test_what_is_wrong_is_named_before_anything_is_begun(self):
        for change, field in (
                (lambda s: s.pop("algorithm"), "stages[1].algorithm is missing"),
                (lambda s: s.pop("compute"), "stages[1].compute is missing"),
                (lambda s: s.pop("input"), "stages[1].input is missing"),
                (lambda s: s.pop("output"), "stages[1].output is missing"),
                (lambda s: s["algorithm"]["container"].update(image=7), "stages[1].algorithm.container.image must be a string"),
                (lambda s: s["algorithm"].update(rawcode=""), "stages[1].algorithm needs rawcode or url"),
                (lambda s: s["input"][1].update(url=[1]), "stages[1].input[1].url[0] must be a string"),
                (lambda s: s["input"][1].update(url="ftp://x/y"), "stages[1].input[1].url must begin with"),
                (lambda s: s["input"][0].pop("id"), "stages[1].input[0].id is missing"),
                (lambda s: s["input"][0].update(id="did:op:../x"), "stages[1].input[0].id cannot be"),
                (lambda s: s["input"][0].update(checksum="md5:1"), "stages[1].input[0].checksum must be"),
                (lambda s: s["input"][0].update(previousStage=1), "stages[1].input[0].previousStage is 1"),
                (lambda s: s["compute"].update(maxtime="1h"), "stages[1].compute.maxtime must be a number"),
                (lambda s: s["compute"].update(resources={"ramGB": -1}), "stages[1].compute.resources.ramGB must be more")):
            with self.subTest(field):
                self.assertIn(field, self.changed(change))
        self.assertIn("stages", self.refused({}))
        self.assertIn("workflow.stages is empty", self.refused({"stages": []}))
        self.assertEqual(self.result("ps", "--all"), [])

    def test_what_else_is_asked_for_is_looked_at_too(self):
        fine = self.document(self.stage("true # and no more"))
        self.assertIn('runtime must be "local"', self.refused(fine, runtime="lcoal"))
        self.assertIn("results must be", self.refused(fine, results="relative/path"))
        self.assertIn("results is missing", self.refused(fine, results=""))
        self.assertIn("stages[0].algorithm.container.image is missing", self.refused(fine, runtime="docker"))
        self.assertIn("filter has no field", self.refused(fine, filter={"img": "x"}))

    def test_the_document_may_be_as_the_service_stores_it(self):
        stored = {"apiVersion": "v0.0.1", "kind": "WorkFlow", "metadata": {"name": "x"},
                  "spec": {"metadata": self.document(self.stage('echo stored >"$OUTPUTS/out"'))}}
        self.assertEqual(self.done(stored)[1]["out"], b"stored\n")

    def test_a_job_that_is_not_known(self):
        for function in ("status", "results", "stop"):
            self.assertEqual(self.refusal("call", f"compute.{function}", "nobody")["code"], "not_found")
        other = self.submit("echo.echo", "x")
        self.succeeded(other)
        self.assertEqual(self.refusal("call", "compute.status", other)["code"], "not_found")


class Store(ComputeTest):
    """Data and results in an object store."""

    def setUp(self):
        super().setUp()
        self.store = self.enterContext(S3Server(self.folder / "s3"))
        self.store.make_bucket()
        self.store.make_bucket("other")
        self.environment |= self.store.environment()
        self.start()

    def objects(self, bucket="files"):
        folder = self.store.data / bucket
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def test_data_come_from_there_and_results_go_there(self):
        (self.store.data / "other" / "in").mkdir()
        (self.store.data / "other" / "in" / "data").write_bytes(b"stored")
        inputs = [{"id": "x", "url": "s3://other/in/data", "checksum": sha256(b"stored")}]
        document = self.document(self.stage('mkdir "$OUTPUTS/a"; cat "$INPUTS/x/0" >"$OUTPUTS/a/b"', inputs))
        job = self.begin_job(document, results="s3://files/jobs")
        self.assertEqual(self.await_end(job)["status"], 70)
        self.assertEqual(self.objects()[f"jobs/{job}/data/outputs/a/b"], b"stored")
        results = self.result("call", "compute.results", job)
        self.assertEqual({one["url"] for one in results}, {f"s3://files/{key}" for key in self.objects()})
        self.assertEqual([one["filesize"] for one in results if one["filename"] == "a/b"], [6])

    def test_objects_and_buckets_that_are_not_there(self):
        document = self.document(self.stage("true and true", [{"id": "x", "url": "s3://other/nothing"}]))
        self.assertIn("s3://other/nothing", self.failed_job(document, 31)[1]["statusText"])
        self.failed_job(self.document(self.stage("true and true", [])), 61, results="s3://nobody")


class LocalStops(Stops, ComputeTest):
    pass


class LocalKills(Kills, ComputeTest):
    pass


class Scripts(ComputeTest):
    """Who serves the family, and what there is without an agent."""

    SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "workflows" / "compute.lua"

    def test_a_script_of_the_folder_takes_the_place_of_the_program_s_own(self):
        self.start()
        names = lambda: {one["name"]: one.get("where", "") for one in self.result("functions")}
        self.assertTrue(names()["compute.start"].startswith("builtin:/compute.lua:"))
        self.assertNotIn("compute.*", names())
        self.script('forager.func { name = "compute.start", run = function() return "mine" end }', "own.lua")
        self.result("reload")
        self.assertEqual(self.result("call", "compute.start"), "mine")
        self.assertNotIn("compute.status", names())
        (self.scripts / "own.lua").unlink()
        self.result("reload")
        self.assertTrue(names()["compute.start"].startswith("builtin:/compute.lua:"))
        self.assertEqual([one["path"] for one in self.result("status")["scripts"]], [])

    def run_here(self, *words):
        done = subprocess.run([FORAGER, "run", "--json", *words], capture_output=True, text=True, timeout=PATIENCE,
                              cwd=self.folder, env=self.environment)
        return json.loads(done.stdout), done

    def test_one_job_without_an_agent(self):
        (self.folder / "job.json").write_text(json.dumps(self.document(self.stage('cat "$INPUTS"/*/0 >"$OUTPUTS/all"'))))
        for script in (self.SCRIPT, "builtin:/compute.lua"):
            document, done = self.run_here(script, "job.json", f"results={self.results}")
            self.assertEqual((document["ok"], done.returncode), (True, 0), document)
            result = document["result"]
            self.assertEqual((result["status"], result["stages"]), (70, [{"index": 0, "exitCode": 0}]))
            (output,) = [one for one in result["results"] if one["type"] == "output"]
            self.assertEqual(output["url"], f"file://{self.results}/{result['jobId']}/data/outputs/all")

    def test_one_that_fails_without_an_agent(self):
        (self.folder / "job.json").write_text(json.dumps(self.document(self.stage("echo so; exit 3 # it ends"))))
        document, done = self.run_here(self.SCRIPT, "job.json")
        self.assertEqual((document["ok"], done.returncode), (False, 1))
        self.assertEqual((document["error"]["status"], document["error"]["stages"][0]["exitCode"]), (41, 3))
        (log,) = self.folder.glob("results/*/data/logs/algorithm.log")
        self.assertEqual(log.read_text(), "so\n")

    def test_what_needs_the_agent_says_how_to_begin_one(self):
        done = self.forager("call", "compute.start", *self.keywords(self.document(self.stage("true"))))
        self.assertEqual(done.returncode, 1)
        self.assertIn("'forager agent' starts one", done.stderr)


if __name__ == "__main__":
    main()
