"""One call of the Colonies server, as it is: for setting up, and for what no client would ever ask."""
import base64
import http.client
import json
import ssl

from colonies import tools


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(f"{message} ({status})")
        self.status = status
        self.message = message


def crypto():
    """pycolonies' own keys and signatures."""
    tools.use_pycolonies()
    import crypto
    return crypto.Crypto()


def new_key():
    return crypto().prvkey()


def id_of(key):
    return crypto().id(key)


def envelope(name, key, /, **fields):
    """The body of a request, signed."""
    payload = base64.b64encode(json.dumps(fields | {"msgtype": name}).encode()).decode()
    return json.dumps({"payloadtype": name, "payload": payload, "signature": crypto().sign(payload, key)})


class Api:
    """A connection for each call: nothing is kept that a restarted server would not know."""

    def __init__(self, host, port, authority=None, timeout=60):
        """Speaks TLS when there is an Authority to trust."""
        self.host = host
        self.port = port
        self.timeout = timeout
        self.tls = authority and ssl.create_default_context(cafile=authority.file)

    def connection(self):
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def send(self, method, path, body=None):
        """Gives the status and the bytes of the reply; raises OSError or HTTPException when there is none."""
        connection = self.connection()
        try:
            connection.request(method, path, body)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def call(self, name, key, /, **fields):
        """Gives what the server replies; raises Refused."""
        status, body = self.send("POST", "/api", envelope(name, key, **fields))
        if not body:
            raise Refused(status, "an empty reply")
        reply, _ = json.JSONDecoder().raw_decode(body.decode())
        payload = json.loads(base64.b64decode(reply["payload"]))
        if reply["error"]:
            raise Refused(payload["status"], payload["message"])
        return payload

    def healthy(self):
        try:
            return self.send("GET", "/health")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
