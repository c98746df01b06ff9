#!/usr/bin/env python3
"""The container channels over a real redis-server, with a real engine: container_channels_test.py FORAGER."""
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import main
from docker_engine import DockerEngine
from docker_test import DockerTest
from redis_server import RedisServer

REDIS = None


def setUpModule():
    global REDIS
    folder = unittest.enterModuleContext(tempfile.TemporaryDirectory())
    REDIS = unittest.enterModuleContext(RedisServer(folder))
    DockerTest.engine = unittest.enterModuleContext(DockerEngine())
    DockerTest.engine.docker("tag", DockerEngine.IMAGE, "nginx")


class ChannelsTest(DockerTest):
    def setUp(self):
        super().setUp()
        self.configure()
        with open(self.config, "a") as config:
            config.write(f'[redis]\nurl = "{REDIS.url}"\n[broker]\nchannels = true\nstreams = true\n')
        self.until(lambda: REDIS.process.poll() is None or REDIS.start(), "redis")
        with REDIS.client() as client:
            client.ask("FLUSHALL")
        self.start_hearing()

    def start_hearing(self):
        self.start()
        self.heard()

    def heard(self, times=1):
        """Until the agent has heard its channels so often."""
        self.until(lambda: self.log_of_this_life().count("redis: channels are heard") >= times, "the agent to hear")

    def say(self, channel, message, heard=1):
        payload = message if isinstance(message, (str, bytes)) else json.dumps(message)
        with REDIS.client() as client:
            self.assertEqual(client.ask("PUBLISH", channel, payload), heard)

    def listen(self, pattern="reply.*"):
        listener = self.enterContext(REDIS.client())
        listener.subscribe(pattern)
        return listener

    def asked(self, channel, message, **more):
        """The reply to one message, as bytes."""
        listener = self.listen("reply.here")
        self.say(channel, message | {"response_channel": "reply.here"} | more)
        return listener.message()[1]

    def answer(self, channel, message, **more):
        return json.loads(self.asked(channel, message, id="r1", **more))

    def box(self, name, command, **more):
        return {"image": self.engine.IMAGE, "name": name, "command": command, "network": "none"} | more

    def is_running(self, name):
        return bool(self.engine.ids(f"name=^/{name}$", "status=running"))

    def await_running(self, name):
        self.until(lambda: self.is_running(name), f"{name} to run")

    def assert_silent(self, listener):
        """Whatever was to come has come before this."""
        with REDIS.client() as client:
            client.ask("PUBLISH", "reply.last", "nothing more")
        self.assertEqual(listener.message(), ("reply.last", b"nothing more"))

    def context(self, text):
        """A folder with a Dockerfile whose image prints the text."""
        folder = self.folder / "context"
        folder.mkdir(exist_ok=True)
        (folder / "python").write_text(f'#!/bin/sh\necho "{text} $1"\ncat "/opt/hello_world/$1"\n')
        (folder / "python").chmod(0o755)
        (folder / "hello_world.py").write_text("print('hello')\n")
        (folder / "Dockerfile").write_text(f"FROM {self.engine.IMAGE}\nCOPY python /bin/python\n")
        return folder

    def python_sample(self, folder):
        return {"image": "python_generated_image", "command": "python hello_world.py", "name": "python-exec",
                "context": f"{folder}/", "build": True,
                "volumes": {f"{folder}/": {"bind": "/opt/hello_world/", "mode": "rw"}}}


