"""What compute jobs do, wherever the algorithm runs: mixed into tests of each runtime, beside ComputeTest."""
import hashlib

from compute_world import sha256

# Says that it runs, and waits for the gate of its area.
HELD = 'echo partial >"$OUTPUTS/part"; echo begun; until [ -e "$VOLUME/gate" ]; do sleep 0.1; done; echo ended\n'


class Jobs:
    def test_two_inputs_and_what_comes_of_them(self):
        self.start()
        job, published = self.done(self.document(self.stage(
            'cat "$INPUTS/soil/0" "$INPUTS/rain/0" >"$OUTPUTS/all.csv"; echo said; echo aside >&2')))
        self.assertEqual(published["all.csv"], b"1\n2\n3\n40\n50\n")
        self.assertEqual(sorted(published["algorithm.log"].split()), [b"aside", b"said"])
        self.assertIn(hashlib.sha256(b"40\n50\n").hexdigest().encode(), published["configure.log"])
        self.assertEqual(self.status(job)["stages"], [{"index": 0, "exitCode": 0}])
        kinds = {one["filename"]: one["type"] for one in self.result("call", "compute.results", job)}
        self.assertEqual(kinds, {"all.csv": "output", "algorithm.log": "algorithmLog", "configure.log": "configrationLog",
                                 "publish.log": "publishLog"})
        self.assertTrue((self.results / job / "data" / "outputs" / "all.csv").exists())
        self.assert_nothing_left()

    def test_sub_directories_come_along(self):
        self.start()
        _, published = self.done(self.document(self.stage(
            'mkdir -p "$OUTPUTS/a/b c"; echo deep >"$OUTPUTS/a/b c/d%.txt"; echo hidden >"$OUTPUTS/a/.h"', [])))
        self.assertEqual((published["a/b c/d%.txt"], published["a/.h"]), (b"deep\n", b"hidden\n"))

    def test_data_that_is_not_there(self):
        self.start()
        job, status = self.failed_job(self.document(self.stage("true", [self.input("nothing")])), 31)
        self.assertIn("404", status["statusText"])
        self.assertTrue(status["statusText"].startswith("Data provisioning failed"))
        self.assertEqual(self.data.asked, ["/nothing.csv"])
        self.assertIn(b"404", self.published(job)["configure.log"])
        self.assertEqual(status["stages"], [])
        self.assert_nothing_left()

    def test_a_server_in_trouble_is_asked_again(self):
        self.data.answers["/soil.csv"] = [503, 500]
        self.start()
        _, published = self.done(self.document(self.stage('cat "$INPUTS/soil/0" >"$OUTPUTS/x"', [self.input("soil")])))
        self.assertEqual(published["x"], b"1\n2\n3\n")
        self.assertEqual(self.data.asked, ["/soil.csv"] * 3)

    def test_checksums(self):
        self.start()
        good, bad = sha256(b"1\n2\n3\n"), sha256(b"other")
        self.done(self.document(self.stage("true", [self.input("soil", checksum=good)])))
        for status, stage in ((31, self.stage("true", [self.input("soil", checksum=bad)])),
                              (32, self.stage("true and more", [], algorithm={"checksum": sha256(b"1\n2\n3\n")}))):
            _, told = self.failed_job(self.document(stage), status)
            wanted = (bad if status == 31 else good).removeprefix("sha256:")
            has = (good if status == 31 else sha256(b"true and more")).removeprefix("sha256:")
            self.assertIn(wanted, told["statusText"])
            self.assertIn(has, told["statusText"])

    def test_an_algorithm_that_is_not_there(self):
        self.start()
        _, status = self.failed_job(self.document(self.stage("", [], algorithm={"url": self.data.url("/code.sh")})), 32)
        self.assertIn("404", status["statusText"])

    def test_an_algorithm_by_its_url(self):
        code = b'echo fetched >"$OUTPUTS/out"\n'
        self.data.files["/code.sh"] = code
        self.start()
        _, published = self.done(self.document(self.stage(
            "", [], algorithm={"url": [self.data.url("/code.sh")], "checksum": sha256(code)})))
        self.assertEqual(published["out"], b"fetched\n")

    def test_an_algorithm_that_fails(self):
        self.start()
        job, status = self.failed_job(self.document(self.stage('echo some >"$OUTPUTS/out"; echo said; exit 3', [])), 41)
        self.assertEqual(status["stages"], [{"index": 0, "exitCode": 3}])
        self.assertIn("status 3", status["statusText"])
        published = self.published(job)
        self.assertEqual((published["out"], published["algorithm.log"]), (b"some\n", b"said\n"))
        self.assert_nothing_left()

    def test_one_that_is_no_program(self):
        self.start()
        job, status = self.failed_job(self.document(self.stage("if then else fi (", [])), 41)
        self.assertNotEqual(status["stages"][0]["exitCode"], 0)
        self.assertIn(b"yntax error", self.published(job)["algorithm.log"])

    def test_the_time_limit(self):
        self.start()
        job, status = self.failed_job(self.document(self.stage('echo partial >"$OUTPUTS/part"; sleep 600', [], maxtime=2)), 43)
        self.assertIn("2 s", status["statusText"])
        self.assertEqual(self.published(job)["part"], b"partial\n")
        _, status = self.failed_job(self.document(self.stage("sleep 600 # too long", [], maxtime=600)), 43, maxtime=1)
        self.assertIn("1 s", status["statusText"])
        self.assert_nothing_left()

    def test_a_stage_gets_the_outputs_of_an_earlier_one(self):
        self.start()
        first = self.stage('mkdir "$OUTPUTS/sub"; echo one >"$OUTPUTS/sub/x"; echo said by the first', [], index=1)
        second = self.stage('cat "$INPUTS"/*/sub/x >"$OUTPUTS/y"; echo two >>"$OUTPUTS/y"; echo said by the second',
                            [{"index": 0, "previousStage": 1}], index=2)
        job, published = self.done(self.document(second, first))
        self.assertEqual((published["sub/x"], published["y"]), (b"one\n", b"one\ntwo\n"))
        self.assertEqual([stage["index"] for stage in self.status(job)["stages"]], [1, 2])
        for index, word in ((1, "first"), (2, "second")):
            log = self.results / job / str(index) / "data" / "logs" / "algorithm.log"
            self.assertEqual(log.read_text(), f"said by the {word}\n")

    def test_a_stage_that_fails_is_the_last(self):
        self.start()
        job, status = self.failed_job(self.document(self.stage("exit 5 # at once", []),
                                                    self.stage("true and true", [], index=1)), 41)
        self.assertEqual(status["stages"], [{"index": 0, "exitCode": 5}])

    def test_a_filter_lets_through_what_it_likes(self):
        self.start()
        stage = self.stage('echo public >"$OUTPUTS/public"; echo private >"$OUTPUTS/private"', [])
        job, published = self.done(self.document(stage), filter=self.filter('rm "$OUTPUTS/private"; echo looked'))
        self.assertEqual((published["public"], published["filter.log"]), (b"public\n", b"looked\n"))
        self.assertNotIn("private", published)
        self.assertIn("filteringLog", {one["type"] for one in self.result("call", "compute.results", job)})
        job, status = self.failed_job(self.document(stage), 61, filter=self.filter("echo not this; exit 1"))
        self.assertIn("the filter failed", status["statusText"])
        self.assertEqual(set(self.published(job)), {"filter.log", "configure.log", "publish.log"})

    def test_results_that_cannot_be_published(self):
        self.results.write_text("a file in the way")
        self.start()
        job, status = self.failed_job(self.document(self.stage("true and true", [])), 61)
        self.assertEqual(self.result("call", "compute.results", job), [])
        self.assert_nothing_left()

    def test_others_hear_of_beginning_and_end(self):
        self.start()
        job, _ = self.done(self.document(self.stage("true and true")), notify_start=self.data.url("/begun"),
                           notify_stop=self.data.url("/ended"))
        begun, ended = self.data.told
        self.assertEqual((begun["jobId"], begun["algoDID"], begun["DID"]), (job, "cc33", ["soil", "rain"]))
        self.assertEqual((ended["jobId"], ended["status"], ended["statusText"]), (job, 70, "Job finished"))


