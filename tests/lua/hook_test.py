#!/usr/bin/env python3
"""The agent's [http] server and the hooks of its scripts, from outside: hook_test.py FORAGER."""
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

FORAGER = pathlib.Path(sys.argv[1]).absolute()
PATIENCE = 60  # seconds, for a machine that is busy

HOOKS = """
local forager = require "forager"
forager.on("http:POST /hooks/echo/{what}", function(ctx, request)
  return { what = request.params.what, query = request.query, sent = request:json(), kind = request.headers["content-type"] }
end)
forager.on("http:GET /hooks/nothing", function() end)
forager.on("http:GET /hooks/text", function() return "text" end)
forager.on("http:GET /hooks/made", function()
  return { status = 201, headers = { location = "/there" }, json = { 1, 2 } }
end)
forager.on("http:GET /hooks/fails", function() error "the inner reason" end)
forager.on("http:GET /hooks/nan", function() return { 1, 0/0 } end)
forager.on("http:GET /hooks/refuses", function() error { code = "bad_arguments", message = "give a name" } end)
forager.on("http:GET /hooks/slow", function(ctx) ctx:log "holding" forager.sleep "1h" end)
forager.on("http:POST /hooks/token", function(ctx, request)
  return { seen = request.headers["x-forager-token"] or "nothing" }
end, { secret_file = "FOLDER/secret" })
forager.on("http:POST /hooks/signed", function(ctx, request) return request.body end,
  { secret_file = "FOLDER/secret", signature = "sha256" })
forager.on("http:POST /hooks/durable", function(ctx, request)
  return { got = request:json(), method = request.method }
end, { durable = true })
"""