class Samples(ChannelsTest):
    def test_an_image_and_a_name_make_a_container(self):
        reply = self.answer("start_container.create", {"image": "nginx", "name": "nginx-name-container"}
                            | {"command": "sleep 100"})
        self.assertEqual((reply["status"], reply["error"], reply["new"], reply["was_running"]), ("ok", None, True, False), reply)
        container = self.engine.inspect("nginx-name-container")
        self.assertTrue(container["State"]["Running"])
        self.assertEqual(container["Id"], reply["output"].strip())
        self.assertEqual(container["HostConfig"]["RestartPolicy"], {"Name": "on-failure", "MaximumRetryCount": 5})
        environment = dict(variable.split("=", 1) for variable in container["Config"]["Env"])
        self.assertRegex(environment["UUID"], "^[0-9a-f]{32}$")
        again = self.answer("start_container.create", {"image": "nginx", "name": "nginx-name-container"})
        self.assertEqual((again["new"], again["was_running"], again["output"]), (False, True, reply["output"]))

    def test_what_is_built_runs_and_its_output_is_the_reply(self):
        folder = self.context("first")
        reply = self.asked("start_container.response_channel", self.python_sample(folder))
        self.assertEqual(reply, b"first hello_world.py\nprint('hello')\n")
        reply = self.asked("start_container.response_channel", self.python_sample(folder))
        self.assertEqual(reply, b"first hello_world.py\nprint('hello')\n")
        self.context("second")
        reply = self.asked("start_container.response_channel", self.python_sample(folder))
        self.assertEqual(reply, b"second hello_world.py\nprint('hello')\n")
        self.say("start_container.create", self.python_sample(folder) | {"on_conflict": "replace", "command": "sleep 100"})
        self.await_running("python-exec")

    def test_what_does_not_run_is_started(self):
        for name in ("web-1", "web-2", "my-web"):
            self.engine.docker("create", "--network=none", "--name", name, self.engine.IMAGE, "sleep", "100")
        self.assertEqual(self.asked("start_containers_not_running", {"name": "web-1"}), b"web-1\n")
        self.assertTrue(self.is_running("web-1"))
        self.assertFalse(self.is_running("web-2"))
        self.assertEqual(self.asked("start_containers_not_running", {"name": "web", "exact_value": False}), b"web-2\n")
        self.assertFalse(self.is_running("my-web"))
        reply = self.answer("start_containers_not_running", {"name": "web", "match": "contains"})
        self.assertEqual((reply["output"], reply["containers"]), ("my-web\n", ["my-web"]))
        missing = self.answer("start_containers_not_running", {"name": "web"})
        self.assertEqual((missing["status"], missing["code"]), ("error", "not_found"))

    def test_a_container_is_closed(self):
        for name in ("web-1", "web-2"):
            self.engine.docker("run", "-d", "--network=none", "--name", name, self.engine.IMAGE, "sleep", "100")
        self.assertEqual(self.asked("close_container", {"name": "web-1", "timeout": 0}), b"web-1\n")
        self.assertFalse(self.is_running("web-1"))
        reply = self.answer("close_container", {"name": "web", "exact_value": False, "timeout": 0, "remove": True})
        self.assertEqual(reply["containers"], ["web-1", "web-2"])
        self.assert_clear()


