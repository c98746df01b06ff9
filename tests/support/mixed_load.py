"""Work of every kind for an agent that has a hard life, from clients that do not give up, and what must be true of it
in the end. Used by tests/scenarios."""
import http.client
import itertools
import json
import queue
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

# Each run of a step leaves a number that no other run draws, in a file of the step.
SCRIPT = """
local function draw(name)
  local drawn = tostring(math.random(1 << 60))
  sh { "sh", "-c", 'echo "$1" >>"$2"', "-", drawn, name, cwd = "FOLDER/effects" }
  return drawn
end
local function step(ctx, name, n)
  return ctx:step(name, function() return draw(("%d.%s"):format(n, name)) end)
end
local function inner(name, run)
  forager.func { name = name, durable = true, args = { { "n", "integer" } }, run = run }
end
inner("k.inner", function(ctx, n) return step(ctx, "inner", n) end)
inner("k.steps", function(ctx, n)
  local first = step(ctx, "first", n)
  ctx:sleep "20ms"
  local within = ctx:call("k.inner", n)
  return { first = first, inner = within, last = step(ctx, "last", n) }
end)
inner("k.wait", function(ctx, n)
  local before = step(ctx, "before", n)
  return { before = before, went = ctx:wait "go", after = step(ctx, "after", n) }
end)
forager.func { name = "k.plain", args = { { "n", "integer" } }, run = function(_, n) return { plain = draw(n .. ".plain") } end }
forager.func { name = "k.long", args = { { "n", "integer" } }, run = function()
  sh { "sh", "-c", "setsid sleep 1000 & sleep 0.5" }
  return {}
end }
local flow = forager.workflow "k.flow"
local left, right = flow:task { "left", run = function() return draw "left" end }, flow:task { "right", call = "k.other" }
forager.func { name = "k.other", run = function() return draw "right" end }
flow:task { "both", args = { left, right }, run = function(_, a, b) return { a, b } end }
local minutely = forager.workflow "k.minutely"
minutely:task { "beat", run = function() return draw "beat" end }
minutely:cron("* * * * *", { missed = "all" })
forager.on("file:FOLDER/spool/*", function(_, path) draw("file" .. path:match "[^/]*$") end, { durable = true })
forager.on("http:POST /hooks/go", function(_, request) return request:json().n end, { durable = true })
forager.every("200ms", function() forager.kv.set("seen", os.time()) end)
"""

HTTP = '\n[http]\nlisten = "127.0.0.1:0"\n'
KINDS = ("k.steps", "k.steps", "k.steps", "k.wait", "k.plain", "k.plain", "k.flow", "k.long")
UNHEARD = (OSError, http.client.HTTPException, ValueError)  # the agent is gone, or goes while it answers


