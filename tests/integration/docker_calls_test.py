#!/usr/bin/env python3
"""All of forager.docker but `run`, and the functions of the family, against a real engine: docker_calls_test.py FORAGER."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import FORAGER, PATIENCE, main
from docker_engine import DockerEngine
from docker_test import DockerTest


def setUpModule():
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


class Containers(DockerTest):
    def test_a_container_by_its_name(self):
        result = self.returned("""
          local made = docker.create { image = BOX.image, network = "none", name = "web", labels = { team = "a" },
            command = { "sh", "-c", "echo up; echo oops >&2; trap 'exit 4' TERM; while :; do sleep 0.1; done" } }
          local first, second = docker.start "web", docker.start "web"
          forager.sleep "500ms"
          local running = docker.inspect "web"
          local usage = docker.stats "web"
          local logs = docker.logs("web", { tail = 10 })
          local stopped = docker.stop("web", { timeout = "5s" })
          local ended = docker.inspect "web"
          return { made = made, first = first, second = second, running = running, usage = usage, logs = logs,
            stopped = stopped, again = docker.stop "web", ended = ended, code = docker.wait "web",
            whole = docker.inspect("web", { whole = true }).Name, removed = docker.remove "web",
            gone = docker.remove "web", after = caught(docker.inspect, "web") }""")
        self.assertEqual((result["made"]["state"], result["made"]["name"], result["made"]["labels"]["team"]),
                         ("created", "web", "a"))
        self.assertEqual((result["first"], result["second"], result["stopped"], result["again"]), (True, False, True, False))
        self.assertEqual((result["running"]["state"], result["running"]["running"]), ("running", True))
        self.assertNotIn("finished", result["running"])
        self.assertEqual(result["logs"], {"stdout": "up\n", "stderr": "oops\n"})
        self.assertEqual((result["ended"]["state"], result["ended"]["exit_code"], result["code"]), ("exited", 4, 4))
        self.assertEqual(result["whole"], "/web")
        self.assertEqual((result["removed"], result["gone"]), (True, False))
        self.assertEqual(result["after"]["code"], "not_found")
        self.assertGreater(result["usage"]["memory"], 0)
        self.assertGreaterEqual(result["usage"]["pids"], 1)

    def test_a_name_that_is_taken(self):
        result = self.returned("""
          local function start(conflict, word)
            return docker.start { image = BOX.image, network = "none", name = "one", on_conflict = conflict,
              labels = { word = word }, command = "sleep 100" }
          end
          local first = start(nil, "first")
          local refused = caught(start, "fail", "second")
          local kept = start("keep", "third")
          local fresh = start("replace", "fourth")
          return { refused, kept.id == first.id, kept.labels.word, fresh.id == first.id, fresh.labels.word }""")
        self.assertEqual(result[0]["code"], "refused")
        self.assertIn("already in use", result[0]["message"])
        self.assertEqual(result[1:], [True, "first", False, "fourth"])

    def test_signals_restarts_and_lists(self):
        result = self.returned("""
          for _, name in ipairs { "a1", "a2", "b1" } do
            docker.start { image = BOX.image, network = "none", name = name, command = "sleep 100",
              labels = { kind = name:sub(1, 1) } }
          end
          docker.kill("a1", { signal = "KILL" })
          docker.wait "a1"
          docker.restart("b1", { timeout = 0 })
          local function names(options)
            local found = {}
            for i, container in ipairs(docker.list(options)) do found[i] = container.name end
            table.sort(found)
            return forager.json.array(found)
          end
          return { names(), names { all = true }, names { name = "^/a", all = true }, names { labels = { kind = "b" } },
            #docker.list { all = true, count = 1 }, docker.inspect("a1").exit_code }""")
        self.assertEqual(result, [["a2", "b1"], ["a1", "a2", "b1"], ["a1", "a2"], ["b1"], 1, 137])

    def test_a_command_inside(self):
        result = self.returned("""
          docker.start { image = BOX.image, network = "none", name = "host", command = "sleep 100" }
          local heard = {}
          local good = docker.exec("host", { "sh", "-c", "echo $A; pwd; echo bad >&2" }, { env = { A = "x y" }, cwd = "/tmp",
            on_line = function(line) heard[#heard + 1] = line end })
          table.sort(heard)
          return { good.stdout, good.stderr, heard, caught(docker.exec, "host", "sh -c 'echo why >&2; exit 5'"),
            docker.exec("host", "false", { check = false }).code,
            caught(docker.exec, "host", "sleep 50", { timeout = "300ms" }).code, caught(docker.exec, "nobody", "ls").code }""")
        self.assertEqual(result[:3], ["x y\n/tmp\n", "bad\n", ["/tmp", "bad", "x y"]])
        self.assertEqual((result[3]["code"], result[3]["exit_code"]), ("exit", 5))
        self.assertIn("ended with status 5: why", result[3]["message"])
        self.assertEqual(result[4:], [1, "timed_out", "not_found"])

    def test_logs_are_followed(self):
        result = self.returned("""
          docker.start { image = BOX.image, network = "none", name = "talker",
            command = { "sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.2; done" } }
          local heard = {}
          docker.logs("talker", { follow = true, on_line = function(line) heard[#heard + 1] = line end })
          return heard""")
        self.assertEqual(result, ["1", "2", "3"])

    def test_files_go_in_and_out(self):
        (self.folder / "in").mkdir()
        (self.folder / "in" / "a.txt").write_bytes("\0bytes ü".encode())
        result = self.returned("""
          docker.create { image = BOX.image, network = "none", name = "box", command = { "sh", "-c", "cat /tmp/in/a.txt" } }
          docker.copy_in("box", "FOLDER/in", "/tmp")
          docker.start "box"
          docker.wait "box"
          forager.files.make_folder "FOLDER/out"
          docker.copy_out("box", "/tmp/in", "FOLDER/out")
          return { docker.logs("box").stdout == "\\0bytes ü", caught(docker.copy_out, "box", "/nothing", "FOLDER/out").code }
        """)
        self.assertEqual(result, [True, "not_found"])
        self.assertEqual((self.folder / "out" / "in" / "a.txt").read_bytes(), "\0bytes ü".encode())


class Images(DockerTest):
    def test_an_image_is_built_and_used(self):
        context = self.folder / "context"
        context.mkdir()
        (context / "Dockerfile").write_text(f"FROM {self.engine.IMAGE}\nARG WHO=nobody\nADD . /in/\nRUN echo $WHO >/who\n"
                                            'CMD ["sh", "-c", "cat /who; ls -A /in"]\n')
        (context / ".dockerignore").write_text("*\n!keep\n")
        (context / "keep").touch()
        (context / "secret").touch()
        result = self.returned("""
          local heard = 0
          local built = docker.build { context = "FOLDER/context", tag = "test/built", args = { WHO = "me" }, network = "none",
            labels = { made = "here" }, on_line = function() heard = heard + 1 end }
          local known = docker.image "test/built"
          return { built, heard > 3, known.id, known.labels.made, run({ image = "test/built" }).stdout }""")
        self.assertEqual(result[0]["image"], "test/built:latest")
        self.assertTrue(result[1])
        self.assertEqual(result[0]["id"], result[2])
        self.assertEqual(result[3], "here")
        self.assertEqual(result[4].split(), ["me", "keep"])

    def test_a_build_that_fails_says_why(self):
        context = self.folder / "context"
        context.mkdir()
        (context / "Dockerfile").write_text(f"FROM {self.engine.IMAGE}\nRUN exit 7\n")
        error = self.failure("""docker.build { context = "FOLDER/context", network = "none" }""")
        self.assertEqual(error["code"], "refused")
        self.assertIn("returned a non-zero code: 7", error["message"])
        error = self.failure("""docker.build { context = "FOLDER/nothing" }""")
        self.assertEqual(error["code"], "not_found")

    def test_names_of_images(self):
        result = self.returned("""
          docker.tag(BOX.image, "test/other:2")
          local found = docker.images { name = "test/other" }
          docker.remove_image "test/other:2"
          return { found[1].names, #docker.images { name = "test/other" }, caught(docker.image, "test/other:2").code,
            caught(docker.remove_image, "test/other:2").code, docker.prune_images({ labels = { nobody = "has" } }).removed }""")
        self.assertIn("test/other:2", result[0])
        self.assertEqual(result[1:], [0, "not_found", "not_found", 0])

    def test_volumes_and_networks(self):
        result = self.returned("""
          local volume = docker.volumes.create { name = "data", labels = { a = "b" } }
          run { command = "sh -c 'echo kept >/d/file'", volumes = { "data:/d" } }
          local kept = run { command = "cat /d/file", volumes = { "data:/d:ro" } }.stdout
          local listed = docker.volumes.list { labels = { a = "b" } }
          docker.volumes.remove "data"
          local networks = {}
          for _, network in ipairs(docker.networks.list()) do networks[network.name] = true end
          return { volume.name, volume.labels.a, kept, #listed, caught(docker.volumes.inspect, "data").code, networks.none,
            caught(docker.networks.inspect, "nowhere").code }""")
        self.assertEqual(result, ["data", "b", "kept\n", 1, "not_found", True, "not_found"])


class Functions(DockerTest):
    def call(self, *words):
        run = subprocess.run([FORAGER, "call", "--json", *words], capture_output=True, text=True, timeout=PATIENCE,
                             cwd=self.folder, env=self.environment)
        return json.loads(run.stdout), run.stderr

    def test_they_take_what_scripts_say(self):
        done, _ = self.call("docker.run", "--kw", "network=none", "--kw", "check=false", "--", self.engine.IMAGE, "sh", "-c",
                            "echo hi; exit 2")
        self.assertEqual((done["result"]["stdout"], done["result"]["code"]), ("hi\n", 2))
        started, _ = self.call("docker.start", "--kw", f"image={self.engine.IMAGE}", "--kw", "name=web", "--kw",
                               "network=none", "--kw", "command=sleep 100")
        self.assertEqual(started["result"]["name"], "web")
        listed, _ = self.call("docker.list")
        self.assertEqual([one["name"] for one in listed["result"]], ["web"])
        self.assertTrue(self.call("docker.inspect", "web")[0]["result"]["running"])
        self.assertEqual(self.call("docker.logs", "web")[0]["result"], {"stdout": "", "stderr": ""})
        self.assertIs(self.call("docker.stop", "web", "--kw", "timeout=0", "--kw", "remove=true")[0]["result"], True)
        self.assert_clear()
        wrong, _ = self.call("docker.run", "--kw", "imag=x")
        self.assertIn("did you mean 'image'", wrong["error"]["message"])

    def test_execute_is_upstreams(self):
        for name in ("docker.execute", "ml.execute"):
            done, err = self.call(name, "--kw", f"docker-image={self.engine.IMAGE}", "--kw", "cmd=echo", "--kw",
                                  'args=["in", "{processid}", "&&", "ls", "-d", "/cfs"]', "--kw", "init-cmd=echo first")
            self.assertEqual(done, {"ok": True, "result": None}, err)
            self.assertIn("first", err)
            self.assertIn("/cfs", err)
            self.assertNotIn("{processid}", err)
        failed, _ = self.call("docker.execute", "--kw", f"docker-image={self.engine.IMAGE}", "--kw", "cmd=exit 3")
        self.assertEqual(failed["error"]["message"],
                         "ContainerExecutor: Exit with an error, exit code = 3: Failed to execute process")
        nameless, _ = self.call("docker.execute", "--kw", "cmd=true")
        self.assertIn("Failed to parse docker image flag", nameless["error"]["message"])
        self.assert_clear()

    def test_memory_that_is_not_there(self):
        for _ in range(5):  # the engine hears why from the kernel on another way than that it ended: now and then too late
            done, _ = self.call("docker.run", "--kw", "memory=16MB", "--kw", "network=none", "--", self.engine.IMAGE, "sh", "-c",
                                "x=$(yes | head -c 200000000)")
            if done["error"].get("oom_killed"):
                break
        self.assertIs(done["error"].get("oom_killed"), True, done)
        self.assertIn("more than its memory limit", done["error"]["message"])


class Agents(DockerTest):
    def test_what_a_dead_agent_left_is_gone_soon(self):
        self.configure()
        self.script("""forager.func { name = "demo.hold", run = function()
          forager.docker.run { image = "%s", network = "none", command = "sleep 100" }
        end }""" % self.engine.IMAGE)
        self.start()
        self.forager("submit", "demo.hold", "--retries", "0")
        self.await_containers()
        before = self.engine.ids()
        (self.scripts / "script.lua").unlink()  # nothing goes on
        self.kill()
        self.start()
        self.until(lambda: not set(before) & set(self.engine.ids()), "the container to be removed")
        self.assertIn("left containers running", self.log_of_this_life())
        self.stop()

    def test_an_engine_that_comes_later_is_used(self):
        socket = self.folder / "late.sock"
        self.environment["DOCKER_HOST"] = f"unix://{socket}"
        self.configure()
        self.start()
        refused = self.refusal("call", "docker.list")
        self.assertIn(f"there is no Docker engine at unix://{socket}", refused["message"])
        socket.symlink_to(self.engine.socket)
        self.until(lambda: "there is a Docker engine now" in self.log_of_this_life(), "the engine to be seen")
        self.assertEqual(self.result("call", "docker.list"), [])
        self.assertEqual(self.result("call", "docker.monitors"), [])
        names = {one["name"] for one in self.result("functions")}
        self.assertLessEqual({"docker.run", "docker.monitor", "broker.run", "broker.monitor"}, names)
        self.stop()


if __name__ == "__main__":
    main()