class Replies(ChannelsTest):
    def test_a_command_that_fails_is_answered(self):
        failing = self.box("fails", ["sh", "-c", "echo so far; echo why >&2; exit 3"])
        self.assertEqual(self.asked("start_container.response_channel", failing), b"so far\n")
        reply = self.answer("start_container.response_channel", failing)
        self.assertEqual((reply["id"], reply["status"], reply["output"], reply["exit_code"], reply["stderr"]),
                         ("r1", "error", "so far\n", 3, "why\n"))
        self.assertIn("ended with status 3: why", reply["error"])

    def test_of_a_failure_what_is_dropped_is_not_told(self):
        failing = self.box("fails", ["sh", "-c", "echo so far; echo why >&2; exit 3"], stderr="drop")
        reply = self.answer("start_container.response_channel", failing)
        self.assertEqual((reply["output"], reply["exit_code"], reply["stderr"]), ("so far\n", 3, ""))
        self.assertNotIn("why", reply["error"])

    def test_who_needs_too_much_memory_is_told_so(self):
        greedy = self.box("greedy", ["sh", "-c", "dd if=/dev/zero of=/dev/null bs=200M count=1"], memory="16MB")
        replies = []

        def is_told():
            replies.append(self.answer("start_container.response_channel", greedy))
            self.assertEqual(replies[-1]["exit_code"], 137)
            return replies[-1].get("oom_killed")

        # The engine hears why from the kernel on another way than that it ended, and now and then too late.
        self.until(is_told, "the engine to know why")
        self.assertIn("memory limit", replies[-1]["error"])

    def test_a_success_with_an_id(self):
        reply = self.answer("start_container.response_channel", self.box("good", ["sh", "-c", "echo a; echo b >&2"]))
        self.assertEqual({name: reply[name] for name in ("id", "status", "output", "exit_code", "error", "stderr")},
                         {"id": "r1", "status": "ok", "output": "a\n", "exit_code": 0, "error": None, "stderr": "b\n"})
        merged = self.asked("start_container.response_channel", self.box("merged", ["sh", "-c", "echo b >&2"], stderr="merge"))
        self.assertEqual(merged, b"b\n")
        bytes_ = self.asked("start_container.response_channel", self.box("bytes", r"""printf '\377\0x'"""
                                                                         .join(["sh -c \"", "\""])))
        self.assertEqual(bytes_, b"\xff\0x")

    def test_input_remove_and_timeout(self):
        reply = self.asked("start_container.response_channel", self.box("cat", "cat", stdin="of the run before", remove=True))
        self.assertEqual(reply, b"of the run before")
        self.assert_clear()
        late = self.answer("start_container.response_channel",
                           self.box("late", ["sh", "-c", "echo begun; sleep 100"], timeout="1s"))
        self.assertEqual((late["status"], late["code"], late["output"]), ("error", "timed_out", "begun\n"))
        self.assertFalse(self.is_running("late"))

    def test_lines_are_told_as_they_come_and_before_the_answer(self):
        lines = ["sh", "-c", "echo one; echo two >&2; while ! test -e /in/gate; do sleep 0.1; done; echo three"]
        listener = self.listen("reply.*")
        self.say("start_container.response_channel",
                 self.box("lines", lines, volumes={str(self.folder): {"bind": "/in", "mode": "ro"}}, id="r1",
                          response_channel="reply.end", log_channel="reply.lines"))
        first = [listener.message() for _ in range(2)]
        self.assertEqual({channel for channel, _ in first}, {"reply.lines"})
        told = sorted(tuple(json.loads(payload).values()) for _, payload in first)
        self.assertEqual(told, [("r1", "stderr", "two"), ("r1", "stdout", "one")])
        self.open_gate()
        self.assertEqual(listener.message(), ("reply.lines", b'{"id":"r1","stream":"stdout","line":"three"}'))
        channel, payload = listener.message()
        self.assertEqual((channel, json.loads(payload)["output"]), ("reply.end", "one\nthree\n"))

    def test_an_answer_says_when_it_was_and_that_it_is_cut(self):
        reply = self.answer("start_container.response_channel", self.box("much", "seq 1000", limit="100", stderr="merge"))
        self.assertTrue(reply["truncated"], reply)
        self.assertLess(len(reply["output"]), 300)
        self.assertLess(reply["started"], reply["finished"])
        reply = self.answer("start_container.response_channel", self.box("little", "sh -c 'echo a; exit 2'", limit=100))
        self.assertEqual((reply["truncated"], reply["exit_code"], reply["output"]), (False, 2, "a\n"))

    def test_an_output_without_end_is_cut_visibly(self):
        reply = self.asked("start_container.response_channel",
                           self.box("much", ["sh", "-c", "dd if=/dev/zero bs=1000000 count=12 2>/dev/null"]))
        self.assertGreater(len(reply), 1_000_000)
        self.assertLess(len(reply), 10_000_000)
        self.assertIn(b"bytes cut", reply)

    def test_bad_requests_are_answered_and_the_next_is_heard(self):
        self.say("start_container.create", "{'image': 'nginx'")
        error = json.loads(self.asked("start_container.create", {"imgae": "nginx", "name": "x"}))
        self.assertEqual((error["status"], error["code"]), ("error", "bad_arguments"))
        self.assertIn("did you mean 'image'?", error["error"])
        error = self.answer("start_container.create", {"image": "nginx", "name": "x", "pull": "never", "privileged": True})
        self.assertEqual((error["id"], error["code"]), ("r1", "refused"))
        error = self.answer("start_container.create", {"image": "none/such:1", "name": "x", "pull": False})
        self.assertEqual((error["status"], error["code"]), ("error", "not_found"))
        error = self.answer("start_container.response_channel", self.box("x", "no-such-program"))
        self.assertEqual(error["status"], "error")
        self.assert_clear()
        error = self.answer("start_container.create", {"image": "x", "name": "x", "build": True, "context": "/none/such"})
        self.assertEqual(error["status"], "error")
        self.assertIn("/none/such", error["error"])
        self.assertIn("the message is no JSON", self.log_of_this_life())
        self.assertEqual(self.asked("start_container.response_channel", self.box("next", "echo well")), b"well\n")
        status = self.result("status")["container_channels"]
        self.assertEqual([(one["broker"], one["refused"]) for one in status], [("redis", 2)])