class Stops:
    def test_while_data_is_brought(self):
        self.data.hold("/soil.csv")
        self.start()
        job = self.begin_job(self.document(self.stage("true and true")))
        self.until(lambda: self.data.asked, "the request")
        self.assertEqual(self.status(job)["status"], 20)
        self.result("call", "compute.stop", job)
        status = self.await_end(job)
        self.assertEqual((status["status"], status["statusText"], status["stages"]), (42, "Job stopped", []))
        self.assertIn("configure.log", self.published(job))
        self.assert_nothing_left()

    def test_while_the_algorithm_runs(self):
        self.start()
        job = self.begin_job(self.document(self.stage(HELD, []), self.stage("true and true", [], index=1)))
        self.await_output(job)
        self.assertEqual(self.status(job)["status"], 40)
        self.result("call", "compute.stop", job)
        status = self.await_end(job)
        self.assertEqual((status["status"], [stage["index"] for stage in status["stages"]]), (42, [0]))
        published = self.published(job)
        self.assertEqual((published["part"], published["algorithm.log"]), (b"partial\n", b"begun\n"))
        self.assert_nothing_left()

    def test_while_it_is_filtered(self):
        self.start()
        job = self.begin_job(self.document(self.stage('echo x >"$OUTPUTS/out"', [])), filter=self.filter(HELD))
        self.await_output(job)
        self.assertEqual(self.status(job)["status"], 50)
        self.result("call", "compute.stop", job)
        self.assertEqual(self.await_end(job)["status"], 42)
        self.assertNotIn("out", self.published(job))  # nobody has looked through it to the end
        self.assert_nothing_left()

    def test_a_stopped_algorithm_s_outputs_are_filtered_too(self):
        self.start()
        job = self.begin_job(self.document(self.stage(HELD, [])), filter=self.filter(
            'cat "$OUTPUTS/part" >"$OUTPUTS/fine"; rm "$OUTPUTS/part"'))
        self.await_output(job)
        self.result("call", "compute.stop", job)
        self.assertEqual(self.await_end(job)["status"], 42)
        published = self.published(job)
        self.assertEqual(published["fine"], b"partial\n")
        self.assertNotIn("part", published)

    def test_while_it_is_published(self):
        self.start()
        job = self.begin_job(self.document(self.stage('for i in $(seq 300); do echo $i >"$OUTPUTS/$i"; done', [])))
        self.await_status(job, 60)
        self.result("call", "compute.stop", job)
        self.assertIn(self.await_end(job)["status"], (42, 70))
        self.assertEqual(len(self.published(job)), 303)

    def test_after_the_end_it_does_no_harm(self):
        self.start()
        job, _ = self.done(self.document(self.stage("true and true", [])))
        for _ in range(2):
            self.assertEqual(self.result("call", "compute.stop", job)["status"], 70)
        self.assertEqual(self.status(job)["status"], 70)

    def test_before_a_restart_it_counts_after_it(self):
        self.data.hold("/soil.csv")
        self.start()
        job = self.begin_job(self.document(self.stage("true and true")))
        self.until(lambda: self.data.asked, "the request")
        self.kill()
        self.data.release()
        self.start()
        self.result("call", "compute.stop", job)
        self.restart()
        self.assertIn(self.await_end(job)["status"], (42, 70))

    def test_one_that_is_cancelled_leaves_nothing(self):
        self.start()
        job = self.begin_job(self.document(self.stage(HELD, [])))
        self.await_output(job)
        self.result("cancel", job)
        self.assertEqual(self.await_end(job)["status"], 42)
        self.assert_nothing_left()


