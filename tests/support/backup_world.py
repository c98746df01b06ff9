"""Backups that go into an object store of their own, and a database server that tests share. Used by tests/integration."""
import hashlib
import json
import pathlib
import unittest

from agent_world import Scenario
from postgres_server import PASSWORD, PostgresServer
from s3_server import SECRET_KEY, S3Server


class BackupTest(Scenario):
    """Without sections of [postgres] and [s3]: by what upstream's users export."""
    postgres = None

    def setUp(self):
        super().setUp()
        self.store = self.enterContext(self.open_store())
        self.environment |= self.store.environment("backups") | (self.postgres.names() if self.postgres else {})

    def open_store(self):
        return S3Server(self.folder / "s3")

    def tearDown(self):
        # Whatever happened, nobody was told the secrets.
        self.assertNotIn(PASSWORD, self.log.read_text(errors="replace"))
        self.assertNotIn(SECRET_KEY, self.log.read_text(errors="replace"))

    def call(self, function, **kwargs):
        words = [word for name, value in kwargs.items() for word in ("--kw", f"{name}={json.dumps(value)}")]
        return self.result("call", f"backup.{function}", *words)

    def fail_to(self, function, **kwargs):
        words = [word for name, value in kwargs.items() for word in ("--kw", f"{name}={json.dumps(value)}")]
        error = self.refusal("call", f"backup.{function}", *words)
        self.assertNotIn(PASSWORD, json.dumps(error))
        return error

    def stored(self):
        """Names of the objects there are."""
        root = self.store.data / "backups"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*")
                      if path.is_file() and ".sgwtmp" not in path.parts)

    def object(self, result):
        return self.store.object(result["filepath_s3"].lstrip("/"), "backups")

    def drop(self, *databases):
        for database in databases:
            self.postgres.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def share_postgres():
    """For setUpModule: a server with a database 'app', until the module's tests are through."""
    BackupTest.postgres = unittest.enterModuleContext(PostgresServer())
    BackupTest.postgres.make("app")
