"""A certificate authority of its own, and one certificate for this machine, made with Debian's openssl."""
import ssl
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]


class Authority:
    def __init__(self, folder):
        """Its files lie in the folder: `file` is what a client has to trust."""
        self.file = folder / "authority.pem"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        signing = folder / "authority.key"
        self.request("-keyout", signing, "-out", self.file, "-subj", "/CN=Authority of a test")
        self.request("-keyout", self.key, "-out", self.certificate, "-subj", "/CN=localhost", "-CA", self.file,
                     "-CAkey", signing, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                     "-addext", "basicConstraints=critical,CA:FALSE")

    def request(self, *options):
        subprocess.run(["openssl", "req", "-x509", *KEY, *options], check=True, capture_output=True)

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context
