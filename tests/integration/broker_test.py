#!/usr/bin/env python3
"""The agent and a real redis-server: broker_test.py FORAGER."""
import json
import pathlib
import re
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main
from redis_server import USER, RedisServer

REDIS = None


def setUpModule():
    global REDIS
    folder = unittest.enterModuleContext(tempfile.TemporaryDirectory())
    REDIS = unittest.enterModuleContext(RedisServer(folder))


ECHO = """
forager.on("redis:orders.*", function(ctx, message)
  forager.broker.publish("done." .. message.channel, message.payload)
end)
"""


class Brokers(Scenario):
    def setUp(self):
        super().setUp()
        with REDIS.client() as client:
            client.ask("FLUSHALL")
        self.client = self.enterContext(REDIS.client())

    def configure(self, agent="", limits="", redis=None, broker=""):
        super().configure(agent, limits)
        if redis is None:
            redis = f'url = "{REDIS.url}"'
        with open(self.config, "a") as config:
            config.write(f"[redis]\n{redis}\n[broker]\n{broker}\n")

    def heard(self, times=1):
        """Until the agent has heard its channels so often."""
        self.until(lambda: self.log_of_this_life().count("redis: channels are heard") >= times, "the agent to hear")

    def listening(self, pattern):
        listener = self.enterContext(REDIS.client())
        listener.subscribe(pattern)
        return listener

    def channel(self, event):
        return next(one for one in self.result("status")["channels"] if one["event"] == event)

    # Light messages

    def test_a_message_is_handled_and_what_is_published_is_heard(self):
        self.serve(ECHO)
        self.heard()
        done = self.listening("done.*")
        payload = b"\x00\xff bytes \r\n"
        self.client.ask("PUBLISH", "orders.new", payload)
        self.assertEqual(done.message(), ("done.orders.new", payload))
        self.assertEqual(self.client.ask("PUBLISH", "other", "x"), 0)
        self.assertEqual(self.stop(), 0)

    def test_a_burst_is_handled_completely_and_in_order(self):
        self.serve("""
          local count, last = 0, 0
          forager.on("redis:orders.*", function(ctx, message)
            count = count + 1
            local number = math.tointeger(message.payload)
            if number ~= last + 1 then mark("disorder") end
            last = number
            if count == 100000 then forager.broker.publish("done.all", tostring(count)) end
          end)""")
        self.heard()
        done = self.listening("done.*")
        for begin in range(1, 100001, 5000):
            self.client.publish_all("orders.x", range(begin, begin + 5000))
        self.assertEqual(done.message()[1], b"100000")
        self.assertEqual(self.marks(), [])
        channel = self.channel("redis:orders.*")
        self.assertEqual((channel["handled"], channel["dropped"], channel["connected"]), (100000, 0, True))

    def test_slow_handlers_hold_up_neither_each_other_nor_others(self):
        self.serve("""
          forager.on("redis:orders.slow", function(ctx, message)
            hold("FOLDER/gate")
            mark("slow " .. message.payload)
          end)""" + ECHO.replace("orders.*", "orders.fast"))
        self.heard()
        done = self.listening("done.*")
        self.client.publish_all("orders.slow", range(20))
        self.client.ask("PUBLISH", "orders.fast", "now")
        self.assertEqual(done.message()[1], b"now")
        self.assertEqual(self.marks(), [])
        self.open_gate()
        self.until(lambda: len(self.marks()) == 20, "all to be handled")

    def test_what_there_is_no_room_for_is_counted_and_told(self):
        self.configure(broker="buffer = 10\nat_once = 2")
        self.serve("""
          forager.on("redis:orders.*", function(ctx, message)
            hold("FOLDER/gate")
            mark(message.payload)
          end)""")
        self.heard()
        self.client.publish_all("orders.x", range(2))
        self.until(lambda: self.channel("redis:orders.*")["running"] == 2, "two calls to go on")
        self.client.publish_all("orders.x", range(2, 100))
        self.until(lambda: self.channel("redis:orders.*")["dropped"] == 88, "88 to be dropped")
        self.assertIn("dropped: more come than its handler keeps up with", self.log_of_this_life())
        self.open_gate()
        self.until(lambda: len(self.marks()) == 12, "the others to be handled")
        told = re.findall(r"(\d+) messages? w\w+ dropped", self.log_of_this_life())
        self.assertEqual(sum(map(int, told)), 88)

    def test_a_handler_that_fails_ends_nothing(self):
        self.serve("""
          forager.on("redis:orders.*", function(ctx, message)
            forager.broker.publish("done.x", { got = message:json().x })
          end)""")
        self.heard()
        done = self.listening("done.*")
        for payload in ("no JSON", b"\xff\xfe", "[]", "{", "null", "7"):
            self.client.ask("PUBLISH", "orders.x", payload)
        self.client.ask("PUBLISH", "orders.x", '{"x":[1,{"y":null}]}')
        while (message := json.loads(done.message()[1])) == {} or message == []:
            pass
        self.assertEqual(message, {"got": [1, {"y": None}]})
        self.until(lambda: "JSON" in self.log_of_this_life(), "the failure to be told")

    def test_an_agent_that_is_stopped_ends_what_waits(self):
        self.configure(agent='grace = "0.2s"')
        self.serve(ECHO + """
          forager.on("redis:slow", function(ctx, message) hold("FOLDER/never") end)
          forager.on("redis-stream:jobs", print)
          forager.every("1h", function() pcall(forager.broker.request, "nobody", {}, { timeout = "1h" }) end)""")
        self.heard()
        self.client.publish_all("slow", range(5))
        self.until(lambda: self.channel("redis:slow")["running"] == 5, "five calls to go on")
        self.assertEqual(self.stop(), 0)
        self.assertEqual(self.children(), [])

    def test_the_broker_dies_and_comes_back(self):
        self.serve(ECHO)
        self.heard()
        REDIS.kill()
        self.until(lambda: "channels are not heard" in self.log_of_this_life(), "the loss to be told")
        loop = next(loop for loop in self.result("status")["loops"] if loop["name"] == "redis")
        self.assertIn("Redis server", loop["last_error"])
        self.assertFalse(self.channel("redis:orders.*")["connected"])
        time.sleep(3)  # it has tried for a while
        REDIS.start()
        back = time.monotonic()
        self.heard(2)
        self.assertLess(time.monotonic() - back, 2)  # what is promised; it takes half a second
        self.assertEqual(self.log_of_this_life().count("channels are not heard"), 1)
        done = self.listening("done.*")
        with REDIS.client() as client:
            client.ask("PUBLISH", "orders.x", "again")
        self.assertEqual(done.message()[1], b"again")

    def test_an_agent_that_starts_first_hears_when_the_broker_is_there(self):
        REDIS.kill()
        self.addCleanup(lambda: REDIS.process.poll() is None or REDIS.start())
        self.serve(ECHO)
        self.until(lambda: "channels are not heard" in self.log_of_this_life(), "the absence to be told")
        REDIS.start()
        self.heard()

    def test_a_reload_changes_what_is_heard_and_misses_nothing_that_stays(self):
        self.serve("""
          forager.on("redis:orders.*", function(ctx, message) forager.broker.publish("done.old", message.payload) end)
          forager.on("redis:gone", print)""")
        self.heard()
        done = self.listening("done.*")
        sent = 0
        self.script("""
          forager.on("redis:orders.*", function(ctx, message) forager.broker.publish("done.new", message.payload) end)
          forager.on("redis:fresh", function(ctx, message) forager.broker.publish("done.fresh", message.payload) end)""")
        channel = ""
        while channel != "done.new":  # without a pause, until the agent has seen the change and loaded it
            self.client.ask("PUBLISH", "orders.x", sent)
            channel, payload = done.message()
            self.assertEqual(int(payload), sent)
            sent += 1
        self.until(lambda: self.client.ask("PUBLISH", "fresh", "x") == 1, "the new pattern to be heard")
        self.until(lambda: self.client.ask("PUBLISH", "gone", "x") == 0, "the old one to be left")
        self.assertEqual(done.message()[0], "done.fresh")

    # Who the agent is

    def test_a_user_with_few_rights_over_tls_is_enough(self):
        password = self.folder / "password"
        password.write_text(REDIS.password + "\n")
        password.chmod(0o600)
        self.configure(redis=f'url = "rediss://localhost:{REDIS.tls_port}/0"\nuser = "{USER}"\n'
                             f'password_file = "{password}"\nca_file = "{REDIS.authority.file}"')
        self.serve(ECHO + 'forager.on("redis:forbidden", print)\n')
        self.heard()
        self.until(lambda: "'forbidden' is not heard: Redis: NOPERM" in self.log_of_this_life(), "the refusal")
        done = self.listening("done.*")
        self.client.ask("PUBLISH", "orders.x", "safely")
        self.assertEqual(done.message(), ("done.orders.x", b"safely"))

    def test_a_wrong_password_and_a_stranger_s_certificate_are_told(self):
        self.configure(redis=f'url = "redis://{USER}:wrong-word@127.0.0.1:{REDIS.port}/0"')
        self.serve(ECHO)
        self.until(lambda: "WRONGPASS" in self.log_of_this_life(), "the refusal")
        self.assertIn("[redis] user", self.log_of_this_life())
        self.assertNotIn("wrong-word", self.log_of_this_life())
        self.stop()
        self.configure(redis=f'url = "rediss://localhost:{REDIS.tls_port}/0"')
        self.start()
        self.until(lambda: "certificate" in self.log_of_this_life(), "the refusal")

    # Durable messages and streams

    def test_a_durable_message_survives_a_kill(self):
        self.serve("""
          forager.on("redis:orders.*", function(ctx, message)
            hold("FOLDER/gate")
            mark(message.channel .. " " .. message:json().n)
          end, { durable = true })""")
        self.heard()
        self.client.publish_all("orders.x", [json.dumps({"n": n}) for n in range(50)])
        self.until(lambda: self.result("status")["queue"]["running"] + self.result("status")["queue"]["waiting"] == 50,
                   "all to be in the queue")
        self.restart()
        self.open_gate()
        self.until(lambda: len(set(self.marks())) == 50, "all to be handled")

    def test_entries_of_a_stream_are_handled_once_and_acknowledged_when_they_are_safe(self):
        self.serve("""
          forager.on("redis-stream:jobs", function(ctx, message)
            mark(message.channel .. " " .. message:json().n .. " " .. (message.fields.note or "none"))
          end, { group = "importers" })""")
        self.until(lambda: self.client.ask("EXISTS", "jobs"), "the group to be made")
        self.client.ask("XADD", "jobs", "*", "payload", '{"n":1}')
        self.client.ask("XADD", "jobs", "*", "n", "2", "note", "fields")
        self.await_mark("jobs 1 none")
        self.await_mark("jobs 2 fields")
        self.until(lambda: self.client.ask("XPENDING", "jobs", "importers")[0] == 0, "all to be acknowledged")
        self.until(lambda: self.result("status")["queue"]["running"] == 0, "their ends to be safe")
        self.kill()
        for n in range(3, 203):
            self.client.ask("XADD", "jobs", "*", "payload", json.dumps({"n": n}))
        self.start()
        self.until(lambda: len(self.marks()) == 202, "those of the meantime to be handled")
        self.assertEqual(len(set(self.marks())), 202)

    def test_what_was_given_to_a_dead_life_of_the_agent_is_taken_up(self):
        self.serve("""forager.on("redis-stream:jobs", function(ctx, message) mark(message.payload) end)""")
        self.client.ask("XADD", "jobs", "*", "payload", "done")
        self.await_mark("done")
        consumer = self.client.ask("XINFO", "CONSUMERS", "jobs", "forager")[0][1]
        self.kill()
        self.client.ask("XADD", "jobs", "*", "payload", "half done")
        self.client.ask("XREADGROUP", "GROUP", "forager", consumer, "STREAMS", "jobs", ">")
        self.start()
        self.await_mark("half done")

    def test_an_entry_that_nobody_can_take_is_buried(self):
        self.configure(limits='request = "64KB"')
        self.serve("""forager.on("redis-stream:jobs", function(ctx, message) mark(message.payload) end)""")
        self.until(lambda: self.client.ask("EXISTS", "jobs"), "the group to be made")
        self.client.ask("XADD", "jobs", "*", "payload", "x" * 100000)
        self.client.ask("XADD", "jobs", "*", "payload", "fine")
        self.await_mark("fine")
        self.until(lambda: self.client.ask("XLEN", "jobs.dead") == 1, "it to be buried")
        entry = self.client.ask("XRANGE", "jobs.dead", "-", "+")[0][1]
        self.assertIn(b"limits.request", entry[entry.index(b"reason") + 1])
        self.until(lambda: self.client.ask("XPENDING", "jobs", "forager")[0] == 0, "it to be acknowledged")

    # What scripts ask for, without an agent

    def test_a_script_publishes_asks_and_adds(self):
        self.serve("""
          forager.on("redis:work", function(ctx, message)
            local asked = message:json()
            if asked.sum then
              forager.broker.publish(asked.response_channel, { sum = asked.sum[1] + asked.sum[2], id = asked.id })
            end
          end)""")
        self.heard()
        script = self.folder / "ask.lua"
        script.write_text("""
          local forager = require "forager"
          local replies = {}
          for i = 1, 100 do
            replies[i] = function() return forager.broker.request("work", { sum = { i, 1 } }):json().sum end
          end
          local sums = { forager.all(table.unpack(replies)) }
          local ok, problem = pcall(forager.broker.request, "work", { nothing = true }, { timeout = "0.2s" })
          local id = forager.broker.stream("jobs", { n = 1 })
          return { last = sums[100], first = sums[1], late = problem.code, id = id }""")
        result = self.result("run", script)
        self.assertEqual((result["first"], result["last"], result["late"]), (2, 101, "timed_out"))
        entry = self.client.ask("XRANGE", "jobs", "-", "+")[0]
        self.assertEqual((entry[0].decode(), entry[1]), (result["id"], [b"payload", b'{"n":1}']))

    def test_without_a_broker_the_error_says_what_to_set(self):
        self.configure(redis="")
        script = self.folder / "ask.lua"
        script.write_text('require("forager").broker.publish("x", "y")')
        error = self.refusal("run", script)
        self.assertEqual(error["code"], "refused")
        self.assertIn("[redis] url", error["message"])
        script.write_text('require("forager").broker.publish("x", "y", { broker = "nats" })')
        self.assertIn("no broker 'nats'", self.refusal("run", script)["message"])
        self.serve(ECHO)
        self.until(lambda: "scripts handle messages of redis, and nobody hears them" in self.log_of_this_life(), "it")


if __name__ == "__main__":
    main()
