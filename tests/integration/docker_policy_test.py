#!/usr/bin/env python3
"""What policies let scripts and callers have of a real engine: docker_policy_test.py FORAGER."""
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


class Policies(DockerTest):
    def policy(self, text):
        self.configuration = self.folder / "policies.toml"
        self.configuration.write_text(text.replace("FOLDER", str(self.folder)).replace("IMAGE", self.engine.IMAGE))

    def under(self, text, script):
        self.policy(text)
        return self.document(self.begin(script, "--config", self.configuration))

    def result_under(self, text, script):
        document = self.under(text, script)
        self.assertTrue(document["ok"], document)
        return document.get("result")

    def refused(self, text, script):
        """The setting that may not be. Nothing is made."""
        document = self.under(text, script)
        self.assertFalse(document["ok"], document)
        self.assertEqual(document["error"]["code"], "refused", document)
        self.assert_clear()
        return document["error"]["setting"]


class Defaults(Policies):
    def test_what_is_as_good_as_root_needs_a_policy(self):
        for asked, setting in (("privileged = true", "privileged"), ('cap_add = { "SYS_ADMIN" }', "cap_add"),
                               ('volumes = { "/var/run/docker.sock:/s:ro" }', "volumes"),
                               ('volumes = { "/:/host:ro" }', "volumes"), ('volumes = { "/etc:/e" }', "volumes"),
                               (f'volumes = {{ "{self.engine.socket}:/s:ro" }}', "volumes")):
            self.assertEqual(self.refused("", f"run {{ command = 'true', {asked} }}"), setting)
        document = self.under("", "run { command = 'true', privileged = true }")
        self.assertIn("no [[docker.policy]] of the configuration", document["error"]["message"])
        self.assertIn("script", document["error"]["where"])

    def test_a_policy_gives_it(self):
        policy = "[[docker.policy]]\nprivileged = true\n"
        result = self.result_under(policy, """
          local made = docker.create { image = BOX.image, network = "none", command = "true", privileged = true }
          docker.remove(made.id)
          return run { command = { "sh", "-c", "[ -d /host/etc ] && echo seen" }, volumes = { "/:/host:ro" } }.stdout""")
        self.assertEqual(result, "seen\n")
        self.assert_clear()

    def test_the_rest_is_as_free_as_it_was(self):
        result = self.result_under("", """return run { command = { "sh", "-c", "touch /d/x; echo fine" }, user = "0",
          volumes = { "FOLDER:/d" }, cap_drop = { "ALL" }, cap_add = { "CHOWN", "DAC_OVERRIDE" } }.stdout""")
        self.assertEqual(result, "fine\n")

    def test_nobody_gets_into_a_container_that_has_more(self):
        self.engine.docker("run", "--detach", "--name", "wide", "--network", "none", "--pid", "host", self.engine.IMAGE,
                           "sleep", "100")
        self.engine.docker("run", "--detach", "--name", "plain", "--network", "none", self.engine.IMAGE, "sleep", "100")
        result = self.result_under("", """
          local into = { docker.exec("plain", "echo fine").stdout }
          into[2] = caught(docker.exec, "wide", "true").message
          into[3] = caught(docker.exec, "plain", "true", { privileged = true }).code
          into[4] = caught(docker.copy_in, "wide", "FOLDER/policies.toml", "/tmp").code
          docker.copy_in("plain", "FOLDER/policies.toml", "/tmp")
          return into""")
        self.assertEqual((result[0], result[2:]), ("fine\n", ["refused", "refused"]))
        self.assertIn("of the container, 'privileged' may not be true", result[1])


class Lists(Policies):
    def test_images_are_those_of_the_list_however_they_are_come_by(self):
        policy = '[[docker.policy]]\nname = "edge"\nimages = ["other/*"]\nbuild = false\n'
        for script in ("run { command = 'true' }", "docker.start(BOX)", "docker.create(BOX)", 'docker.pull "IMAGE"',
                       'docker.tag("IMAGE", "other/app:1")', 'docker.build { context = "FOLDER" }',
                       'docker.import { file = "FOLDER/script1.lua", image = "other/app:1" }'):
            self.assertEqual(self.refused(policy, script.replace("IMAGE", self.engine.IMAGE)), "image")
        document = self.under(policy, "run { command = 'true' }")
        self.assertIn(f"'image' may not be '{self.engine.IMAGE}': the policy 'edge' does not allow it",
                      document["error"]["message"])
        self.assertEqual(self.result_under('[[docker.policy]]\nimages = ["test/*:1"]\n', "return run { command = 'true' }.code"),
                         0)

    def test_mounts_are_those_of_the_list_also_behind_links(self):
        for name in ("open", "read", "closed"):
            (self.folder / name).mkdir()
        (self.folder / "open" / "link").symlink_to(self.folder / "closed")
        policy = '[[docker.policy]]\nmounts = ["FOLDER/open", "FOLDER/read:ro", "kept-*"]\n'
        self.assertEqual(self.result_under(policy, """return run { command = { "sh", "-c", "touch /o/x; echo fine" },
          volumes = { "FOLDER/open:/o", "FOLDER/read:/r:ro", "kept-1:/k" } }.stdout"""), "fine\n")
        self.engine.docker("volume", "rm", "kept-1")
        for volume in ("FOLDER/closed:/c:ro", "FOLDER/read:/r", "FOLDER/open/../closed:/c", "FOLDER/open/link:/c", "else:/e"):
            self.assertEqual(self.refused(policy, f"run {{ command = 'true', volumes = {{ '{volume}' }} }}"), "volumes")
        self.assertEqual(self.refused(policy, 'docker.build { context = "FOLDER/closed" }'), "context")

    def test_networks_ports_and_users(self):
        policy = '[[docker.policy]]\nnetworks = ["none"]\nports = ["127.0.0.1:*"]\nusers = ["7:8"]\n'
        result = self.result_under(policy, f"""
          return docker.run {{ image = "{self.engine.IMAGE}", command = {{ "sh", "-c", "id -u" }} }}.stdout""")
        self.assertEqual(result, "7\n")
        self.assertEqual(self.refused(policy, "run { command = 'true', network = 'host' }"), "network")
        self.assertEqual(self.refused(policy, "run { command = 'true', user = '0' }"), "user")
        self.assertEqual(self.refused(policy, "run { command = 'true', ports = { '8080:80' } }"), "ports")