class Order(ChannelsTest):
    def test_of_one_name_all_keep_their_order(self):
        listener = self.listen()
        with REDIS.client() as client:
            client.publish_all("start_container.response_channel",
                               [json.dumps(self.box("one", f"echo {i}", on_conflict="replace", response_channel="reply.x"))
                                for i in range(6)])
        self.assertEqual([listener.message()[1] for _ in range(6)], [b"%d\n" % i for i in range(6)])

    def test_different_names_run_at_once(self):
        for i in range(8):
            self.say("start_container.response_channel", self.box(f"n{i}", "sleep 100", response_channel="reply.x"))
        self.await_containers(8)

    def test_a_run_that_goes_on_can_be_closed(self):
        listener = self.listen()
        self.say("start_container.response_channel",
                 self.box("long", ["sh", "-c", "echo begun; sleep 1000"], response_channel="reply.run", id="run"))
        self.say("close_container", {"name": "long", "timeout": 0, "response_channel": "reply.close", "id": "close"})
        self.say("start_container.response_channel",
                 self.box("long", "echo after", response_channel="reply.after", on_conflict="replace"))
        replies = dict(listener.message() for _ in range(3))
        self.assertEqual(json.loads(replies["reply.run"])["exit_code"], 137)
        self.assertEqual(json.loads(replies["reply.close"])["containers"], ["long"])
        self.assertEqual(replies["reply.after"], b"after\n")

    def test_two_hundred_messages_at_once_are_all_answered(self):
        listener = self.listen()
        messages = [json.dumps({"name": f"none{i}", "response_channel": "reply.x", "id": i}) for i in range(200)]
        with REDIS.client() as client:
            self.assertEqual(client.publish_all("close_container", messages), 200)
        replies = [json.loads(listener.message()[1]) for _ in range(200)]
        self.assertEqual(sorted(reply["id"] for reply in replies), list(range(200)))
        self.assertEqual({reply["code"] for reply in replies}, {"not_found"})
        self.assert_silent(listener)


