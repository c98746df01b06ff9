"""What a backup costs beside PostgreSQL's own program: a dump into an object store, and one into a file."""
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import agents
from measure import Aim, Benchmark, Column, Failed, Runner

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from postgres_server import KEEPER, PASSWORD, PostgresServer
from s3_server import ACCESS_KEY, REGION, SECRET_KEY, S3Server

NAME = "backup"
TITLE = "a backup of a database"
OURS, THEIRS = "forager agent, into S3", "pg_dump, into a file"
COLUMNS = (Column("value", "s", 1, 1), Column("rate", "MB/s of tables", 1e-6, 1), Column("cpu", "CPU s beside pg_dump's", 1, 1),
           Column("memory", "most memory, MB", 1e-6, 1))


def benchmark(kit, quick):
    rows = 20_000 if quick else 4_000_000
    world = World(kit, rows)
    return Benchmark(
        name=NAME, title=f"{TITLE} of {rows * 300 // 1_000_000:,} MB", unit="from the call to the result",
        rounds=1 if quick else 2, baseline=THEIRS, columns=COLUMNS, sample=None,
        runners=(Runner(THEIRS, take=functools.partial(by_pg_dump, world)),
                 Runner(OURS, take=functools.partial(by_forager, world))),
        aims=(Aim("within 10 % of pg_dump", lambda result: result.ratio(OURS, THEIRS), lambda actual: actual <= 1.1, "x"),
              Aim("the agent below 50 MB", lambda result: result.median(OURS, "memory") * 1e-6, lambda actual: actual < 50,
                  "MB")),
        notes=("Both dump in pg_dump's own format. The store is versitygw on the same disk and the same cores.",),
        around=world)


class World:
    """A database of random text, and a store."""

    def __init__(self, kit, rows):
        self.kit, self.rows = kit, rows

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(dir=self.kit.work, prefix="backup-"))
        self.postgres = PostgresServer()
        self.store = S3Server(self.folder / "s3")
        self.store.make_bucket("backups")
        self.postgres.sql(f'CREATE DATABASE big OWNER {KEEPER}')
        digests = " || ".join(f"md5(n::text || '{part}')" for part in range(8))
        self.postgres.sql(f"SET ROLE {KEEPER}; CREATE TABLE t AS SELECT n, {digests} AS text FROM generate_series(1, {self.rows}) n",
                          "big")
        self.bytes = int(self.postgres.sql("SELECT pg_table_size('t')", "big"))
        return self

    def __exit__(self, *_):
        self.store.__exit__()
        self.postgres.__exit__()
        shutil.rmtree(self.folder)

    def sections(self):
        return (f'[postgres]\nhost = "127.0.0.1"\nport = {self.postgres.PORT}\nuser = "{KEEPER}"\npassword = \'\'\'{PASSWORD}\'\'\'\n'
                f'database = "big"\n[s3]\nendpoint = "{self.store.url}"\nbucket = "backups"\nregion = "{REGION}"\n'
                f'access_key = "{ACCESS_KEY}"\nsecret_key = "{SECRET_KEY}"\n')


def by_pg_dump(world):
    environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(world.postgres.PORT), "PGUSER": KEEPER,
                   "PGPASSWORD": PASSWORD, "PGDATABASE": "big"}
    path = world.folder / "plain.dump"
    begun = time.perf_counter()
    if subprocess.run(["pg_dump", "-Fc", "-f", path], env=environment, check=False).returncode != 0:
        raise Failed("pg_dump failed")
    wall = time.perf_counter() - begun
    path.unlink()
    return {"value": wall, "rate": world.bytes / wall}


def by_forager(world):
    with agents.Agent(world.kit, more=world.sections()) as agent:
        process = agents.Process(agent.process.pid)
        cpu = process.cpu()
        begun = time.perf_counter()
        accepted = agent.ask("POST", "/v1/invocations", {"function": "backup.backup", "kwargs": {"keep": 1}})
        record = agent.ask("GET", f"/v1/invocations/{accepted['id']}/wait")
        wall = time.perf_counter() - begun
        if record["state"] != "succeeded":
            raise Failed(f"the backup {record['state']}: {record['note']}")
        most = int(re.search(r"^VmHWM:\s+(\d+)", Path("/proc", str(agent.process.pid), "status").read_text(), re.M)[1]) * 1024
        return {"value": wall, "rate": world.bytes / wall, "cpu": process.cpu() - cpu, "memory": most}
