#!/usr/bin/env python3
"""The agent answers as docs/openapi.yaml says, in every operation and in every case that it names:
openapi_test.py FORAGER OPENAPI."""
import http.client
import json
import pathlib
import re
import signal
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario
from local_http import LocalConnection
from openapi import Document

DOCUMENT = Document(pathlib.Path(sys.argv[2]))
# What it takes a colony to see, a document that cannot be looked at, or a document just at its end.
ALONE = {(verb + "Document", "409") for verb in ("delete", "undo", "pause", "resume", "restart", "reconcile", "forget")}
seen = set()  # (operation, status), and (operation, name of a parameter)

SCRIPT = """
forager.func { name = "t.hello", doc = "Greets.", args = { { "who", "string" }, { "times", "integer", default = 1 } },
  run = function(ctx, who) ctx:log("greeting %s", who) return "hello " .. who end }
forager.func { name = "t.any", run = function(ctx, ...) return ... end }
forager.func { name = "t.fail", run = function() error { code = "mine", message = "no luck", detail = 7 } end }
forager.func { name = "t.hold", run = function(ctx) mark "held" hold "gate" end }
forager.func { name = "t.durable", durable = true, run = function(ctx)
  ctx:step("first", function() return 1 end)
  return ctx:wait "go"
end }
"""


class Held(Scenario):
    """Asks, and holds request and answer to the document."""

    def ask_as(self, operation, connection, method, path, status, query, body, headers):
        if query:
            path += "?" + urllib.parse.urlencode({name: json.dumps(value).strip('"') for name, value in query.items()})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            self.assertEqual(answer.status, status, text)
            data = DOCUMENT.check_answer(operation, status, answer.headers, text)
        finally:
            connection.close()
        seen.add((operation["operationId"], str(status)))
        return data

    def api(self, method, place, status=200, body=None, wrong=False, id="", **query):
        """`wrong`: the request is meant to be none that the document has."""
        operation = DOCUMENT.operations[method, place]
        if not wrong:
            DOCUMENT.check_request(operation, query, body)
        data = self.ask_as(operation, LocalConnection(self.socket, PATIENCE), method, place.replace("{id}", id), status,
                           query, body, {})
        seen.update((operation["operationId"], name) for name in query if not wrong)
        return data["result"] if status == 200 else data["error"]

    def submitted(self, function, **more):
        return self.api("POST", "/v1/invocations", body={"function": function, **more})["id"]

    def ended(self, function, **more):
        id = self.submitted(function, **more)
        self.api("GET", "/v1/invocations/{id}/wait", id=id)
        return id


class TheDocument(unittest.TestCase):
    def test_it_is_well_formed(self):
        DOCUMENT.check_itself()

    def test_a_member_that_it_does_not_name_would_be_noticed(self):
        schema = {"$ref": "#/components/schemas/Line"}
        line = {"number": 1, "at": "2026-01-01T00:00:00.000Z", "text": "x"}
        DOCUMENT.validate(line, schema)
        with self.assertRaisesRegex(Exception, "level"):
            DOCUMENT.validate({**line, "level": "info"}, schema)


