#!/usr/bin/env python3
"""forager.docker of scripts against a real engine: docker_run_test.py FORAGER."""
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, main
from docker_engine import DockerEngine
from docker_test import DockerTest

def setUpModule():
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


class Runs(DockerTest):
    def test_a_container_is_run_as_a_command_is(self):
        result = self.returned("""return run { command = { "sh", "-c", "echo out; echo err >&2" } }""")
        self.assertEqual((result["stdout"], result["stderr"], result["code"]), ("out\n", "err\n", 0))
        self.assertGreater(result["seconds"], 0)
        self.assert_clear()

    def test_a_line_is_split_into_words(self):
        self.assertEqual(self.returned("""return run { command = "sh -c 'echo $0-$1' a 'b c'" }""")["stdout"], "a-b c\n")

    def test_a_status_is_an_error_with_what_belongs_to_it(self):
        error = self.failure("""run { command = { "sh", "-c", "echo so far; echo why >&2; exit 3" } }""")
        self.assertEqual((error["code"], error["exit_code"], error["stdout"], error["stderr"]),
                         ("exit", 3, "so far\n", "why\n"))
        self.assertIn("ended with status 3: why", error["message"])
        self.assertIn("script1.lua:", error["where"])
        self.assert_clear()
        self.assertEqual(self.returned("""return run { command = "false", check = false }""")["code"], 1)

    def test_bytes_survive_and_standard_input_is_read(self):
        result = self.returned(r"""
          local input = ("\0\255x\n"):rep(100000)
          local echoed = run { command = "cat", stdin = input }
          return { same = echoed.stdout == input, none = run { command = "cat" }.stdout }""")
        self.assertEqual(result, {"same": True, "none": ""})

    def test_lines_are_heard_while_it_runs(self):
        result = self.returned("""
          local heard = {}
          run { command = { "sh", "-c", "echo a; echo b >&2; printf c" }, on_line = function(line, stream)
            heard[#heard + 1] = stream .. ":" .. line
          end }
          table.sort(heard)
          return heard""")
        self.assertEqual(result, ["stderr:b", "stdout:a", "stdout:c"])

    def test_an_output_without_end_is_bounded(self):
        error = self.failure("""run { command = "yes", limit = "64KB", timeout = "1s" }""")
        self.assertEqual(error["code"], "timed_out")
        self.assertLess(len(error["stdout"]), 70_000)
        self.assertIn("timed out after 1", error["message"])
        self.assert_clear()

    def test_both_outputs_are_one_when_asked(self):
        result = self.returned("""return run { command = { "sh", "-c", "echo a; echo b >&2; echo c" }, merge = true }""")
        self.assertEqual((sorted(result["stdout"].split()), result["stderr"]), (["a", "b", "c"], ""))

    def test_options_reach_the_container(self):
        (self.folder / "in").mkdir()
        (self.folder / "in" / "file").write_text("from outside")
        result = self.returned("""return run { name = "named", user = "7:8", cwd = "/tmp", hostname = "box",
          env = { GREETING = "hello", N = 1 }, volumes = { "FOLDER/in:/in:ro", { type = "tmpfs", target = "/ram" } },
          command = { "sh", "-c", "id -u; pwd; hostname; echo $GREETING $N; cat /in/file; touch /in/x || echo ro; touch /ram/x" },
          check = false }""")
        self.assertEqual(result["stdout"].splitlines(), ["7", "/tmp", "box", "hello 1", "from outsidero"])

    def test_limits_are_the_kernels(self):
        self.begin("""run { name = "limited", command = "sleep 100", memory = "32MB", cpus = 0.5, pids = 20, read_only = true }""")
        self.await_containers()
        host = self.engine.inspect("limited")["HostConfig"]
        self.assertEqual((host["Memory"], host["MemorySwap"], host["NanoCpus"], host["PidsLimit"], host["ReadonlyRootfs"],
                          host["SecurityOpt"]), (32 << 20, 32 << 20, 500_000_000, 20, True, ["no-new-privileges"]))

    def test_who_it_belongs_to_stands_in_its_labels(self):
        self.begin("""run { name = "mine", command = "sleep 100", labels = { team = "a" } }""")
        self.await_containers()
        labels = self.engine.inspect("mine")["Config"]["Labels"]
        self.assertEqual(labels["team"], "a")
        self.assertTrue(labels["forager.invocation"] and labels["forager.home"] and labels["forager.owner"])

    def test_many_run_at_once(self):
        result = self.returned("""
          local tasks = {}
          for i = 1, 12 do
            tasks[i] = forager.spawn(function() return run { command = { "sh", "-c", "sleep 1; echo " .. i } }.stdout end)
          end
          local begun = forager.time.now()
          local sum = 0
          for _, task in ipairs(tasks) do sum = sum + tonumber(task:join()) end
          return sum""")
        self.assertEqual(result, 78)
        self.assert_clear()


