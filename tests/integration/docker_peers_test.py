#!/usr/bin/env python3
"""Registries that images come from, and an engine over TLS: docker_peers_test.py FORAGER."""
import json
import pathlib
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, main
from authority import Authority
from docker_engine import DockerEngine
from docker_registry import DockerRegistry, free_port
from docker_test import DockerTest


def setUpModule():
    global authority, registry, digest, tls_host
    folder = pathlib.Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    authority = Authority(folder)
    tls_host = f"127.0.0.1:{free_port()}"
    DockerTest.engine = unittest.enterModuleContext(DockerEngine(
        "--host", f"tcp://{tls_host}", "--tlsverify", f"--tlscacert={authority.file}", f"--tlscert={authority.certificate}",
        f"--tlskey={authority.key}"))
    registry = unittest.enterModuleContext(DockerRegistry())
    digest = registry.fill(DockerTest.engine, image_of_its_own(DockerTest.engine), f"{registry.host}/team/app:1")


def image_of_its_own(engine):
    """One with a layer that the engine has not, once it is removed."""
    engine.docker("run", "--name", "maker", "--network", "none", engine.IMAGE, "dd", "if=/dev/urandom", "of=/tmp/layer",
                  "bs=1M", "count=5")
    engine.docker("commit", "maker", "test/own:1")
    engine.clear()
    return "test/own:1"


class Peers(DockerTest):
    def configured(self, text):
        path = self.folder / "some.toml"
        path.write_text(text)
        path.chmod(0o600)
        return ["--config", path]

    def ended(self, configuration, script):
        """The document, and all that was said."""
        run = self.begin(script.replace("APP", f"{registry.host}/team/app"), *self.configured(configuration))
        out, err = run.communicate(timeout=PATIENCE)
        self.assertTrue(out, err)
        return json.loads(out), out + err