class Kills:
    def goes_on(self, job, lines):
        """To its end, as if nothing had been."""
        status = self.await_end(job)
        self.assertEqual((status["status"], status["stages"]), (70, [{"index": 0, "exitCode": 0}]), self.lines_of(job))
        published = self.published(job)
        self.assertEqual(published["algorithm.log"].decode().splitlines(), lines)
        self.assert_nothing_left()
        return published

    def test_while_data_is_brought(self):
        self.data.hold("/rain.csv")
        self.start()
        job = self.begin_job(self.document(self.stage('cat "$INPUTS/rain/0" >"$OUTPUTS/out"; echo once')))
        self.until(lambda: "/rain.csv" in self.data.asked, "the request")
        self.kill()
        self.data.release()
        self.start()
        self.assertEqual(self.goes_on(job, ["once"])["out"], b"40\n50\n")

    def test_while_the_algorithm_runs(self):
        self.start()
        job = self.begin_job(self.document(self.stage(HELD)))
        self.await_output(job)
        self.restart()
        self.assertIn(self.status(job)["status"], (30, 40))
        self.open_area()
        self.assertEqual(self.goes_on(job, ["begun", "ended"])["part"], b"partial\n")
        self.assertEqual(self.data.asked, ["/soil.csv", "/rain.csv"])

    def test_an_algorithm_that_ends_while_no_agent_lives(self):
        self.start()
        job = self.begin_job(self.document(self.stage(HELD)))
        self.await_output(job)
        self.kill()
        self.open_area()
        self.await_algorithm_s_end()
        self.start()
        self.goes_on(job, ["begun", "ended"])

    def test_one_that_the_agent_is_stopped_under(self):
        self.configure(agent='grace = "0s"')
        self.start()
        job = self.begin_job(self.document(self.stage(HELD)))
        self.await_output(job)
        self.stop()
        self.start()
        self.open_area()
        self.goes_on(job, ["begun", "ended"])

    def test_while_it_is_filtered(self):
        self.start()
        job = self.begin_job(self.document(self.stage('echo x >"$OUTPUTS/out"; echo once', [])), filter=self.filter(HELD))
        self.await_output(job)
        self.restart()
        self.open_area()
        self.assertEqual(self.goes_on(job, ["once"])["filter.log"], b"begun\nended\n")

    def test_while_it_is_published(self):
        self.start()
        job = self.begin_job(self.document(self.stage('for i in $(seq 300); do echo $i >"$OUTPUTS/$i"; done; echo once', [])))
        self.await_status(job, 60, 70)
        self.restart()
        published = self.goes_on(job, ["once"])
        self.assertEqual(len(published), 303)
        self.assertEqual(published["300"], b"300\n")

    def test_in_the_second_stage(self):
        self.start()
        job = self.begin_job(self.document(self.stage('echo one >"$OUTPUTS/x"; echo once', []),
                                           self.stage(HELD, [{"previousStage": 0, "id": "before"}], index=1)))
        self.await_output(job)
        self.restart()
        self.open_area()
        self.assertEqual(self.await_end(job)["status"], 70)
        for stage, log in ((0, "once\n"), (1, "begun\nended\n")):
            self.assertEqual((self.results / job / str(stage) / "data/logs/algorithm.log").read_text(), log)
        self.assert_nothing_left()
