"""A queue in SQLite as it is written by hand: a row for each job, a worker that takes one, does it and marks it, for
SECONDS: sqlite_worker.py FOLDER SECONDS. Prints jobs a second, from being asked for to being done."""
import json
import sqlite3
import sys
import time
import uuid

BATCH = 64  # asked for at once, in one transaction


def put(database):
    with database:
        database.executemany("INSERT INTO job (id, function, args) VALUES (?, 'nothing', '[]')",
                             [(uuid.uuid4().hex,) for _ in range(BATCH)])


def work_one(database):
    with database:
        taken = database.execute("UPDATE job SET state = 'running' WHERE number = "
                                 "(SELECT number FROM job WHERE state = 'waiting' ORDER BY number LIMIT 1) "
                                 "RETURNING number, args").fetchone()
    if taken is None:
        return False
    result = json.dumps({"args": json.loads(taken[1])})
    with database:
        database.execute("UPDATE job SET state = 'done', result = ? WHERE number = ?", (result, taken[0]))
    return True


def main(folder, seconds):
    database = sqlite3.connect(f"{folder}/jobs.db")
    database.executescript("""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE job (number INTEGER PRIMARY KEY, id TEXT UNIQUE, function TEXT, args TEXT,
                          state TEXT DEFAULT 'waiting', result TEXT);
        CREATE INDEX job_waiting ON job (number) WHERE state = 'waiting';""")
    begun = time.perf_counter()
    done = 0
    while time.perf_counter() - begun < seconds:
        put(database)
        while work_one(database):
            done += 1
    print(json.dumps({"value": done / (time.perf_counter() - begun)}))


main(sys.argv[1], float(sys.argv[2]))