class Ends(DockerTest):
    def test_who_is_cancelled_leaves_no_container(self):
        result = self.returned("""
          local task = forager.spawn(function() run { command = "sleep 100" } end)
          forager.sleep "1s"
          task:cancel()
          return caught(task.join, task).code""")
        self.assertEqual(result, "cancelled")
        self.assert_clear()

    def test_a_cancellation_at_any_moment_leaves_none(self):
        self.returned("""
          for pause = 0, 300, 10 do
            pcall(forager.timeout, pause / 1000, function() run { command = "sleep 100" } end)
          end""")
        self.assert_clear()

    def test_signals_end_it(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            run = self.begin("""run { command = "sleep 100" }""")
            self.await_containers()
            run.send_signal(number)
            run.communicate(timeout=PATIENCE)
            self.assertEqual(run.returncode, status)
            self.assert_clear()

    def test_what_a_killed_run_left_is_removed_by_the_next(self):
        run = self.begin("""run { command = "sleep 100" }""")
        other = self.begin("""run { command = "sleep 100", name = "of-one-who-lives" }""")
        self.await_containers(2)
        run.kill()
        run.communicate()
        self.returned("""return run { command = "true" }.code""")
        self.assertEqual(self.engine.ids(), self.engine.ids("name=of-one-who-lives"))
        other.terminate()
        other.communicate(timeout=PATIENCE)
        self.assert_clear()

    def test_an_engine_that_dies_is_told_and_nothing_stays(self):
        run = self.begin("""
          local before = caught(run, { command = { "sh", "-c", "trap 'exit 0' TERM; sleep 100 & wait" } })
          forager.files.write("FOLDER/told", before.code)
          repeat forager.sleep "50ms" until forager.files.exists "FOLDER/again"
          return { before, run { command = "echo back" }.stdout }""")
        self.await_containers()
        self.engine.kill()
        self.until((self.folder / "told").exists, "the failure")
        self.engine.start()
        (self.folder / "again").touch()
        before, after = self.document(run)["result"]
        self.assertEqual(before["code"], "unreachable")
        self.assertEqual(after, "back\n")
        self.assert_clear()


class Refusals(DockerTest):
    def test_an_engine_that_is_away_is_named(self):
        self.environment["DOCKER_HOST"] = f"unix://{self.folder}/nobody.sock"
        error = self.failure("""run { command = "true" }""")
        self.assertEqual(error["code"], "unreachable")
        self.assertIn("nobody.sock", error["message"])

    def test_mistakes_are_told_before_anything_is_made(self):
        for options, words in [("comand = 'x'", "did you mean 'command'"), ("memory = 'much'", "'memory' must be a size"),
                               ("volumes = { 'x' }", "'volumes' has 'x'"), ("image = 'No Good'", "names no image"),
                               ("timeout = 'soon'", "'timeout' must be a duration")]:
            error = self.failure("run { %s }" % options)
            self.assertEqual(error["code"], "bad_arguments", error)
            self.assertIn(words, error["message"])
        self.assert_clear()

    def test_what_the_engine_refuses_is_told_in_its_words(self):
        error = self.failure("""run { command = "no-such-program" }""")
        self.assertIn("no-such-program", error["message"])
        error = self.failure("""run { command = "true", network = "nowhere" }""")
        self.assertIn("nowhere", error["message"])
        error = self.failure("""run { command = "true", volumes = { "FOLDER/nothing:/x" } }""")
        self.assertIn("FOLDER/nothing".replace("FOLDER", str(self.folder)), error["message"])
        self.assert_clear()

    def test_an_image_that_is_nowhere_is_told(self):
        error = self.failure("""run { image = "127.0.0.1:9/nothing:1", command = "true" }""")
        self.assertIn("127.0.0.1:9", error["message"])
        self.assertEqual(error["code"], "unreachable")
        error = self.failure("""run { image = "test/other", command = "true", pull = "never" }""")
        self.assertEqual(error["code"], "not_found")
        self.assertIn("test/other:latest", error["message"])


if __name__ == "__main__":
    main()
