#!/usr/bin/env python3
"""Ten thousand messages at once on the container channels, with a real broker and a real engine: burst_test.py FORAGER."""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from docker_engine import DockerEngine
from docker_test import DockerTest
from redis_server import RedisServer

COUNT = 10_000
NAMES = 400  # of containers: so many messages are about each
RUNS = 24    # of the messages begin a container, and wait for its end
MEGA = 1 << 20
REDIS = None


def setUpModule():
    global REDIS
    folder = unittest.enterModuleContext(tempfile.TemporaryDirectory())
    REDIS = unittest.enterModuleContext(RedisServer(folder))
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())


class Replies:
    """Hears all of them, at any time: the server cuts off who lets them pile up."""

    def __init__(self, client):
        client.subscribe("burst.*")
        self.heard = collections.defaultdict(list)  # by id
        self.order = []
        self.thread = threading.Thread(target=self.listen, args=(client,), daemon=True)
        self.thread.start()

    def listen(self, client):
        while (message := client.message())[0] != "burst.end":
            reply = json.loads(message[1])
            self.heard[reply["id"]].append(reply)
            self.order.append(reply["id"])

    def end(self):
        """Whatever was to come has come."""
        with REDIS.client() as client:
            client.ask("PUBLISH", "burst.end", "")
        self.thread.join()

    def codes(self):
        return collections.Counter(self.kind(reply) for replies in self.heard.values() for reply in replies)

    @staticmethod
    def kind(reply):
        return "busy" if reply.get("busy") else reply.get("code", "ok")