class MixedLoad:
    """`scenario` owns the agent. Everything is numbered, and comes when `give` allows it."""

    def __init__(self, scenario, seed):
        self.scenario = scenario
        self.folder = scenario.folder
        self.seed = seed
        self.given = queue.Queue()
        self.to_tell = queue.Queue()
        self.numbers = itertools.count()
        self.accepted, self.told, self.hooked, self.files = {}, {}, [], []
        self.recorded = {}
        self.over = False
        for name in ("effects", "spool"):
            (self.folder / name).mkdir()
        self.threads = [threading.Thread(target=work) for work in (self.submit_all, self.hear_all, self.hear_all)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        """Nobody waits any more, whether or not all was well."""
        self.over = True
        self.end_clients()

    def end_clients(self):
        self.given.put(None)
        submitter, *hearers = self.threads
        submitter.join()
        for _ in hearers:
            self.to_tell.put(None)
        for thread in hearers:
            thread.join()

    def give(self, count):
        for _ in range(count):
            self.given.put(next(self.numbers))

    def kind(self, n):
        return random.Random(f"{self.seed} {n}").choice(KINDS)

    # Clients, careful ones: what was not answered is asked again.

    def submit_all(self):
        while (n := self.given.get()) is not None and not self.over:
            self.drop_file(n)
            self.accepted[n] = self.surely(lambda n=n: self.submit(n))
            self.post_hook(n)
            self.to_tell.put(n)

    def surely(self, ask):
        while not self.over:
            try:
                return ask()
            except UNHEARD:
                time.sleep(0.005)  # it is being started again
        return None

    def submit(self, n):
        kind = self.kind(n)
        body = {"function": kind, "args": [] if kind == "k.flow" else [n], "idempotency_key": str(n), "priority": n % 3}
        if n % 5 == 0:
            body["key"] = f"key{n % 2}"
        return self.answer("POST", "/v1/invocations", body)["id"]

    def answer(self, method, path, body=None):
        document = self.scenario.request(method, path, body)
        if not document["ok"]:
            raise ValueError(document["error"])
        return document["result"]

    def hear_all(self):
        """Each client believes what he was told first."""
        while (n := self.to_tell.get()) is not None and not self.over:
            id = self.accepted[n]
            if self.kind(n) == "k.wait":
                self.surely(lambda: self.signal(id))
            self.told[id] = self.surely(lambda: self.answer("GET", f"/v1/invocations/{id}/wait"))

    def signal(self, id):
        """A refusal is an answer, too: an earlier one has come, and all is over. Not so one for want of room."""
        document = self.scenario.request("POST", f"/v1/invocations/{id}/signal", {"event": "go", "value": "went"})
        if not document["ok"] and document["error"]["code"] == "limit":
            raise ValueError(document["error"])

    def drop_file(self, n):
        if n % 10 == 0:
            (self.folder / f"draft{n}").write_text(str(n))
            (self.folder / f"draft{n}").rename(self.folder / "spool" / str(n))
            self.files.append(n)

    def post_hook(self, n):
        """Whoever hears nothing leaves it at that: only what was answered is a promise."""
        if n % 7:
            return
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.scenario.http_port(), timeout=5)
            connection.request("POST", "/hooks/go", json.dumps({"n": n}), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            body = reply.read()
            if reply.status == 202:
                self.hooked.append((json.loads(body)["id"], n))
            connection.close()
        except (*UNHEARD, IndexError):
            pass

    # What must be true

    def look_at_records(self):
        """While no agent runs: a step that was recorded stays as it is as long as its work is open."""
        rows = self.rows("SELECT invocation, key, outcome FROM step WHERE root IN (SELECT id FROM invocation "
                         "WHERE ended IS NULL) AND outcome LIKE '%outputs%'")
        steps = {(invocation, key): outcome for invocation, key, outcome in rows}
        for step, outcome in steps.items():
            if step in self.recorded:
                self.scenario.assertEqual(outcome, self.recorded[step], step)
        self.recorded = steps

    def rows(self, query):
        """Of a copy: the file itself is left to the next agent as the last one left it."""
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            for path in self.scenario.state.glob("forager.db*"):
                if not path.name.endswith("-shm"):
                    shutil.copy(path, copy)
            database = sqlite3.connect(Path(copy) / "forager.db")
            try:
                return database.execute(query).fetchall()
            finally:
                database.close()

    def finish(self):
        """Waits for the end of everything, as the clients see it, and holds it against what there is."""
        self.end_clients()
        until = self.scenario.until
        until(lambda: self.taken_files() >= len(self.files), "every file to be taken")
        until(lambda: not self.scenario.result("ps", "--open"), "the end of everything")
        for id, told in self.told.items():
            record = self.scenario.record(id)
            self.scenario.assertEqual({**record, "steps": 0, "args": 0, "kwargs": 0},
                                      {**told, "steps": 0, "args": 0, "kwargs": 0})
        self.scenario.stop()
        self.check_ends()
        self.check_results()
        self.check_schedule()

    def taken_files(self):
        records = self.scenario.request("GET", "/v1/invocations?limit=10000")["result"]
        return sum(record["source"] == "file" for record in records)

    def check_ends(self):
        test = self.scenario
        rows = self.rows("SELECT id, state, idempotency_key FROM invocation")
        states = {id: state for id, state, _ in rows}
        keys = {key: id for id, _, key in rows}
        for n, id in self.accepted.items():
            test.assertEqual(keys.get(str(n)), id)
            if not self.told[id]["note"].startswith("the agent died "):  # too often under it
                test.assertEqual(states[id], "succeeded", f"{self.kind(n)} {n}: {self.told[id]}")
        for id, n in self.hooked:
            test.assertIn(states.get(id), ("succeeded", "failed"), f"hook {n}")
        test.assertEqual(len(self.rows("SELECT 1 FROM invocation WHERE source = 'file'")), len(self.files))

    def check_results(self):
        for n, id in self.accepted.items():
            told = self.told.get(id)
            if not told or told["state"] != "succeeded" or self.kind(n) == "k.flow":
                continue
            for step, drawn in told["result"].items():
                if step != "went":
                    self.scenario.assertEqual(drawn, self.effects(f"{n}.{step}")[-1], f"{n}.{step}")

    def check_schedule(self):
        rows = self.rows("SELECT idempotency_key FROM invocation WHERE idempotency_key LIKE 'cron %'")
        minutes = sorted(time.mktime(time.strptime(key.split()[-1], "%Y-%m-%dT%H:%M:%SZ")) for (key,) in rows)
        for before, after in zip(minutes, minutes[1:]):
            self.scenario.assertEqual(after - before, 60, "every minute has its run")

    def effects(self, name):
        try:
            return (self.folder / "effects" / name).read_text().splitlines()
        except FileNotFoundError:
            return []
