"""What tests with a container engine have in common. The module's `setUpModule` makes the engine:

    def setUpModule():
        DockerTest.engine = unittest.enterModuleContext(DockerEngine())
"""
import json
import subprocess
import sys

from agent_world import FORAGER, PATIENCE, Scenario

PRELUDE = """
local forager = require "forager"
local docker = forager.docker
local BOX = { image = "IMAGE", network = "none" }
local function run(more)
  local options = { image = BOX.image, network = BOX.network }
  for name, value in pairs(more) do options[name] = value end
  return docker.run(options)
end
local function caught(f, ...)
  local ok, problem = pcall(f, ...)
  assert(not ok, "it went well")
  return { code = problem.code, message = problem.message, exit_code = problem.exit_code, stdout = problem.stdout,
    stderr = problem.stderr }
end
"""


class DockerTest(Scenario):
    """One engine for all; no test leaves a container."""

    engine = None

    def setUp(self):
        super().setUp()
        self.config.unlink()
        self.runs = 0
        self.environment |= {"DOCKER_HOST": self.engine.host}
        self.addCleanup(self.engine.clear)
        self.addCleanup(self.engine.revive)

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(self.engine.said(), file=sys.stderr)
        return result

    def begin(self, text, *args):
        self.runs += 1
        path = self.folder / f"script{self.runs}.lua"
        path.write_text(PRELUDE.replace("IMAGE", self.engine.IMAGE) + text.replace("FOLDER", str(self.folder)))
        run = subprocess.Popen([FORAGER, "run", "--json", *args, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, cwd=self.folder, env=self.environment)
        self.addCleanup(self.end, run)
        return run

    def end(self, run):
        run.kill()
        run.communicate()

    def document(self, run):
        out, err = run.communicate(timeout=PATIENCE)
        self.assertTrue(out, err)
        return json.loads(out)

    def returned(self, text):
        document = self.document(self.begin(text))
        self.assertTrue(document["ok"], document)
        return document.get("result")

    def failure(self, text):
        document = self.document(self.begin(text))
        self.assertFalse(document["ok"], document)
        return document["error"]

    def await_containers(self, count=1):
        self.until(lambda: len(self.engine.ids("status=running")) == count, f"{count} running containers")

    def assert_clear(self):
        self.assertEqual(self.engine.ids(), [])
