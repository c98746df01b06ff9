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
        self.signing = folder / "authority.key"
        self.request("-keyout", self.signing, "-out", self.file, "-subj", "/CN=Authority of a test")
        self.issue(self.key, self.certificate, "localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")

    def issue(self, key, certificate, name, *options):
        self.request("-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-CA", self.file, "-CAkey", self.signing,
                     "-addext", "basicConstraints=critical,CA:FALSE", *options)

    def request(self, *options):
        subprocess.run(["openssl", "req", "-x509", *KEY, *options], check=True, capture_output=True)

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context