class Invocations(Held):
    def test_work_is_accepted_or_refused(self):
        self.serve(SCRIPT, limits="queue = 2")
        everything = {"function": "t.hello", "args": ["Ann"], "kwargs": {"times": 2}, "env": {"A": "b"}, "label": "x",
                      "priority": 1, "key": "k", "idempotency_key": "once", "delay": 0, "timeout": "1m", "retries": 1}
        accepted = self.api("POST", "/v1/invocations", body=everything)
        self.assertTrue(accepted["fresh"])
        self.api("GET", "/v1/invocations/{id}/wait", id=accepted["id"])
        again = self.api("POST", "/v1/invocations", body=everything)
        self.assertEqual(again, {"id": accepted["id"], "fresh": False})
        for wrong, named in (({"function": "t.hello", "args": "Ann"}, "args"), ({"args": []}, "function"),
                             ({"function": "t.hello", "args": ["Ann"], "colour": "red"}, "colour"),
                             ({"function": "t.hello", "args": ["Ann"], "priority": "high"}, "priority"),
                             ({"function": "t.hello", "args": ["Ann"], "delay": "soon"}, "delay"), ([], "object")):
            refusal = self.api("POST", "/v1/invocations", 400, body=wrong, wrong=True)
            self.assertEqual(refusal["code"], "bad_arguments")
            self.assertIn(named, refusal["message"])
        self.api("POST", "/v1/invocations", 404, body={"function": "t.nothing"})
        self.api("POST", "/v1/invocations", 409, body={"function": "t.any", "idempotency_key": "once"})
        self.api("POST", "/v1/invocations", 409, body={"function": "docker.run"})
        for _ in range(2):
            self.submitted("t.hello", args=["Ann"], delay="1h")
        self.api("POST", "/v1/invocations", 429, body={"function": "t.hello", "args": ["Ann"]})

    def test_records_are_listed_and_shown(self):
        self.serve(SCRIPT)
        done, failed = self.ended("t.hello", args=["Ann"], kwargs={"times": 3}), self.ended("t.fail")
        waiting = self.submitted("t.hello", args=["Bob"], delay=3600, key="k", priority=-1, label="later")
        place = "/v1/invocations"
        self.assertEqual({one["id"] for one in self.api("GET", place)}, {done, failed, waiting})
        self.assertEqual([one["id"] for one in self.api("GET", place, state="failed")], [failed])
        self.assertEqual([one["id"] for one in self.api("GET", place, function="t.fail")], [failed])
        self.assertEqual([one["id"] for one in self.api("GET", place, open=True)], [waiting])
        self.assertEqual(len(self.api("GET", place, limit=1)), 1)
        for wrong in ({"state": "lost"}, {"open": "yes"}, {"limit": 0}, {"limit": "all"}):
            refusal = self.api("GET", place, 400, wrong=True, **wrong)
            self.assertIn(*wrong, refusal["message"])
        record = self.api("GET", place + "/{id}", id=failed)
        self.assertLessEqual({"code": "mine", "message": "no luck", "detail": 7}.items(), record["error"].items())
        self.assertEqual(self.api("GET", place + "/{id}", id=done)["kwargs"], {"times": 3})
        for what in ("", "/wait", "/explain", "/logs"):
            self.api("GET", place + "/{id}" + what, 404, id="nobody")
        for id, reason in ((done, "succeeded"), (failed, "no luck"), (waiting, "not to begin before")):
            self.assertIn(reason, self.api("GET", place + "/{id}/explain", id=id))

    def test_lines_are_read_and_followed(self):
        self.serve(SCRIPT)
        place, id = "/v1/invocations/{id}/logs", self.ended("t.hello", args=["Ann"])
        answer = self.api("GET", place, id=id)
        (line,) = answer["lines"]
        self.assertEqual((line["text"], answer["more"], answer["ended"]), ("greeting Ann", False, True))
        self.assertEqual(self.api("GET", place, id=id, after=line["number"], follow=True)["lines"], [])
        for wrong in ({"after": -1}, {"after": "first"}, {"follow": "maybe"}):
            self.assertIn(*wrong, self.api("GET", place, 400, wrong=True, id=id, **wrong)["message"])

    def test_work_is_cancelled_retried_and_signalled(self):
        self.serve(SCRIPT)
        place = "/v1/invocations/{id}/"
        waiting = self.submitted("t.hello", args=["Ann"], delay="1h")
        self.api("POST", place + "retry", 409, id=waiting)
        self.assertEqual(self.api("POST", place + "cancel", id=waiting), {"id": waiting})
        self.api("POST", place + "cancel", 409, id=waiting)
        self.api("POST", place + "signal", 409, id=waiting, body={"event": "go"})
        self.api("POST", place + "retry", id=waiting)
        durable = self.submitted("t.durable")
        self.await_state(durable, "sleeping")
        refusal = self.api("POST", place + "signal", 400, id=durable, body={"value": 1}, wrong=True)
        self.assertIn("event", refusal["message"])
        self.api("POST", place + "signal", id=durable, body={"event": "go", "value": {"well": True}})
        self.assertEqual(self.api("GET", place + "wait", id=durable)["result"], {"well": True})
        steps = self.api("GET", "/v1/invocations/{id}", id=durable)["steps"]
        self.assertTrue(steps and all(step["ok"] for step in steps), steps)
        for verb, body in (("cancel", None), ("retry", None), ("signal", {"event": "go"})):
            self.api("POST", place + verb, 404, id="nobody", body=body)