class Hooks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("secret", "open sesame\n").chmod(0o600)
        self.log = self.folder / "log"
        self.agent = None

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text.replace("FOLDER", str(self.folder)))
        return path

    def configure(self, http='listen = "127.0.0.1:0"', more=""):
        self.write("forager.toml", f"""
[agent]
state_dir = "FOLDER/state"
socket = "FOLDER/sock"
scripts = ["FOLDER/*.lua"]
grace = "1s"
[http]
{http}
{more}
""").chmod(0o600)

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder)}

    def start(self, script=HOOKS, **options):
        self.write("hooks.lua", script)
        self.configure(**options)
        with self.log.open("ab") as log:
            self.agent = subprocess.Popen([FORAGER, "agent", "--config", self.folder / "forager.toml"], stderr=log,
                                          env=self.environment(), cwd=self.folder)
        self.addCleanup(self.end)
        self.await_line("is ready")
        self.port = int(re.findall(r"HTTP is answered address=[\d.]+:(\d+)", self.log.read_text())[-1])

    def end(self):
        if self.agent.poll() is None:
            self.agent.send_signal(signal.SIGTERM)
            self.assertEqual(self.agent.wait(PATIENCE), 0, self.log.read_text())

    def await_line(self, part):
        end = time.monotonic() + PATIENCE
        while part not in self.log.read_text():
            self.assertIsNone(self.agent.poll(), self.log.read_text())
            self.assertLess(time.monotonic(), end, self.log.read_text())
            time.sleep(0.02)

    def ask(self, method, target, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, reply.read(), reply

    def forager(self, *words):
        done = subprocess.run([FORAGER, *words, "--config", self.folder / "forager.toml", "--json"], text=True,
                              env=self.environment(), cwd=self.folder, capture_output=True, timeout=PATIENCE, check=False)
        return json.loads(done.stdout)

    def test_a_handlers_value_is_the_reply(self):
        self.start()
        status, body, _ = self.ask("POST", "/hooks/echo/x%20y?a=1", '{"n":[1]}', Content_Type="application/json")
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(body), {"what": "x y", "query": {"a": "1"}, "sent": {"n": [1]},
                                            "kind": "application/json"})
        self.assertEqual(self.ask("GET", "/hooks/nothing")[:2], (204, b""))
        self.assertEqual(self.ask("GET", "/hooks/text")[:2], (200, b"text"))
        status, body, reply = self.ask("GET", "/hooks/made")
        self.assertEqual((status, json.loads(body), reply.headers["location"]), (201, [1, 2], "/there"))

    def test_what_goes_wrong_inside_stays_inside(self):
        self.start()
        status, body, _ = self.ask("GET", "/hooks/fails")
        self.assertEqual(status, 500)
        self.assertNotIn(b"inner", body)
        self.await_line("the inner reason")
        self.assertEqual(self.ask("GET", "/hooks/nan")[0], 500)
        self.await_line("the handler's reply[2] is not a number (NaN), which is not data")
        status, body, _ = self.ask("GET", "/hooks/refuses")
        self.assertEqual((status, json.loads(body)["error"]["message"]), (400, "give a name"))
        self.assertEqual(self.ask("POST", "/hooks/echo/x", "{")[0], 400)

    def test_paths_and_methods_that_are_not_there(self):
        self.start()
        self.assertEqual(self.ask("GET", "/hooks/other")[0], 404)
        status, _, reply = self.ask("PUT", "/hooks/echo/x")
        self.assertEqual((status, reply.headers["allow"]), (405, "POST"))

    def test_secrets_are_checked(self):
        self.start()
        self.assertEqual(self.ask("POST", "/hooks/token")[0], 401)
        self.assertEqual(self.ask("POST", "/hooks/token", X_Forager_Token="open barley")[0], 401)
        status, body, _ = self.ask("POST", "/hooks/token", X_Forager_Token="open sesame")
        self.assertEqual((status, json.loads(body)), (200, {"seen": "nothing"}))
        code = "sha256=" + hmac.new(b"open sesame", b"a body", hashlib.sha256).hexdigest()
        self.assertEqual(self.ask("POST", "/hooks/signed", b"a body", X_Hub_Signature_256=code)[:2], (200, b"a body"))
        self.assertEqual(self.ask("POST", "/hooks/signed", b"another", X_Hub_Signature_256=code)[0], 401)
        self.assertEqual(self.log.read_text().count("was called without its secret"), 1)
        self.assertNotIn("sesame", self.log.read_text())

    def test_a_secret_is_read_anew_when_scripts_are(self):
        self.start()
        (self.folder / "secret").unlink()
        self.control("POST", "/v1/reload")
        self.assertEqual(self.ask("POST", "/hooks/token", X_Forager_Token="open sesame")[0], 401)
        self.await_line("lets nobody in")
        self.write("secret", "new words").chmod(0o600)
        self.control("POST", "/v1/reload")
        self.assertEqual(self.ask("POST", "/hooks/token", X_Forager_Token="new words")[0], 200)

    def control(self, method, target):
        """Asks over the agent's own socket."""
        connection = http.client.HTTPConnection("agent", timeout=PATIENCE)
        connection.sock = socket.socket(socket.AF_UNIX)
        self.addCleanup(connection.close)
        connection.sock.connect(str(self.folder / "sock"))
        connection.request(method, target)
        self.assertEqual(connection.getresponse().status, 200)

    def test_a_durable_hook_is_safe_before_it_is_answered(self):
        self.start()
        status, body, _ = self.ask("POST", "/hooks/durable", '{"n":1}')
        self.assertEqual(status, 202)
        self.agent.kill()
        self.agent.wait(PATIENCE)
        self.log.write_text("")
        self.start()
        end = time.monotonic() + PATIENCE
        while (shown := self.forager("show", json.loads(body)["id"])["result"])["state"] != "succeeded":
            self.assertLess(time.monotonic(), end, shown)
            time.sleep(0.05)
        self.assertEqual(shown["result"], {"got": {"n": 1}, "method": "POST"})

    def test_a_body_may_be_as_large_for_a_durable_hook_as_for_another(self):
        self.start(HOOKS + 'forager.on("http:POST /hooks/kept", function(_, request) return #request.body end, '
                   '{ durable = true })', more='[limits]\nrequest = "64KB"')
        for letter in (b"x", b"\n", b"\x01", b"\xff"):
            self.assertEqual(self.ask("POST", "/hooks/kept", letter * 65536)[0], 202, letter)
        self.assertEqual(self.ask("POST", "/hooks/kept", b"x" * 65537)[0], 413)

    def test_an_event_is_accepted_once_under_its_key(self):
        self.start()
        ids = {self.ask("POST", "/hooks/durable", "1", Idempotency_Key="key", X_Try=str(n))[1] for n in range(3)}
        self.assertEqual(len(ids), 1)
        self.assertNotIn(self.ask("POST", "/hooks/durable", "2", Idempotency_Key="key")[1], ids)

    def test_a_hook_that_is_called_by_its_name_takes_a_request(self):
        self.start()
        name = next(function["name"] for function in self.forager("functions")["result"]
                    if "POST /hooks/durable" in function["doc"])
        request = {"method": "POST", "body": "1"}
        self.assertEqual(self.forager("submit", name, json.dumps(request), "--wait")["result"], {"got": 1, "method": "POST"})
        error = self.forager("submit", name, "--wait")["error"]
        self.assertEqual((error["code"], error["message"]),
                         ("bad_arguments", "what handles 'http:POST /hooks/durable' takes a request, a table as the "
                                           "[http] server makes it, not nothing"))

    def test_a_full_queue_is_told(self):
        self.start("""
local forager = require "forager"
forager.on("http:POST /x", function() forager.sleep "1h" end, { durable = true })
""", more="[limits]\nqueue = 2")
        self.assertEqual([self.ask("POST", "/x")[0] for _ in range(2)], [202, 202])
        status, _, reply = self.ask("POST", "/x")
        self.assertEqual(status, 503)
        self.assertGreater(int(reply.headers["retry-after"]), 0)

    def test_more_callers_than_may_wait_are_told(self):
        self.start(more="[limits]\nevents = 1")
        threading.Thread(target=self.hold, daemon=True).start()
        self.await_line("holding")
        self.assertEqual(self.ask("GET", "/hooks/text")[0], 503)

    def hold(self):
        try:
            self.ask("GET", "/hooks/slow")
        except OSError:
            pass  # the agent is ended under it

    def test_a_body_beyond_the_limit_is_refused(self):
        self.start(more="[limits]\nrequest = '64KB'")
        self.assertEqual(self.ask("POST", "/hooks/echo/x", b"x" * 70_000)[0], 413)

    def test_life_and_metrics(self):
        self.start()
        self.assertEqual(self.ask("GET", "/healthz")[:2], (200, b"ok\n"))
        self.assertEqual(self.ask("GET", "/readyz")[:2], (200, b"ready\n"))
        self.assertEqual(self.ask("POST", "/readyz")[0], 405)
        self.ask("GET", "/hooks/text")
        self.ask("GET", "/hooks/fails")
        status, body, reply = self.ask("GET", "/metrics")
        text = body.decode()
        self.assertEqual(status, 200)
        self.assertEqual(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertEqual(self.without_help(text), [])
        self.assertRegex(text, r'(?m)^forager_invocations_total\{function="on\.hooks\.\w+",state="succeeded"\} 1$')
        self.assertRegex(text, r'(?m)^forager_invocations_total\{function="on\.hooks\.\w+",state="failed"\} 1$')
        self.assertRegex(text, r'(?m)^forager_script_heap_bytes\{script=".*/hooks\.lua"\} \d{4,}$')
        self.assertRegex(text, r'(?m)^forager_loop_up\{loop="queue"\} 1$')
        self.assertIn("\nforager_ready 1\n", text)
        self.assertNotIn("# EOF", text)
        status, body, reply = self.ask("GET", "/metrics", Accept="application/openmetrics-text;version=1.0.0")
        self.assertTrue(reply.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0"))
        self.assertIn("# TYPE forager_invocations counter\n", body.decode())
        self.assertTrue(body.endswith(b"\n# EOF\n"))

    def without_help(self, text):
        """Names of samples that `promtool check metrics` would find fault with: its help stands under the very name."""
        explained = set(re.findall(r"(?m)^# HELP (\w+) \S", text))
        histograms = re.findall(r"(?m)^# TYPE (\w+) histogram$", text)
        explained |= {name + end for name in histograms for end in ("_bucket", "_sum", "_count")}
        return sorted(set(re.findall(r"(?m)^(\w+)[{ ]", text)) - explained)

    def test_pages_from_elsewhere_are_kept_out(self):
        self.start()
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            self.assertEqual(self.ask("GET", "/hooks/text", **headers)[0], 403)
            self.assertEqual(self.ask("GET", "/metrics", **headers)[0], 403)
        self.assertEqual(self.ask("GET", "/hooks/text", Host="localhost")[0], 200)
        self.assertEqual(self.ask("POST", "/hooks/token", X_Forager_Token="open sesame", Host="a.example")[0], 200)

    def test_the_agents_token_is_wanted_where_a_hook_has_no_secret(self):
        self.start(http='listen = "127.0.0.1:0"\ntoken = "abra"')
        for target in ("/metrics", "/readyz", "/hooks/text", "/hooks/other"):
            self.assertEqual(self.ask("GET", target)[0], 401)
            self.assertEqual(self.ask("GET", target, Authorization="Bearer cadabra")[0], 401)
        self.assertEqual(self.ask("GET", "/metrics", Authorization="Bearer abra", Host="a.example")[0], 200)
        self.assertEqual(self.ask("GET", "/hooks/text", Authorization="Bearer abra")[0], 200)
        self.assertEqual(self.ask("POST", "/hooks/token", Authorization="Bearer abra")[0], 401)
        self.assertEqual(self.ask("POST", "/hooks/token", X_Forager_Token="open sesame")[0], 200)

    def test_scripts_see_neither_the_agents_token_nor_their_secret(self):
        self.start("""
local forager = require "forager"
local function headers(ctx, request) return request.headers end
forager.on("http:POST /open", headers)
forager.on("http:POST /token", headers, { secret_file = "FOLDER/secret" })
forager.on("http:POST /signed", headers, { secret_file = "FOLDER/secret", signature = "sha256" })
""", http='listen = "127.0.0.1:0"\ntoken = "open sesame"')
        code = "sha256=" + hmac.new(b"open sesame", b"", hashlib.sha256).hexdigest()
        for path in ("/open", "/token", "/signed"):
            status, body, _ = self.ask("POST", path, Authorization="Bearer open sesame", X_Hub_Signature_256=code)
            self.assertEqual(status, 200, path)
            self.assertNotIn(b"sesame", body)

    def test_other_machines_are_refused_at_the_start(self):
        for setting, words in (('listen = "0.0.0.0:0"\ntoken = "abra"', "lets other machines call"),
                               ('listen = "127.0.0.1:0"\ncert_file = "a"\nkey_file = "b"', "is not there")):
            self.configure(http=setting)
            done = subprocess.run([FORAGER, "agent", "--config", self.folder / "forager.toml"], text=True,
                                  env=self.environment(), cwd=self.folder, capture_output=True, timeout=PATIENCE,
                                  check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=agent", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"],
                       capture_output=True, timeout=PATIENCE, check=True)
        return ssl.create_default_context(cafile=self.folder / "cert.pem")

    def ask_safely(self, context, target, **headers):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=context)
        self.addCleanup(connection.close)
        connection.request("GET", target, headers=headers)
        return connection.getresponse().status

    @unittest.skipUnless(shutil.which("openssl"), "no openssl to make a certificate with")
    def test_other_machines_are_served_over_tls_with_a_token(self):
        context = self.make_certificate()
        self.start(http='listen = "0.0.0.0:0"\ntoken = "abra"\ncert_file = "FOLDER/cert.pem"\nkey_file = "FOLDER/key.pem"')
        self.assertEqual(self.ask_safely(context, "/metrics"), 401)
        self.assertEqual(self.ask_safely(context, "/metrics", Authorization="Bearer abra", Host="box.example"), 200)
        self.assertEqual(self.ask_safely(context, "/hooks/text", Authorization="Bearer abra"), 200)
        context = self.make_certificate()
        with self.assertRaises(ssl.SSLError):
            self.ask_safely(context, "/metrics")
        self.control("POST", "/v1/reload")
        self.assertEqual(self.ask_safely(context, "/metrics"), 401)
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.ask("GET", "/metrics")

    def test_who_is_being_answered_when_the_agent_stops_gets_the_grace_period(self):
        self.start("""
local forager = require "forager"
forager.on("http:GET /x", function(ctx) ctx:log "begun" forager.sleep "300ms" return "done" end)
""")
        got = []
        thread = threading.Thread(target=lambda: got.append(self.ask("GET", "/x")[:2]))
        thread.start()
        self.await_line("begun")
        self.end()
        thread.join(PATIENCE)
        self.assertEqual(got, [(200, b"done")])
        self.assertEqual(self.agent.returncode, 0)

    def test_wrong_declarations_are_found_before_anything_runs(self):
        for line, words in ((' forager.on("http:/x", print)', "http:POST /hooks/build"),
                            (' forager.on("http:GET /metrics", print)', "answered by the agent"),
                            (' forager.on("http:GET /x", print, { signature = "sha256" })', "secret_file"),
                            (' forager.on("http:GET /x", print, { secret_file = "/x", signature = "md5" })', "sha256"),
                            (' forager.on("http:GET /x", print, { secret = "abra" })', "secret"),
                            (' forager.on("file:/x", print, { secret_file = "/x" })', "http:")):
            path = self.write("wrong.lua", 'local forager = require "forager"\n' + line + "\n")
            done = subprocess.run([FORAGER, "check", path], text=True, capture_output=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, 1, line)
            self.assertIn(words, done.stdout + done.stderr)
            self.assertIn("wrong.lua:2", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