class Burst(DockerTest):
    def begin_agent(self, limits="", broker=""):
        self.configure(limits=limits)
        with open(self.config, "a") as config:
            config.write(f'[redis]\nurl = "{REDIS.url}"\n[broker]\nchannels = true\n{broker}\n[http]\nlisten = "127.0.0.1:0"\n')
        with REDIS.client() as client:
            client.ask("FLUSHALL")
        # What the sanitizer keeps of memory that was given back is not what is measured.
        self.environment["ASAN_OPTIONS"] = self.environment.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4"
        self.start_hearing()
        return Replies(self.enterContext(REDIS.client()))

    def start_hearing(self):
        self.start()
        self.until(lambda: "redis: channels are heard" in self.log_of_this_life(), "the agent to hear")

    def message(self, number):
        """Most are refused by the engine, which has no such image; some run, in the middle of them."""
        turn, rest = divmod(number, COUNT // RUNS)
        runs = rest == 1
        name = f"run{turn % 4}" if runs else f"box{number % NAMES}"
        fields = {"name": name, "id": number, "response_channel": "burst.reply"}
        if runs:
            return "start_container.response_channel", fields | {
                "image": self.engine.IMAGE, "network": "none", "command": f"echo {number}", "on_conflict": "replace", "remove": True}
        return "start_container.create", fields | {"image": "none/such:1", "pull": "never"}

    def publish(self):
        """All of them, as fast as the server takes them."""
        with REDIS.client() as client:
            client.socket.sendall(b"".join(client.command("PUBLISH", channel, json.dumps(fields))
                                           for channel, fields in map(self.message, range(COUNT))))
            heard = sum(client.receive() for _ in range(COUNT))
        self.assertEqual(heard, COUNT)

    def await_replies(self, replies, count=COUNT):
        while (before := len(replies.heard)) < count:  # as long as there are more and more
            self.until(lambda before=before: len(replies.heard) > before, f"more than {before} of {count} replies")

    def assert_all_are_answered_once(self, replies):
        self.assertEqual(sorted(replies.heard), list(range(COUNT)))
        self.assertEqual([id for id, heard in replies.heard.items() if len(heard) > 1], [])

    def assert_order(self, replies, is_in_order=lambda reply: True):
        """Those about one name are answered as they were asked."""
        by_name = collections.defaultdict(list)
        for id in replies.order:
            if is_in_order(replies.heard[id][0]):
                by_name[self.message(id)[1]["name"]].append(id)
        for name, ids in by_name.items():
            self.assertEqual(ids, sorted(ids), name)

    def assert_runs(self, replies):
        outputs = {id: heard[0]["output"] for id, heard in replies.heard.items() if Replies.kind(heard[0]) == "ok"}
        self.assertEqual(outputs, {id: f"{id}\n" for id in outputs})
        return len(outputs)

    def assert_metrics(self, text, **counts):
        """What `promtool` reads, if it is there."""
        for name, count in counts.items():
            samples = re.findall(rf'(?m)^forager_container_{name}(?:_total)?{{broker="redis"(?:,.*)?}} (\d+)$', text)
            self.assertEqual(sum(map(int, samples)), count, name)
        if promtool := shutil.which("promtool"):
            done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port()}/metrics") as answer:
            return answer.read().decode()

    def memory(self):
        """What no file stands behind, in bytes."""
        status = pathlib.Path(f"/proc/{self.agent.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status).group(1)) * 1024


class Published(Burst):
    def test_each_is_answered_once_in_order_and_memory_is_bounded(self):
        replies = self.begin_agent(limits="retention_count = 1000")
        self.publish()
        self.await_replies(replies)
        first = self.memory()
        replies.end()
        self.assert_all_are_answered_once(replies)
        self.assertEqual(self.assert_runs(replies), RUNS + 1)
        self.assertEqual(replies.codes(), {"ok": RUNS + 1, "not_found": COUNT - RUNS - 1})
        self.assert_order(replies)
        self.assert_clear()
        again = Replies(self.enterContext(REDIS.client()))
        self.publish()
        self.await_replies(again)
        grown = self.memory() - first
        again.end()
        self.assert_all_are_answered_once(again)
        self.assertLess(grown, 24 * MEGA)

    def test_what_a_full_queue_cannot_take_is_told_so(self):
        replies = self.begin_agent(limits="queue = 500")
        self.publish()
        self.await_replies(replies)
        replies.end()
        self.assert_all_are_answered_once(replies)
        codes = replies.codes()
        self.assert_metrics(self.metrics(), requests=COUNT, requests_busy=codes["busy"], requests_refused=0,
                            replies=COUNT, replies_waiting=0, replies_lost=0)
        self.assertGreater(codes["busy"], 0)
        self.assertGreaterEqual(codes["not_found"] + codes["ok"], 500)
        self.assertEqual(codes.keys() - {"busy", "not_found", "ok"}, set())
        self.assert_order(replies, lambda reply: not reply.get("busy"))
        self.assert_runs(replies)


class Streamed(Burst):
    def test_a_kill_in_the_middle_loses_nothing(self):
        replies = self.begin_agent(limits="queue = 2000", broker="streams = true")
        with REDIS.client() as client:
            client.socket.sendall(b"".join(
                client.command("XADD", "containers", "*", "channel", channel, "payload", json.dumps(fields))
                for channel, fields in map(self.message, range(COUNT))))
            for _ in range(COUNT):
                client.receive()
        for part in (3, 2):
            self.await_replies(replies, COUNT // part)
            self.kill()
            self.start_hearing()
        self.await_replies(replies)
        replies.end()
        self.assertEqual(sorted(replies.heard), list(range(COUNT)))
        # What was published by an agent that died before it had noted that is published again.
        twice = [id for id, heard in replies.heard.items() if len(heard) > 1]
        self.assertLessEqual(len(twice), 2 * 64)
        self.assertNotIn("busy", replies.codes())
        self.assertGreaterEqual(self.assert_runs(replies), RUNS + 1)
        with REDIS.client() as client:
            pending, *_ = client.ask("XPENDING", "containers", "forager")
            self.until(lambda: client.ask("XPENDING", "containers", "forager")[0] == 0, f"{pending} to be acknowledged")
            self.assertEqual(client.ask("XLEN", "containers.dead"), 0)
        self.assert_clear()


if __name__ == "__main__":
    main()