class Registries(Peers):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)
        self.login = (f'[[docker.registry]]\nhost = "{registry.host}"\nuser = "{registry.USER}"\n'
                      f'password = "{registry.PASSWORD}"\n')

    def forget(self):
        self.engine.docker("rmi", "--force", f"{registry.host}/team/app:1", check=False)
        self.engine.docker("rmi", "--force", f"{registry.host}/team/app@{digest}", check=False)

    def test_an_image_is_fetched_with_its_login(self):
        document, said = self.ended(self.login, """
          local lines = {}
          docker.pull("APP:1", { on_line = function(line) lines[#lines + 1] = line end })
          return { lines = lines, out = docker.run { image = "APP:1", network = "none", command = "echo hi" }.stdout }""")
        self.assertEqual(document["result"]["out"], "hi\n", said)
        told = "\n".join(document["result"]["lines"])
        self.assertIn("Pulling from team/app", told)
        self.assertIn(": Pull complete", told)
        self.assertIn("Downloaded newer image", told)
        self.assertNotIn(registry.PASSWORD, said)

    def test_a_run_fetches_what_is_missing_also_by_its_digest(self):
        document, said = self.ended(self.login, f"""
          return docker.run {{ image = "APP@{digest}", network = "none", command = "echo hi" }}.stdout""")
        self.assertEqual(document.get("result"), "hi\n", said)
        self.assert_clear()

    def test_the_file_of_docker_login_is_as_good(self):
        file = registry.login_file(self.folder, self.engine)
        document, said = self.ended(f'[docker]\nauths = "{file}"\n', """docker.pull "APP:1" return "there" """)
        self.assertEqual(document.get("result"), "there", said)

    def test_a_build_has_the_logins_for_its_base(self):
        (self.folder / "context").mkdir()
        (self.folder / "context" / "Dockerfile").write_text(f"FROM {registry.host}/team/app:1\nENV BUILT=yes\n")
        document, said = self.ended(self.login, """
          return docker.build { context = "FOLDER/context", tag = "test/derived:1", cache = false }.image""")
        self.addCleanup(self.engine.docker, "rmi", "--force", "test/derived:1", check=False)
        self.assertEqual(document.get("result"), "test/derived:1", said)

    def test_a_wrong_password_is_refused_and_not_told(self):
        document, said = self.ended(self.login.replace(registry.PASSWORD, "open barley"), """docker.pull "APP:1" """)
        self.assertEqual(document["error"]["code"], "refused", said)
        self.assertIn(f"(as user 'tester' of {registry.host})", document["error"]["message"])
        self.assertNotIn("open barley", said)

    def test_who_has_no_login_hears_how_to_give_one(self):
        document, said = self.ended("", """docker.run { image = "APP:1", network = "none" }""")
        self.assertEqual(document["error"]["code"], "refused", said)
        self.assertIn(f"there is no login for {registry.host}: give [[docker.registry]]", document["error"]["message"])

    def test_a_tag_that_is_absent_is_not_found(self):
        document, said = self.ended(self.login, """docker.pull "APP:99" """)
        self.assertEqual(document["error"]["code"], "not_found", said)
        self.assertIn("manifest", document["error"]["message"])

    def test_a_pull_can_be_cancelled(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            document, said = self.ended("", f"""
              return caught(forager.timeout, "1s", function()
                docker.pull "127.0.0.1:{silent.getsockname()[1]}/never:1"
              end).code""")
        self.assertEqual(document.get("result"), "timed_out", said)

    def test_a_file_of_logins_that_is_none_is_told(self):
        file = self.folder / "config.json"
        file.write_text("a secret")
        document, said = self.ended(f'[docker]\nauths = "{file}"\n', """docker.pull "APP:1" """)
        self.assertIn(f"[docker] auths: {file} is no file of logins", document["error"]["message"])
        self.assertNotIn("a secret", said)


class Tls(Peers):
    def setUp(self):
        super().setUp()
        self.certificates = self.folder / "certificates"
        self.certificates.mkdir()
        del self.environment["DOCKER_HOST"]

    def trust(self, who):
        (self.certificates / "ca.pem").write_bytes(who.file.read_bytes())

    def prove(self, who):
        who.issue(self.certificates / "key.pem", self.certificates / "cert.pem", "agent")

    def listed(self, more=""):
        return self.ended(f'[docker]\nhost = "tcp://{tls_host}"\ncert_path = "{self.certificates}"\n{more}',
                          """return docker.list()""")

    def message(self, more=""):
        document, said = self.listed(more)
        self.assertFalse(document["ok"], said)
        return document["error"]["message"]

    def test_who_trusts_and_is_trusted_is_served(self):
        self.trust(authority)
        self.prove(authority)
        document, said = self.listed()
        self.assertEqual(document.get("result"), [], said)
        document, said = self.ended(f'[docker]\nhost = "tcp://{tls_host}"\ncert_path = "{self.certificates}"\n', """
          return run { command = "cat", stdin = ("x"):rep(100000) }.stdout:len()""")
        self.assertEqual(document.get("result"), 100000, said)
        self.assert_clear()

    def test_the_usual_variables_say_the_same(self):
        self.trust(authority)
        self.prove(authority)
        self.environment |= {"DOCKER_HOST": f"tcp://{tls_host}", "DOCKER_TLS_VERIFY": "1",
                             "DOCKER_CERT_PATH": str(self.certificates)}
        self.assertEqual(self.returned("return docker.list()"), [])

    def test_an_engine_that_others_vouch_for_is_not_trusted(self):
        other = self.folder / "other"
        other.mkdir()
        self.trust(Authority(other))
        self.prove(authority)
        self.assertIn(f"the certificate of {tls_host}", self.message())

    def test_who_has_no_certificate_is_told(self):
        self.trust(authority)
        self.assertIn("does it trust the agent? [docker] cert_path", self.message())

    def test_who_has_a_certificate_of_others_is_told(self):
        other = self.folder / "other"
        other.mkdir()
        self.trust(authority)
        self.prove(Authority(other))
        self.assertIn("does it trust the agent? [docker] cert_path", self.message())

    def test_who_speaks_plainly_hears_of_tls(self):
        self.assertIn("speaks TLS only: set [docker] tls = true and cert_path", self.message())

    def test_a_peer_that_speaks_plainly_is_told_of(self):
        self.trust(authority)
        document, said = self.ended(f'[docker]\nhost = "tcp://{registry.host}"\ncert_path = "{self.certificates}"\n',
                                    "return docker.list()")
        self.assertIn(f"the TLS handshake with {registry.host} failed", document["error"]["message"], said)


if __name__ == "__main__":
    main()