class Ceilings(Policies):
    def test_they_bind_what_asks_for_nothing_and_are_the_most(self):
        policy = '[[docker.policy]]\nmemory = "32MB"\ncpus = 0.5\npids = 20\nread_only = true\nnew_privileges = false\n'
        self.policy(policy)
        self.begin("""run { name = "bound", command = "sleep 100" }""", "--config", self.configuration)
        self.await_containers()
        host = self.engine.inspect("bound")["HostConfig"]
        self.assertEqual((host["Memory"], host["NanoCpus"], host["PidsLimit"], host["ReadonlyRootfs"]),
                         (32 << 20, 500_000_000, 20, True))
        self.engine.clear()
        for asked, setting in (("memory = '64MB'", "memory"), ("cpus = 1", "cpus"), ("pids = 21", "pids"),
                               ("new_privileges = true", "new_privileges")):
            self.assertEqual(self.refused(policy, f"run {{ command = 'true', {asked} }}"), setting)

    def test_a_lifetime_ends_what_is_waited_for_and_lets_nothing_stay(self):
        policy = '[[docker.policy]]\nlifetime = "1s"\n'
        document = self.under(policy, "run { command = 'sleep 100' }")
        self.assertEqual(document["error"]["code"], "timed_out", document)
        self.assert_clear()
        self.assertEqual(self.refused(policy, "run { command = 'true', timeout = '2s' }"), "timeout")
        self.assertEqual(self.refused(policy, "docker.start(BOX)"), "timeout")

    def test_no_more_at_once_than_it_says(self):
        result = self.result_under('[[docker.policy]]\ncontainers = 3\n', """
          local tasks, made = {}, 0
          for i = 1, 8 do
            tasks[i] = forager.spawn(function()
              return pcall(docker.start, { image = BOX.image, network = "none", command = "sleep 100" })
            end)
          end
          for _, task in ipairs(tasks) do made = made + (task:join() and 1 or 0) end
          local problem = caught(run, { command = "true" }).message
          docker.remove(docker.list()[1].id, { force = true })
          return { made = made, problem = problem, after = run { command = "true" }.code }""")
        self.assertLessEqual(len(self.engine.ids()), 2)
        self.assertTrue(1 <= result["made"] <= 3, result)
        self.assertEqual(result["after"], 0)


class Askers(Policies):
    def called(self, *words):
        run = subprocess.run([FORAGER, "call", "--json", "--config", self.configuration, *words], capture_output=True,
                             text=True, timeout=PATIENCE, cwd=self.folder, env=self.environment)
        return json.loads(run.stdout)

    def test_the_last_policy_about_who_asks_counts(self):
        self.policy("""
[[docker.policy]]
name = "callers"
sources = ["call"]
images = ["nothing"]

[[docker.policy]]
name = "wide"
functions = ["demo.wide"]
privileged = true
""")
        script = self.folder / "functions.lua"
        script.write_text(f"""
local forager = require "forager"
local asked = {{ image = "{self.engine.IMAGE}", network = "none", command = "true", privileged = true }}
local function make()
  local made = forager.docker.create(asked)  -- to start one takes rights that a test may not have
  return forager.docker.remove(made.id)
end
forager.func {{ name = "demo.wide", run = make }}
forager.func {{ name = "demo.through", run = function(ctx) return ctx:call("demo.wide") end }}
forager.func {{ name = "demo.narrow", run = make }}
""")
        for name in ("demo.wide", "demo.through"):
            self.assertEqual(self.called("--script", script, name), {"ok": True, "result": True})
        narrow = self.called("--script", script, "demo.narrow")
        self.assertEqual(narrow["error"].get("policy"), "callers", narrow)
        direct = self.called("docker.run", "--", self.engine.IMAGE, "true")
        self.assertEqual(direct["error"].get("policy"), "callers", direct)
        executed = self.called("docker.execute", "--kw", f"docker-image={self.engine.IMAGE}", "--kw", "cmd=echo hi")
        self.assertIn("ContainerExecutor: 'image' may not be", executed["error"]["message"])
        self.assertEqual(self.document(self.begin("return run { command = 'true' }.code", "--config", self.configuration)),
                         {"ok": True, "result": 0})

    def test_a_mistake_in_a_policy_is_told_with_its_line(self):
        for line, words in (("imags = []", "did you mean 'images'?"), ('images = ["not an image"]', "must be a list of images"),
                            ('mounts = ["srv"]\nmounts2 = 1', "no key 'mounts2'"), ('mounts = ["a/b"]', "absolute paths"),
                            ('ports = ["0"]', "must be a list of ports"), ('cpus = -1', "number of cores")):
            self.policy(f"[[docker.policy]]\n{line}\n")
            checked = subprocess.run([FORAGER, "config", "check", self.configuration], capture_output=True, text=True,
                                     timeout=PATIENCE, env=self.environment)
            self.assertEqual(checked.returncode, 1)
            self.assertIn("policies.toml:", checked.stderr + checked.stdout)
            self.assertIn(words, checked.stderr + checked.stdout)


if __name__ == "__main__":
    main()
