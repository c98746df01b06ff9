#!/usr/bin/env python3
"""The S3 client against a real server: s3_client_test.py PROGRAM. What no fault is needed for is in the program."""
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).absolute()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from authority import Authority
from fault_proxy import FaultProxy
from premises import until
from redis_server import free_port
from s3_server import S3Server

MEBI = 1024 * 1024
PARTS = 5
SIZE = PARTS * 8 * MEBI - 1000
UNAVAILABLE = (b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 66\r\n\r\n"
               b"<Error><Code>SlowDown</Code><Message>later, please</Message></Error>"[:66])


class S3Test(unittest.TestCase):
    tls = False
    domain = None

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        authority = Authority(self.folder) if self.tls else None
        self.server = self.enterContext(S3Server(self.folder / "s3", authority=authority, domain=self.domain))
        self.more = {}

    def command(self, *arguments):
        environment = {**os.environ, **self.server.environment(), **self.more}
        return subprocess.Popen([PROGRAM, *map(str, arguments)], env=environment, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def finish(self, process, expected=0):
        output, _ = process.communicate(timeout=300)
        self.assertEqual(process.returncode, expected, output)
        return output

    def run_it(self, *arguments, expected=0):
        return self.finish(self.command(*arguments), expected)


class Client(S3Test):
    def test_every_call_means_what_it_says(self):
        self.run_it()


class ClientWithTls(Client):
    tls = True


class ClientInHostStyle(Client):
    """files.localhost: the bucket stands in the host's name."""
    domain = "localhost"


class Certificates(S3Test):
    tls = True

    def test_nobody_else_is_trusted_unless_it_is_said_so(self):
        self.server.make_bucket()
        self.more = {"FORAGER_S3_CA_FILE": ""}
        self.assertIn("certificate", self.run_it("cat", "k", expected=1))
        self.more = {"FORAGER_S3_CA_FILE": "", "AWS_S3_SKIPVERIFY": "true"}
        self.assertIn("NoSuchKey", self.run_it("cat", "k", expected=1))


class Faults(S3Test):
    def setUp(self):
        super().setUp()
        self.server.make_bucket()
        self.proxy = self.enterContext(FaultProxy(self.server.port, free_port()))
        self.more = {"AWS_S3_ENDPOINT": f"127.0.0.1:{self.proxy.port}", "FORAGER_S3_FOLDER": str(self.folder / "notes")}
        self.source, self.target = self.folder / "source", self.folder / "target"
        self.content = random.Random(1).randbytes(SIZE)
        self.source.write_bytes(self.content)
        self.sum = hashlib.sha256(self.content).hexdigest()

    def assert_stored(self):
        self.assertEqual(self.server.object("k").read_bytes(), self.content)
        self.assertEqual(self.server.uploads(), [])

    def assert_fetched(self):
        self.assertEqual(self.target.read_bytes(), self.content)
        self.assertEqual(list(self.folder.glob(".forager-part-*")), [])

    def put(self):
        return self.command("put", "k", self.source)

    def stored(self):
        """The object is there, and the proxy has forgotten how it came."""
        self.finish(self.put())
        self.proxy.requests.clear()

    def test_connections_that_break_hold_up_no_upload(self):
        process = self.put()
        self.proxy.await_request("partNumber=2")
        self.proxy.cut()
        self.assertIn(self.sum, self.finish(process))
        self.assert_stored()

    def test_connections_that_break_hold_up_no_download(self):
        self.stored()
        self.proxy.delay(0.2)
        process = self.command("get", "k", self.target)
        self.proxy.await_request("GET", 3)
        self.proxy.cut()
        self.assertIn(self.sum, self.finish(process))
        self.assert_fetched()

    def test_a_store_in_trouble_is_waited_for(self):
        self.proxy.answer(UNAVAILABLE, "partNumber=", times=4)
        self.proxy.answer(UNAVAILABLE, "POST", times=2)
        self.finish(self.put())
        self.assert_stored()
        self.proxy.answer(UNAVAILABLE, "GET", times=5)
        self.finish(self.command("get", "k", self.target))
        self.assert_fetched()

    def test_replies_that_are_lost_do_no_harm(self):
        for about in ("?uploads=", "partNumber=3", "POST /files/k?uploadId="):
            with self.subTest(about):
                self.proxy.heal()
                self.proxy.drop_reply(about)
                self.finish(self.put())
                self.assertEqual(self.server.object("k").read_bytes(), self.content)

    def test_a_store_that_falls_silent_is_asked_again(self):
        self.stored()
        self.more["FORAGER_S3_PATIENCE"] = "1000"
        self.server.freeze()
        process = self.command("get", "k", self.target)
        self.proxy.await_request("GET", 2)
        self.server.freeze(False)
        self.finish(process)
        self.assert_fetched()

    def test_a_store_that_dies_and_comes_back_gets_all_of_it(self):
        process = self.put()
        self.proxy.await_request("partNumber=3")
        self.server.kill()
        self.server.start()
        self.finish(process)
        self.assert_stored()

    def test_a_download_that_is_cut_short_goes_on(self):
        self.stored()
        head = f"HTTP/1.1 206 Partial Content\r\nContent-Length: {8 * MEBI}\r\nETag: \"x\"\r\n"
        self.proxy.answer(head.encode() + f"Content-Range: bytes {8 * MEBI}-{16 * MEBI - 1}/{SIZE}\r\n\r\nabc".encode(),
                          f"bytes={8 * MEBI}-", times=1)
        # It claims to be of another object: that is no matter of luck.
        self.assertIn("changed while it was read", self.run_it("get", "k", self.target, expected=1))
        self.assertFalse(self.target.exists())
        etag = self.etag()
        self.proxy.answer(head.replace('"x"', etag).encode() +
                          f"Content-Range: bytes {8 * MEBI}-{16 * MEBI - 1}/{SIZE}\r\n\r\n".encode() +
                          self.content[8 * MEBI:8 * MEBI + 100_000], f"bytes={8 * MEBI}-", times=1)
        self.finish(self.command("get", "k", self.target))
        self.assertEqual(self.proxy.count(f"bytes={8 * MEBI + 100_000}-"), 1)
        self.assert_fetched()

    def etag(self):
        parts = [self.content[at:at + 8 * MEBI] for at in range(0, SIZE, 8 * MEBI)]
        return f'"{hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()}-{len(parts)}"'

    def test_content_that_is_damaged_on_its_way_is_no_file(self):
        self.stored()
        wrong = b"HTTP/1.1 206 Partial Content\r\nContent-Length: %d\r\nETag: %s\r\nContent-Range: bytes %d-%d/%d\r\n\r\n" % (
            8 * MEBI, self.etag().encode(), 8 * MEBI, 16 * MEBI - 1, SIZE)
        self.proxy.answer(wrong + b"\0" * (8 * MEBI), f"bytes={8 * MEBI}-", times=1)
        self.assertIn("is not what it should be", self.run_it("get", "k", self.target, expected=1))
        self.assertFalse(self.target.exists())
        self.assertEqual(list(self.folder.glob(".forager-part-*")), [])

    def test_a_killed_upload_goes_on(self):
        self.proxy.delay(0.3)
        process = self.put()
        self.proxy.await_request("partNumber=5")  # so that the first has been answered
        process.kill()
        process.communicate()
        self.proxy.cut() # a part that came to the server after the end of its upload would stay there
        self.proxy.heal()
        self.assertFalse(self.server.object("k").exists())
        self.proxy.requests.clear()
        self.finish(self.put())
        self.assert_stored()
        self.assertEqual(self.proxy.count("?uploads="), 0)
        self.assertLess(self.proxy.count("partNumber="), PARTS)
        self.assertEqual(list((self.folder / "notes").iterdir()), [])

    def test_a_killed_download_goes_on(self):
        self.stored()
        self.proxy.delay(0.3)
        process = self.command("get", "k", self.target)
        until(lambda: [part for part in self.folder.glob(".forager-part-*") if part.read_bytes()[SIZE:].count(b"+") > 1],
              lambda: "two ranges were not written")
        process.kill()
        process.communicate()
        self.assertFalse(self.target.exists())
        self.proxy.heal()
        self.proxy.requests.clear()
        self.finish(self.command("get", "k", self.target))
        self.assert_fetched()
        self.assertLess(self.proxy.count("GET"), PARTS)

    def test_a_file_that_changes_while_it_is_sent_is_no_object(self):
        self.proxy.delay(0.2)
        process = self.put()
        self.proxy.await_request("partNumber=1")
        with open(self.source, "r+b") as file:
            file.seek(SIZE - 10)
            file.write(b"changed")
        self.assertIn("did it change meanwhile?", self.finish(process, expected=1))
        self.assertFalse(self.server.object("k").exists())
        self.assertEqual(self.server.uploads(), [])


if __name__ == "__main__":
    unittest.main()