class Deaths(ChannelsTest):
    def test_an_outcome_is_told_by_the_next_agent_when_the_broker_is_back(self):
        self.say("start_container.response_channel",
                 self.box("kept", ["sh", "-c", "while ! test -e /in/gate; do sleep 0.1; done; echo done"],
                          volumes={str(self.folder): {"bind": "/in", "mode": "ro"}}, response_channel="reply.x", id="kept"))
        self.await_running("kept")
        REDIS.kill()
        self.open_gate()
        self.until(lambda: self.request("GET", "/v1/invocations?state=succeeded")["result"], "the end of the run")
        self.kill()
        REDIS.start()
        listener = self.listen()
        self.start_hearing()
        reply = json.loads(listener.message()[1])
        self.assertEqual((reply["id"], reply["output"]), ("kept", "done\n"))
        self.assertEqual(self.asked("start_container.response_channel", self.box("later", "echo later")), b"later\n")
        self.assertEqual(listener.message()[1], b"later\n")
        self.assert_silent(listener)

    def test_a_run_goes_on_when_the_agent_dies(self):
        listener = self.listen()
        self.say("start_container.response_channel",
                 self.box("on", ["sh", "-c", "echo before; while ! test -e /in/gate; do sleep 0.1; done; echo after"],
                          volumes={str(self.folder): {"bind": "/in", "mode": "ro"}}, response_channel="reply.x"))
        self.await_running("on")
        before = self.engine.inspect("on")["Id"]
        self.kill()
        self.start_hearing()
        self.open_gate()
        self.assertEqual(listener.message()[1], b"before\nafter\n")
        self.assertEqual(self.engine.inspect("on")["Id"], before)
        self.assert_silent(listener)

    def test_a_broker_that_went_hears_the_reply_when_it_is_back(self):
        self.say("start_container.response_channel",
                 self.box("kept", ["sh", "-c", "while ! test -e /in/gate; do sleep 0.1; done; echo done"],
                          volumes={str(self.folder): {"bind": "/in", "mode": "ro"}}, response_channel="reply.x"))
        self.await_running("kept")
        REDIS.kill()
        self.open_gate()
        self.until(lambda: "waits:" in self.log_of_this_life(), "a reply that waits")
        REDIS.start()
        self.heard(2)
        self.until(lambda: self.result("status")["container_channels"][0]["replies"] == 1, "the reply")

    def test_a_run_that_is_cancelled_leaves_nothing(self):
        listener = self.listen()
        self.say("start_container.response_channel", self.box("gone", "sleep 100", response_channel="reply.x", id=1))
        self.await_running("gone")
        id = self.request("GET", "/v1/invocations?state=running")["result"][0]["id"]
        self.result("cancel", id)
        reply = json.loads(listener.message()[1])
        self.assertEqual((reply["status"], reply["code"]), ("error", "cancelled"))
        self.assert_clear()


class Monitors(ChannelsTest):
    def begin_monitor(self, name, **more):
        self.say("monitor_container_status", {"name": name, "response_channel": "reply.m"} | more)
        self.until(lambda: len(self.result("status")["monitors"]) == 1, "the monitor")

    def begin_web(self):
        self.engine.docker("run", "-d", "--network=none", "--name", "web", self.engine.IMAGE, "sleep", "100")

    def assert_told(self, listener, current_status, **more):
        channel, payload = listener.message()
        event = json.loads(payload)
        self.assertGreater(event.pop("timestamp"), 1.7e9)
        self.assertEqual((channel, event), ("reply.m", {"container": "web", "running": False, "current_status": current_status} | more))

    def test_a_container_that_ends_is_told_once(self):
        self.begin_web()
        listener = self.listen()
        self.begin_monitor("web", interval=60)
        self.engine.docker("kill", "web")
        self.assert_told(listener, "exited")
        self.until(lambda: not self.result("status")["monitors"], "the monitor's end")
        self.assert_silent(listener)

    def test_one_that_is_not_there_is_told_at_once(self):
        listener = self.listen()
        self.say("monitor_container_status", {"name": "web", "response_channel": "reply.m", "id": "m1"})
        self.assert_told(listener, "missing", id="m1", status="ok", output="missing", exit_code=None, error=None)

    def test_one_that_goes_on_tells_of_each_change(self):
        self.begin_web()
        listener = self.listen()
        self.begin_monitor("web", once=False, expect="running")
        for _ in range(2):
            self.engine.docker("kill", "web")
            self.assert_told(listener, "exited", ok=False, reason="it is exited with status 137")
            self.engine.docker("start", "web")
            channel, payload = listener.message()
            event = json.loads(payload)
            self.assertEqual((event["running"], event["ok"], event["current_status"]), (True, True, "running"))
        self.result("call", "docker.remove_monitor", self.result("status")["monitors"][0]["name"])
        self.engine.docker("kill", "web")
        self.assert_silent(listener)

    def test_a_monitor_survives_the_agent(self):
        self.begin_web()
        listener = self.listen()
        self.begin_monitor("web")
        self.kill()
        self.engine.docker("kill", "web")
        self.start_hearing()
        self.assert_told(listener, "exited")
        self.assert_silent(listener)

    def test_one_that_is_made_just_before_is_watched(self):
        listener = self.listen()
        with REDIS.client() as client:
            client.send("PUBLISH", "start_container.create", json.dumps(self.box("web", "sleep 100")))
            client.send("PUBLISH", "monitor_container_status", json.dumps({"name": "web", "response_channel": "reply.m"}))
            client.receive(), client.receive()
        self.await_running("web")
        self.until(lambda: len(self.result("status")["monitors"]) == 1, "the monitor")
        self.engine.docker("rm", "--force", "web")
        self.assertIn(json.loads(listener.message()[1])["current_status"], ("exited", "missing", "removing"))


