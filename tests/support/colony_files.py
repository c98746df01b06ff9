"""A colony whose files have their bytes in a real object store. Used by tests/integration."""
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

from agent_world import FORAGER, PATIENCE
from colonies import tools
from colonies.testcase import ColonyTest
from s3_server import S3Server


def sum_of(content):
    return hashlib.sha256(content).hexdigest()


class ColonyStore(ColonyTest):
    """A colony for each test, and a bucket that is called like it; the store is shared by a class."""

    sidecar = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.s3 = cls.enterClassContext(S3Server(folder.name, sidecar=cls.sidecar))

    @property
    def bucket(self):
        return self.colony.name

    # What the servers have

    def call(self, name, /, **fields):
        return self.colony.setup(name, self.colony.user.key, colonyname=self.colony.name, **fields)

    def revisions(self, label, name):
        return self.call("getfilemsg", label=label, name=name, latest=False)

    def files_at(self, label):
        return {file["name"]: file for file in self.call("getfilesmsg", label=label) or []}

    def objects(self):
        return {path.name for path in (self.s3.data / self.bucket).iterdir() if path.is_file()}


class FilesTest(ColonyStore):
    """A user's environment with both."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.state = self.folder / "state"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "STATE_DIRECTORY": str(self.state),
                            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
                            **self.colony.environment(), **self.s3.environment(self.bucket)}

    # What a user does

    def forager(self, *args, check=True, **environment):
        done = subprocess.run([FORAGER, *map(str, args)], capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder,
                              env=self.environment | environment)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done

    def fs(self, *args):
        document = json.loads(self.forager("fs", *args, "--json").stdout)
        self.assertTrue(document["ok"])
        return document["result"]

    def failure(self, *args):
        done = self.forager("fs", *args, "--json", check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        return json.loads(done.stdout)["error"]

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def tree(self, name):
        root = self.folder / name
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def counts(self, report):
        return report["uploaded"], report["downloaded"], report["conflicts"]

    # What others do

    def colonies(self, *args):
        done = subprocess.run([tools.colonies(), *map(str, args)], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr
