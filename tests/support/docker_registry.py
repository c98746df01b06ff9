"""Debian's registry of images on this machine, which wants to know who asks.

    registry = unittest.enterModuleContext(DockerRegistry())
"""
import http.client
import pathlib
import socket

from premises import Premises, BedError, tail, until

CONFIGURATION = """
version: 0.1
storage: {{ filesystem: {{ rootdirectory: {room}/images }} }}
http: {{ addr: "127.0.0.1:{port}" }}
auth: {{ htpasswd: {{ realm: test, path: {room}/users }} }}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class DockerRegistry:
    USER, PASSWORD = "tester", "open sesame"
    HASH = "$2b$05$ZKVN1OzbT3Rl9gBMCqChzu3.sn2NsF1TZYHmWiLXcHzsVjp2.lXf6"  # bcrypt of the password

    def __init__(self):
        self.premises = Premises()
        try:
            self.room = self.premises.room("registry")
            self.port = free_port()
            self.host = f"127.0.0.1:{self.port}"
            (self.room / "users").write_text(f"{self.USER}:{self.HASH}\n")
            configuration = self.room / "config.yml"
            configuration.write_text(CONFIGURATION.format(room=self.room, port=self.port))
            self.process = self.premises.start(["docker-registry", "serve", configuration], self.room,
                                               {"PATH": "/usr/bin:/bin", "HOME": str(self.room)})
            until(self.ready, lambda: f"docker-registry does not get ready\n{tail(self.premises.log(self.room))}")
        except BaseException:
            self.close()
            raise

    def ready(self):
        if self.process.poll() is not None:
            raise BedError(f"docker-registry ended\n{tail(self.premises.log(self.room))}")
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status == 401
        except OSError:
            return False
        finally:
            connection.close()

    def fill(self, engine, image, name):
        """Puts an image of the engine into the registry and gives its digest. The engine keeps neither the image
        nor the login."""
        engine.docker("login", "--username", self.USER, "--password-stdin", self.host, input=self.PASSWORD)
        engine.docker("tag", image, name)
        engine.docker("push", name)
        digest = engine.inspect(name)["RepoDigests"][0].split("@")[1]
        engine.docker("rmi", name, image)
        engine.docker("logout", self.host)
        return digest

    def login_file(self, folder, engine):
        """As Docker's own program writes it."""
        home = pathlib.Path(folder) / "docker-home"
        engine.docker("--config", home, "login", "--username", self.USER, "--password-stdin", self.host, input=self.PASSWORD)
        return home / "config.json"

    def close(self):
        self.premises.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