class TheAgent(Held):
    def called(self, function, **more):
        """All that a call tells."""
        operation, body = DOCUMENT.operations["POST", "/v1/call"], {"function": function, **more}
        DOCUMENT.check_request(operation, {}, body)
        return self.ask_as(operation, LocalConnection(self.socket, PATIENCE), "POST", "/v1/call", 200, {}, body, {})

    def test_functions_are_called_and_listed(self):
        self.serve(SCRIPT)
        events = self.called("t.hello", args=["Ann"])
        self.assertEqual([event["text"] for event in events if event["event"] == "line"], ["greeting Ann"])
        self.assertIn(("t.hello", "running"), [(event.get("function"), event.get("state")) for event in events])
        self.assertEqual(events[-1], {"event": "end", "result": "hello Ann"})
        for function in ("t.fail", "t.nothing"):
            self.assertIn("error", self.called(function)[-1])
        self.api("POST", "/v1/call", 400, body={"function": 7}, wrong=True)
        names = {one["name"]: one["available"] for one in self.api("GET", "/v1/functions")}
        self.assertEqual((names["t.hello"], names["docker.*"]), (True, False))

    def test_it_tells_how_it_is_and_does_as_it_is_told(self):
        self.script("this is no Lua", "broken.lua")
        self.serve(SCRIPT)
        problems = [script.get("problem", {}).get("message") for script in self.api("GET", "/v1/status")["scripts"]]
        self.assertEqual(len([problem for problem in problems if problem]), 1)
        self.assertEqual(len(self.api("POST", "/v1/reload")), 2)
        self.api("POST", "/v1/drain")
        self.assertTrue(self.api("GET", "/v1/status")["queue"]["paused"])
        self.api("POST", "/v1/resume")
        self.assertFalse(self.api("GET", "/v1/status")["queue"]["paused"])

    def test_other_paths_and_methods_are_refused_in_the_same_form(self):
        self.serve(SCRIPT)
        other = DOCUMENT.operations["GET", "/v1/status"]
        other = {**other, "responses": dict.fromkeys(["404", "405"], other["responses"]["default"])}
        for method, path, status in (("GET", "/v1/nothing", 404), ("GET", "/", 404), ("PUT", "/v1/status", 405),
                                     ("DELETE", "/v1/invocations", 405), ("POST", "/v1/invocations/x", 405)):
            self.ask_as(other, LocalConnection(self.socket, PATIENCE), method, path, status, {}, None, {})
        connection = LocalConnection(self.socket, PATIENCE)
        self.addCleanup(connection.close)
        connection.request("PUT", "/v1/invocations")
        self.assertEqual(connection.getresponse().headers["Allow"], "GET, POST")


