#!/usr/bin/env python3
"""Handlers of k8s: events in an agent, against a real API server: kubernetes_events_test.py FORAGER."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import Scenario, main
from fault_proxy import BlindProxy
from kubernetes_api import KubernetesApi
from redis_server import free_port

cluster = None


def setUpModule():
    global cluster
    cluster = unittest.enterModuleContext(KubernetesApi())


class Handlers(Scenario):
    def setUp(self):
        super().setUp()
        self.space = cluster.namespace()
        self.addCleanup(cluster.forget, self.space)
        self.proxy = self.enterContext(BlindProxy(cluster.ports["api"], free_port()))
        self.go_as({"token": cluster.ADMIN_TOKEN})
        self.probes = 0

    def go_as(self, user):
        config = cluster.kubeconfig(self.space, user, self.space, server=f"https://127.0.0.1:{self.proxy.port}")
        self.environment |= {"KUBECONFIG": str(config)}

    def path(self, name="", space=None):
        return f"/api/v1/namespaces/{space or self.space}/configmaps" + (f"/{name}" if name else "")

    def make(self, name, space=None, **labels):
        cluster.ask("POST", self.path(space=space), {"metadata": {"name": name, "labels": labels}})

    def change(self, name, value):
        cluster.patch(self.path(name), {"data": {"key": value}})

    def remove(self, name):
        cluster.ask("DELETE", self.path(name))

    def probe(self):
        self.probes += 1
        self.make(f"probe-{self.probes}")
        return any(mark.startswith("added probe-") for mark in self.marks())

    def await_hearing(self):
        """Until the agent hears of what happens from now on."""
        self.until(self.probe, "the agent to hear of anything")

    def heard(self):
        return [mark for mark in self.marks() if "probe-" not in mark]

    def await_heard(self, *marks):
        self.until(lambda: sorted(self.heard()) == sorted(marks), f"{marks}; there are {self.heard()}")

    ALL = """forager.on("k8s:configmaps", function(_, event)
      mark(event.type .. " " .. event.name .. " " .. ((event.object.data or {}).key or "-"))
    end, { MORE })
    """

    def test_what_happens_from_now_on_is_told_to_those_who_want_it(self):
        self.make("old")
        self.serve(self.ALL.replace("MORE", "") + """
          forager.on("k8s:configmaps/deleted", function(_, event) mark("deleted " .. event.namespace .. "/" .. event.name) end,
            { labels = { a = "b" } })""")
        self.await_hearing()
        self.make("new", a="b")
        self.change("new", "1")
        self.remove("new")
        self.remove("old")
        self.await_heard("added new -", "modified new 1", "deleted new 1", f"deleted {self.space}/new", "deleted old -")

    def test_many_handlers_share_one_watch(self):
        lines = [self.ALL.replace("MORE", "")]
        lines += [f'forager.on("k8s:configmaps", function() end, {{ labels = {{ n = "{i}" }} }})' for i in range(20)]
        self.serve("\n".join(lines))
        self.await_hearing()
        self.assertEqual([loop["name"] for loop in self.result("status")["loops"] if loop["name"].startswith("k8s:")],
                         ["k8s:configmaps"])

    def test_other_namespaces_are_heard_when_they_are_named(self):
        other = cluster.namespace()
        self.addCleanup(cluster.forget, other)
        self.serve(self.ALL.replace("MORE", f'namespace = "{other}", name = "x*"')
                   + self.ALL.replace("MORE", 'name = "probe-*"'))
        self.await_hearing()
        self.make("x1")
        self.until(lambda: self.more(other), "anything to be heard of the other namespace")
        self.assertTrue(all(mark.startswith("added x-other") for mark in self.heard()), self.heard())

    def more(self, space):
        self.probes += 1
        self.make(f"x-other-{self.probes}", space)
        return self.heard()

    def test_what_became_of_objects_while_the_server_was_away_is_told(self):
        self.serve(self.ALL.replace("MORE", ""))
        self.await_hearing()
        for name in ("kept", "changed", "gone"):
            self.make(name)
        before = [f"added {name} -" for name in ("kept", "changed", "gone")]
        self.await_heard(*before)
        self.proxy.refuse()
        self.change("changed", "2")
        self.remove("gone")
        self.make("fresh")
        self.proxy.heal()
        self.await_heard(*before, "modified changed 2", "deleted gone -", "added fresh -")

    def test_a_durable_event_is_handled_by_the_next_agent(self):
        self.serve("""forager.on("k8s:configmaps/added", function(_, event)
            if event.name == "kept" then hold "gate" end
            mark("added " .. event.name)
          end, { durable = true })""")
        self.await_hearing()
        self.make("kept")
        self.until(lambda: [one for one in self.result("ps") if one.get("label") == "k8s:configmaps/added"], "the handler to begin")
        self.kill()
        self.open_gate()
        self.start()
        self.await_mark("added kept")
        self.assertEqual(self.marks().count("added kept"), 1)

    def test_a_script_that_goes_is_not_called_any_more_and_one_that_comes_is(self):
        self.serve(self.ALL.replace("MORE", ""))
        self.await_hearing()
        self.script("""forager.on("k8s:configmaps/added", function(_, event) mark("second " .. event.name) end)""")
        self.result("reload")
        self.make("new")
        self.await_heard("second new")

    def test_who_has_no_right_is_told_once_and_hears_when_he_has_it(self):
        self.go_as({"token": cluster.USER_TOKEN})
        self.serve(self.ALL.replace("MORE", ""))
        words = "events of 'k8s:configmaps' are not heard"
        self.until(lambda: words in self.log_of_this_life(), "the agent to say so")
        self.assertIn('cannot list resource "configmaps"', self.log_of_this_life())
        cluster.allow(self.space, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"]})
        self.await_hearing()
        self.assertEqual(self.log_of_this_life().count(words), 1)


if __name__ == "__main__":
    main()
