#!/usr/bin/env python3
"""Scripts that are loaded anew again and again under load lose no event: reloads_test.py FORAGER. A long campaign:
`./dev soak reloads`."""
import http.client
import os
import pathlib
import re
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main
from soak import Soak

SOAK = Soak("reloads", rounds=25)

SCRIPT = """
forager.func { name = "r.work", args = { { "n", "integer" } }, run = function(ctx, n)
  forager.sleep "5ms"
  return n
end }
forager.on("http:POST /hooks/now", function(ctx, request) forager.sleep "1ms" return request.body end)
forager.on("http:POST /hooks/later", function(ctx, request) return request.body end, { durable = true })
forager.on("file:FOLDER/in/*.txt", function(ctx, path)
  sh { "sh", "-c", 'echo "$1" >>handled', "-", path:match("[^/]+$"), cwd = "FOLDER" }
end, { durable = true })
local w = forager.workflow "r.flow"
w:task { "one", run = function() forager.sleep "2ms" return VERSION end }
w:task { "two", after = { "one" }, run = function(_, one) return { one, VERSION } end }
"""


class Load:
    """Does one thing again and again on a thread of its own, and keeps what came of it."""

    def __init__(self, act):
        self.act = act
        self.done = []
        self.trouble = None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.over.is_set():
                self.done.append(self.act(len(self.done)))
                self.over.wait(0.01)  # a pace, so that the records of a long campaign can be kept
        except Exception as error:  # told by the test, on its own thread
            self.trouble = error

    def end(self):
        self.over.set()
        self.thread.join()


class Reloads(Scenario):
    def test_no_event_is_lost_and_running_work_ends_on_what_it_began_with(self):
        (self.folder / "in").mkdir()
        self.serve(self.version(0), agent='reload = "signal"', limits='retention_count = 1000000\n[http]\nlisten = "127.0.0.1:0"')
        self.port = int(self.until(lambda: re.search(r"127\.0\.0\.1:(\d+)", self.log.read_text()), "HTTP")[1])
        loads = {name: Load(act) for name, act in (("now", self.call_now), ("later", self.call_later),
                                                   ("file", self.drop_file), ("work", self.submit_work),
                                                   ("flow", self.submit_flow))}
        self.addCleanup(lambda: [load.end() for load in loads.values()])
        self.until(lambda: all(load.done or load.trouble for load in loads.values()), "all of the load to begin")
        descriptors = None
        for round in range(1, SOAK.rounds + 1):
            self.script(self.version(round))
            self.assertTrue(self.request("POST", "/v1/reload")["ok"])
            if round == min(5, SOAK.rounds):
                descriptors = self.descriptors()
        for name, load in loads.items():
            load.end()
            self.assertIsNone(load.trouble, name)
            self.assertGreater(len(load.done), 0, name)
        for n, id in enumerate(loads["work"].done):
            self.assertEqual(self.succeeded(id), n)
        for id in loads["later"].done:
            self.succeeded(id)
        for id in loads["flow"].done:
            flow = self.succeeded(id)
            self.assertEqual(flow["two"], [flow["one"], flow["one"]])
        self.until(lambda: len(self.handled()) >= len(loads["file"].done), "all files to be handled")
        self.assertEqual(sorted(self.handled()), sorted(loads["file"].done))
        self.assertLess(self.descriptors(), descriptors + 20)
        SOAK.tell(SOAK.rounds, "reloads")
        SOAK.tell(sum(len(load.done) for load in loads.values()), "events")

    def version(self, number):
        return SCRIPT.replace("VERSION", str(number))

    def handled(self):
        path = self.folder / "handled"
        return path.read_text().splitlines() if path.exists() else []

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.agent.pid}/fd"))

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def call_now(self, n):
        answer = self.post("/hooks/now", str(n))
        self.assertEqual(answer, (200, str(n).encode()))
        return n

    def call_later(self, n):
        status, body = self.post("/hooks/later", str(n))
        self.assertEqual(status, 202, body)
        return re.search(r'"id":"(\w+)"', body.decode())[1]

    def drop_file(self, n):
        name = f"{n}.txt"
        path = self.folder / f"{name}.part"
        path.write_text(name)
        path.rename(self.folder / "in" / name)
        return name

    def submit_work(self, n):
        return self.request("POST", "/v1/invocations", {"function": "r.work", "args": [n]})["result"]["id"]

    def submit_flow(self, _):
        return self.request("POST", "/v1/invocations", {"function": "r.flow"})["result"]["id"]


if __name__ == "__main__":
    main()