class Documents(Held):
    """They run as children that outlive the agent: each test deletes what it has applied."""

    PLACE = "/v1/documents/{id}"

    def deployment(self, replicas=1, env=(), **spec):
        return {"kind": "ExecutorDeployment", "metadata": {"name": "web"},
                "spec": {"runtime": "local", "replicas": replicas, "command": ["sleep", "1000"],
                         "env": {"SCENARIO": str(self.folder), **dict(env)}, **spec}}

    def applied(self, document, **more):
        return self.api("POST", "/v1/documents", body={"document": document, **more})

    def shown(self, id="web", **query):
        return self.api("GET", self.PLACE, id=id, **query)

    def until_it(self, condition, what):
        """Asks again whenever it is another one."""
        one, deadline = self.shown(), time.monotonic() + PATIENCE
        while not condition(one):
            self.assertLess(time.monotonic(), deadline, f"{what}: {one}")
            one = self.shown(seen=one["print"])
        return one

    def deleted(self, id="web"):
        self.assertTrue(self.api("DELETE", self.PLACE, id=id)["deleting"])
        self.until(lambda: id not in {one["name"] for one in self.api("GET", "/v1/documents")}, f"{id} to be gone")

    def test_documents_are_applied_looked_at_and_deleted(self):
        self.serve(SCRIPT)
        self.assertEqual(self.api("GET", "/v1/documents"), [])
        diff = self.api("POST", "/v1/diff", body={"document": self.deployment()})
        self.assertTrue(diff["changes"] and diff["actions"], diff)
        self.api("POST", "/v1/check", body={"document": self.deployment()})
        self.assertEqual(self.api("GET", "/v1/documents"), [])
        self.assertEqual(self.applied(self.deployment())["change"], "created")
        self.assertEqual(self.applied(self.deployment())["change"], "unchanged")
        self.assertEqual(self.applied(self.deployment(replicas=2))["change"], "changed")
        one = self.until_it(lambda one: one["phase"] == "Running" and one["ready"] == 2, "two replicas")
        self.assertEqual(len(one["status"]["instances"]), 2)
        self.assertTrue(one["recent"], "why replicas were started")
        self.assertEqual(self.api("GET", "/v1/documents")[0]["id"], one["id"])
        self.assertEqual(self.shown("executordeployment:web")["print"], one["print"])
        self.assertEqual(self.api("POST", self.PLACE + "/reconcile", id="web")["phase"], "Running")
        self.assertEqual(self.api("POST", "/v1/diff", body={"document": self.deployment(replicas=2)}),
                         {"changes": [], "actions": []})
        self.assertEqual(self.applied(self.deployment(replicas=2), force=True)["change"], "forced")
        self.deleted()

    def test_documents_are_paused_undone_restarted_and_forgotten(self):
        self.serve(SCRIPT)
        self.applied(self.deployment(replicas=0))
        for verb, paused in (("pause", True), ("resume", False)):
            self.assertEqual(self.api("POST", f"{self.PLACE}/{verb}", id="web")["paused"], paused)
        self.applied(self.deployment(replicas=0, env={"A": "b"}))
        self.assertEqual(self.api("POST", self.PLACE + "/undo", id="web", body={"to": 1})["generation"], 3)
        self.assertNotIn("A", self.shown()["document"]["spec"]["env"])
        self.api("POST", self.PLACE + "/undo", 404, id="web", body={"to": 99})
        self.api("POST", self.PLACE + "/undo", 400, id="web", body={"to": "the first"}, wrong=True)
        self.api("POST", self.PLACE + "/restart", id="web")
        self.api("POST", self.PLACE + "/forget", id="web")
        for verb in ("undo", "pause", "resume", "restart", "reconcile", "forget"):
            self.api("POST", f"{self.PLACE}/{verb}", 404, id="web")
        self.api("GET", self.PLACE, 404, id="web")
        self.api("DELETE", self.PLACE, 404, id="web")

    def test_what_is_no_document_is_refused(self):
        self.serve(SCRIPT)
        for place in ("/v1/documents", "/v1/check", "/v1/diff"):
            refusal = self.api("POST", place, 400, body={"document": self.deployment(replicas="many")})
            self.assertEqual(refusal["field"], "spec.replicas")
            self.assertIn("spec.replicas: ", refusal["message"])
            self.api("POST", place, 400, body={}, wrong=True)
            self.api("POST", place, 404, body={"document": {**self.deployment(), "kind": "Nothing"}})
        long = self.deployment(env={f"A{number}": "x" * 1000 for number in range(600)})
        self.api("POST", "/v1/documents", 429, body={"document": long})

    def test_one_that_is_being_deleted_is_not_changed(self):
        """Its replica does not end when it is asked to."""
        self.serve(SCRIPT)
        stubborn = self.deployment(command=["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], grace="10s")
        self.applied(stubborn)
        self.until_it(lambda one: one["phase"] == "Running", "the replica")
        self.api("DELETE", self.PLACE, id="web")
        self.api("POST", "/v1/documents", 409, body={"document": self.deployment(replicas=3)})
        self.until(lambda: not self.api("GET", "/v1/documents"), "it to be gone")


class Sessions(Held):
    """A session's answer goes on: its events are held to the document one by one."""

    def open_session(self, **body):
        operation = DOCUMENT.operations["POST", "/v1/sessions"]
        DOCUMENT.check_request(operation, {}, body)
        connection = LocalConnection(self.socket, PATIENCE)
        self.addCleanup(connection.close)
        connection.request("POST", "/v1/sessions", json.dumps(body))
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/x-ndjson"))
        seen.add(("openSession", "200"))

        def event():
            return DOCUMENT.check_answer(operation, 200, answer.headers, answer.readline())[0]

        return event, connection

    def evaluate(self, id, text, **more):
        return self.api("POST", "/v1/sessions/{id}/evaluation", id=id, body={"text": text, **more})["number"]

    def test_inputs_are_answered_in_their_order(self):
        self.serve(SCRIPT)
        event, _ = self.open_session(file="/somewhere/mine.lua", text="print 'hello' shelf = 7")
        self.assertEqual(event(), {"event": "line", "text": "hello"})
        id = event()["id"]
        self.assertEqual(self.evaluate(id, "shelf, nil, print"), 1)
        answer = event()
        self.assertEqual((answer["number"], answer["result"][:2]), (1, [7, None]))
        self.evaluate(id, "\nnobody.knows()", line=41)
        self.assertEqual(event()["error"]["where"], "stdin:42")
        self.evaluate(id, "print 'once' return forager.call('t.hello', 'Ann')")
        self.assertEqual([event().get("text") for _ in range(3)], ["once", "greeting Ann", "hello Ann"])
        (listed,) = self.api("GET", "/v1/status")["sessions"]
        self.assertEqual((listed["id"], listed["script"], listed["inputs"]), (id, "/somewhere/mine.lua", 3))

    def test_an_input_is_cancelled_and_a_session_closed(self):
        self.serve(SCRIPT)
        event, _ = self.open_session()
        place, id = "/v1/sessions/{id}/evaluation", event()["id"]
        self.evaluate(id, "mark = 1 forager.sleep '1h'")
        self.api("POST", place, 409, id=id, body={"text": "1"})
        self.api("DELETE", place, id=id)
        self.assertEqual(event()["error"]["code"], "cancelled")
        self.evaluate(id, "mark")
        self.assertEqual(event()["result"], 1)
        self.api("POST", place, 400, id=id, wrong=True, body={"txt": "1"})
        self.api("DELETE", "/v1/sessions/{id}", id=id)
        self.assertEqual(event()["event"], "closed")
        self.until(lambda: not self.api("GET", "/v1/status")["sessions"], "the session to be gone")
        self.api("DELETE", "/v1/sessions/{id}", 404, id=id)
        self.api("POST", place, 404, id=id, body={"text": "1"})
        self.api("DELETE", place, 404, id=id)

    def test_sessions_are_refused_where_there_are_too_many_or_the_script_is_none(self):
        self.serve(SCRIPT)
        self.assertIn("where", self.api("POST", "/v1/sessions", 400, body={"file": "a.lua", "text": "return +"}))
        for _ in range(8):
            event, last = self.open_session()
            self.assertEqual(event()["event"], "ready")
        self.assertEqual(self.api("POST", "/v1/sessions", 429, body={})["code"], "limit")
        last.close()
        self.until(lambda: len(self.api("GET", "/v1/status")["sessions"]) == 7, "the client's leaving to be seen")


class Monitoring(Held):
    def serve_http(self, more=""):
        self.serve(SCRIPT, limits=f'[http]\nlisten = "127.0.0.1:0"\n{more}')
        self.config.chmod(0o600)
        self.port = int(re.search(r"HTTP is answered.*127\.0\.0\.1:(\d+)", self.log.read_text())[1])

    def page(self, path, status=200, method="GET", **headers):
        operation = DOCUMENT.operations["GET", path]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        if "Accept" in headers:
            seen.add((operation["operationId"], "Accept"))
        return self.ask_as(operation, connection, method, path, status, {}, None, headers)

    def test_pages_are_for_this_machine_and_for_get(self):
        self.serve_http()
        for path in ("/", "/healthz", "/readyz", "/metrics"):
            self.page(path)
            self.page(path, 405, method="POST")
            self.page(path, 403, Host="elsewhere.example")
        self.assertNotIn("# EOF", self.page("/metrics"))
        self.assertIn("# EOF", self.page("/metrics", Accept="application/openmetrics-text"))

    def test_a_token_is_wanted_where_there_is_one(self):
        self.serve_http('token = "open sesame, please open"')
        for path in ("/", "/healthz", "/readyz", "/metrics"):
            self.page(path, 401)
            self.page(path, Authorization="Bearer open sesame, please open")

    def test_an_agent_that_stops_is_not_ready(self):
        self.serve_http()
        self.submitted("t.hold")
        self.await_mark("held")
        self.agent.send_signal(signal.SIGTERM)
        self.until(lambda: "stopping" in self.log.read_text(), "the agent to stop")
        self.assertIn("stopping", self.page("/readyz", 503))


def tearDownModule():
    if sys.argv[3:]:
        return  # some of the tests alone
    wanted = {(operation["operationId"], what) for operation in DOCUMENT.operations.values()
              for what in [*operation["responses"], *(one["name"] for one in operation["parameters"])]
              if what not in ("default", "id")} - ALONE
    assert seen >= wanted, f"documented, and not tried: {sorted(wanted - seen)}"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