class Streams(ChannelsTest):
    def add(self, channel, message):
        with REDIS.client() as client:
            client.ask("XADD", "containers", "*", "channel", channel, "payload", json.dumps(message))

    def test_what_was_added_while_nobody_listened_is_done_once(self):
        self.kill()
        for i in range(3):
            self.add("start_container.response_channel",
                     self.box("one", f"echo {i}", on_conflict="replace", response_channel="reply.x"))
        self.add("close_container", {"nam": "x", "response_channel": "reply.x", "id": 7})
        listener = self.listen()
        self.start_hearing()
        replies = [listener.message()[1] for _ in range(4)]
        wrong = next(reply for reply in replies if reply.startswith(b"{"))
        self.assertEqual(json.loads(wrong)["id"], 7)
        self.assertEqual([reply for reply in replies if reply != wrong], [b"0\n", b"1\n", b"2\n"])
        with REDIS.client() as client:
            self.until(lambda: client.ask("XPENDING", "containers", "forager")[0] == 0, "all to be acknowledged")
            self.assertEqual(client.ask("XLEN", "containers.dead"), 1)
        self.stop()
        self.start_hearing()
        self.assert_silent(listener)


class Chains(ChannelsTest):
    def test_the_output_of_one_run_is_the_input_of_the_next(self):
        shutil.copy(pathlib.Path(__file__).parents[2] / "scripts" / "workflows" / "container_chain.lua", self.scripts)
        self.restart()
        self.heard()
        listener = self.listen()
        box = {"image": self.engine.IMAGE, "network": "none"}
        steps = [box | {"command": ["sh", "-c", "cat; echo more"]}, box | {"command": "wc -c"}]
        self.say("chain", {"id": "c1", "response_channel": "reply.x", "input": "ab\n", "steps": steps})
        self.assertEqual(json.loads(listener.message()[1]), {"id": "c1", "status": "ok", "output": "8\n"})
        self.say("chain", {"id": "c2", "response_channel": "reply.x", "steps": [box | {"command": "false"}, *steps]})
        reply = json.loads(listener.message()[1])
        self.assertEqual((reply["id"], reply["status"], reply["step"]), ("c2", "error", 1))


class Functions(ChannelsTest):
    def test_the_same_is_asked_by_a_call(self):
        box = [f"--kw=image={self.engine.IMAGE}", "--kw=name=called", "--kw=network=none"]
        result = self.result("call", "broker.run", *box, "--kw=command=echo hello")
        self.assertEqual((result["output"], result["exit_code"]), ("hello\n", 0))
        self.assertEqual(self.result("call", "broker.start", "--kw=name=called")["containers"], ["called"])
        self.assertEqual(self.refusal("call", "broker.close", "--kw=name=none")["code"], "not_found")


if __name__ == "__main__":
    main()
