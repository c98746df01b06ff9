"""A mosquitto of its own, on ports of its own, with a user of few rights and TLS."""
import pathlib
import signal
import socket
import subprocess
import time

from authority import Authority
from redis_server import free_port

USER, PASSWORD = "forager", "a_secret_word"


class MosquittoServer:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = Authority(self.folder)
        self.port, self.tls_port = free_port(), free_port()
        passwords, rights = self.folder / "passwords", self.folder / "rights"
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, USER, PASSWORD], check=True, capture_output=True)
        rights.write_text(f"user {USER}\ntopic readwrite rooms/#\ntopic readwrite done/#\ntopic readwrite forager/reply/#\n")
        self.config = self.folder / "mosquitto.conf"
        self.config.write_text(f"user root\nallow_anonymous false\npassword_file {passwords}\nacl_file {rights}\n"
                               f"listener {self.port} 127.0.0.1\nlistener {self.tls_port} 127.0.0.1\n"
                               f"cafile {self.authority.file}\ncertfile {self.authority.certificate}\n"
                               f"keyfile {self.authority.key}\n")
        self.process = None
        self.start()

    def start(self):
        with open(self.folder / "mosquitto.log", "ab") as log:
            self.process = subprocess.Popen(["mosquitto", "-c", self.config], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=60).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
