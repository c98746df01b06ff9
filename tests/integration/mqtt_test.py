#!/usr/bin/env python3
"""The agent and a real mosquitto: mqtt_test.py FORAGER."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main
from mosquitto_server import PASSWORD, USER, MosquittoServer

MOSQUITTO = None


def setUpModule():
    global MOSQUITTO
    folder = unittest.enterModuleContext(tempfile.TemporaryDirectory())
    MOSQUITTO = unittest.enterModuleContext(MosquittoServer(folder))


class Mqtt(Scenario):
    def configure(self, agent="", limits="", mqtt=None):
        super().configure(agent, limits)
        mqtt = mqtt or f'url = "mqtt://{USER}:{PASSWORD}@127.0.0.1:{MOSQUITTO.port}"'
        with open(self.config, "a") as config:
            config.write(f"[mqtt]\n{mqtt}\n")

    def heard(self, times=1):
        self.until(lambda: self.log_of_this_life().count("mqtt: channels are heard") >= times, "the agent to hear")

    def run_script(self, text):
        path = self.folder / "asked.lua"
        path.write_text('local forager = require "forager"\n' + text)
        return self.result("run", path)

    def publish(self, topic, payload):
        self.run_script(f'forager.broker.publish("{topic}", "{payload}", {{ broker = "mqtt" }})')

    def test_messages_are_handled_by_the_filters_that_they_fit(self):
        self.serve("""
          forager.on("mqtt:rooms/+/door", function(ctx, message) mark("door " .. message.channel .. message.payload) end)
          forager.on("mqtt:rooms/#", function(ctx, message) mark("any " .. message.channel .. message.payload) end)""")
        self.heard()
        self.publish("rooms/7/door", "!")
        self.await_mark("door rooms/7/door!")
        self.await_mark("any rooms/7/door!")
        self.publish("rooms/7/window", "?")
        self.await_mark("any rooms/7/window?")
        self.assertEqual(len(self.marks()), 3)

    def test_many_messages_arrive_in_their_order(self):
        self.serve("""
          local last = 0
          forager.on("mqtt:rooms/count", function(ctx, message)
            local number = math.tointeger(message.payload)
            if number ~= last + 1 then mark("disorder at " .. message.payload) end
            last = number
            if number == 2000 then mark("all") end
          end)""")
        self.heard()
        self.run_script("""for i = 1, 2000 do forager.broker.publish("rooms/count", tostring(i)) end""")
        self.await_mark("all")
        self.assertEqual(self.marks(), ["all"])

    def test_many_publish_at_once(self):
        self.serve("""
          local count = 0
          forager.on("mqtt:rooms/many", function(ctx, message)
            count = count + #message.payload
            if count == 500 * 10000 then mark("all") end
          end)""")
        self.heard()
        self.run_script("""
          local all = {}
          for i = 1, 500 do
            all[i] = function() forager.broker.publish("rooms/many", ("x"):rep(10000)) end
          end
          forager.all(table.unpack(all))""")
        self.await_mark("all")

    def test_a_request_is_answered(self):
        self.serve("""
          forager.on("mqtt:rooms/ask", function(ctx, message)
            local asked = message:json()
            forager.broker.publish(asked.response_channel, { twice = asked.n * 2 })
          end)""")
        self.heard()
        result = self.run_script("""
          local reply = forager.broker.request("rooms/ask", { n = 21 }, { timeout = "10s" })
          local ok, problem = pcall(forager.broker.stream, "x", "y")
          return { twice = reply:json().twice, streams = problem.message }""")
        self.assertEqual(result, {"twice": 42, "streams": "the broker 'mqtt' has no streams"})

    def test_the_broker_dies_and_comes_back(self):
        self.serve("""forager.on("mqtt:rooms/#", function(ctx, message) mark(message.payload) end)""")
        self.heard()
        MOSQUITTO.kill()
        self.until(lambda: "mqtt: channels are not heard" in self.log_of_this_life(), "the loss to be told")
        MOSQUITTO.start()
        self.heard(2)
        self.publish("rooms/x", "again")
        self.await_mark("again")

    def test_over_tls_and_with_what_is_refused(self):
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        self.configure(mqtt=f'url = "mqtts://localhost:{MOSQUITTO.tls_port}"\nuser = "{USER}"\n'
                            f'password_file = "{password}"\nca_file = "{MOSQUITTO.authority.file}"')
        self.serve("""
          forager.on("mqtt:rooms/#", function(ctx, message) mark(message.payload) end)
          forager.on("mqtt:rooms/#/x", print)""")
        self.heard()
        self.until(lambda: "'rooms/#/x' is not heard" in self.log_of_this_life(), "the refusal")
        self.publish("rooms/x", "safely")
        self.await_mark("safely")

    def test_a_wrong_password_is_told(self):
        self.configure(mqtt=f'url = "mqtt://{USER}:wrong-word@127.0.0.1:{MOSQUITTO.port}"')
        self.serve("""forager.on("mqtt:rooms/#", print)""")
        self.until(lambda: "[mqtt] user" in self.log_of_this_life(), "the refusal")
        self.assertNotIn("wrong-word", self.log_of_this_life())

    def test_what_is_no_topic_is_refused(self):
        path = self.folder / "asked.lua"
        path.write_text('require("forager").broker.publish("a/+", "x")')
        self.assertIn("no topic", self.refusal("run", path)["message"])


if __name__ == "__main__":
    main()
