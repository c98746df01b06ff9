#!/usr/bin/env python3
"""Scripts and a real S3 server: s3_lua_test.py FORAGER."""
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
import urllib.request

FORAGER = pathlib.Path(sys.argv.pop(1)).absolute()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from authority import Authority
from s3_server import ACCESS_KEY, SECRET_KEY, S3Server

MEBI = 1024 * 1024


class Scripts(unittest.TestCase):
    tls = False

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = self.enterContext(
            S3Server(self.folder / "s3", authority=Authority(self.folder) if self.tls else None))
        self.server.make_bucket()
        self.environment = {**os.environ, **self.server.environment(), "HOME": str(self.folder), "STATE_DIRECTORY": str(self.folder / "state")}

    def forager(self, *arguments):
        return subprocess.run([FORAGER, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              timeout=200)

    def run_script(self, text):
        (self.folder / "script.lua").write_text('local forager = require "forager"\nlocal s3 = forager.s3\n' + text)
        return self.forager("run", "--json", "script.lua")

    def result(self, text):
        done = self.run_script(text)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout).get("result")

    def error(self, text):
        done = self.run_script(text)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertNotIn(SECRET_KEY, done.stdout + done.stderr)
        return json.loads(done.stdout)["error"]

    def test_an_object_comes_back_with_all_that_is_known_of_it(self):
        put, got, head = self.result(r"""
            local put = s3.put("a b/\u{e5}+%.txt", "some \0 bytes", { content_type = "text/plain", metadata = { author = "me" } })
            local got = s3.get "a b/\u{e5}+%.txt"
            assert(got.body == "some \0 bytes")
            got.body = nil
            return { put, got, s3.head "a b/\u{e5}+%.txt" }""")
        self.assertEqual(got, head)
        self.assertEqual(put["sha256"], hashlib.sha256(b"some \0 bytes").hexdigest())
        self.assertEqual((head["size"], head["content_type"], head["metadata"]), (12, "text/plain", {"author": "me"}))
        self.assertEqual((head["key"], head["etag"]), (put["key"], put["etag"]))
        self.assertGreater(head["modified"], 1e9)

    def test_large_files_go_and_come_with_their_progress(self):
        content = random.Random(1).randbytes(20 * MEBI)
        (self.folder / "in").write_bytes(content)
        told = self.result("""
            local told = { put = {}, get = {} }
            local function hear(list)
              return function(done, whole) list[#list + 1] = { done, whole } end
            end
            s3.put("big", { from_file = "in", on_progress = hear(told.put) })
            s3.get("big", { to_file = "out", on_progress = hear(told.get) })
            return told""")
        self.assertEqual((self.folder / "out").read_bytes(), content)
        for way in ("put", "get"):
            self.assertEqual(told[way][-1], [len(content)] * 2)
            self.assertEqual([done for done, _ in told[way]], sorted(done for done, _ in told[way]))
        self.assertGreater(len(told["get"]), 10)

    def test_a_put_whose_listener_fails_leaves_no_object(self):
        (self.folder / "in").write_bytes(b"x" * 20 * MEBI)
        for body in ('"small"', '{ from_file = "in" }'):
            with self.subTest(body):
                options = ', { on_progress = hear }' if body[0] == '"' else ""
                body = body.replace(" }", ", on_progress = hear }")
                error = self.error(f'''
                    local function hear(done, whole) if done == whole then error "no more" end end
                    s3.put("k", {body}{options})''')
                self.assertIn("no more", error["message"])
                self.assertEqual(self.result('return s3.head "k" == nil'), True)

    def test_listings_go_on_page_by_page_and_can_be_left(self):
        for number in range(1100):
            self.server.object(f"{number:04}").write_text("")
        self.server.object("sub").mkdir()
        self.server.object("sub/one").write_text("1")
        result = self.result("""
            local count, first = 0
            for object in s3.list() do count = count + 1 end
            for object in s3.list { prefix = "01" } do first = object break end
            local folders = forager.json.array {}
            for entry in s3.list { prefix = "su", delimiter = "/" } do folders[#folders + 1] = entry.folder end
            local none = forager.json.array {}
            for entry in s3.list { prefix = "none" } do none[#none + 1] = entry.key end
            return { count, first.key, first.size, folders, none }""")
        self.assertEqual(result, [1101, "0100", 0, ["sub/"], []])

    def test_objects_are_copied_removed_and_missed(self):
        self.assertEqual(self.result("""
            s3.put("one", "1")
            s3.copy("one", "two")
            local two = s3.get("two").body
            s3.delete { "one", "two", "never" }
            s3.delete "never"
            s3.delete {}
            return { two, s3.head "one" == nil, s3.head "two" == nil }"""), ["1", True, True])
        error = self.error('return s3.get "one"')
        self.assertEqual((error["code"], error["s3_code"], error["status"]), ("not_found", "NoSuchKey", 404))

    def test_another_bucket_is_one_option_away(self):
        self.server.make_bucket("others")
        self.assertEqual(self.result("""
            s3.put("k", "there", { bucket = "others" })
            return { s3.head "k" == nil, s3.get("k", { bucket = "others" }).body }"""), [True, "there"])
        self.assertEqual(self.error('return s3.head("k", { bucket = "x" })')["code"], "bad_arguments")

    def test_an_address_serves_anybody(self):
        address = self.result('s3.put("k", "for all") return s3.presign("k", { expires = "1m" })')
        self.assertNotIn(SECRET_KEY, address)
        self.assertIn(ACCESS_KEY, address)
        context = None
        if self.tls:
            import ssl
            context = ssl.create_default_context(cafile=self.server.authority.file)
        self.assertEqual(urllib.request.urlopen(address, context=context).read(), b"for all")

    def test_mistakes_are_told_before_anything_is_asked(self):
        for script, words in [
            ('s3.put("k", "x", { colour = "red" })', "s3.put has no option 'colour'"),
            ('s3.put("k")', "argument 2 must be a string or a table"),
            ('s3.put("k", {})', "takes one of the two"),
            ('s3.put("k", "x", { from_file = "y" })', "takes one of the two"),
            ('s3.get("")', "argument 1 is empty"),
            ('s3.delete { "a", 7 }', "key 2 must be a string"),
            ('s3.put("k", "x", { metadata = { a = 7 } })', "option 'metadata'"),
            ('s3.put("k", "x", { sha256 = "zz" })', "64 hexadecimal digits"),
            ('s3.get("k", { sha256 = "zz" })', "64 hexadecimal digits"),
            ('s3.presign("k", { expires = "8d" })', "1 s to 7 d"),
            ('s3.presign("k", { method = "FROB" })', "GET, PUT, HEAD or DELETE"),
        ]:
            with self.subTest(script):
                error = self.error(script)
                self.assertEqual(error["code"], "bad_arguments")
                self.assertIn(words, error["message"])

    def test_content_is_held_to_what_it_should_be(self):
        self.assertEqual(self.error('s3.put("k", "x", { sha256 = ("0"):rep(64) })')["code"], "refused")
        self.assertEqual(self.error('s3.put("k", "x") s3.get("k", { sha256 = ("0"):rep(64) })')["code"], "refused")
        self.assertEqual(self.error('s3.put("k", ("x"):rep(2000)) s3.get("k", { limit = "1KB" })')["code"], "limit")
        self.server.object("k").write_bytes(b"y" * 2000)  # behind the server's back
        self.assertIn("is not what it should be", self.error('s3.get("k", { to_file = "out" })')["message"])
        self.assertFalse((self.folder / "out").exists())

    def test_without_a_store_it_is_said_what_to_set(self):
        for name in [name for name in self.environment if name.startswith("AWS_S3_")]:
            del self.environment[name]
        error = self.error('s3.get "k"')
        self.assertEqual(error["code"], "refused")
        self.assertIn("AWS_S3_ENDPOINT", error["message"])

    def test_a_wrong_key_is_told_in_the_stores_words(self):
        self.environment["AWS_S3_SECRETKEY"] = SECRET_KEY + "-not"
        error = self.error('s3.put("k", "x")')
        self.assertEqual((error["code"], error["s3_code"]), ("refused", "SignatureDoesNotMatch"))

    def test_check_asks_nobody(self):
        self.server.kill()
        (self.folder / "script.lua").write_text("""
            local s3 = require("forager").s3
            for object in s3.list { prefix = "a" } do s3.delete(object.key) end
            return s3.put("k", s3.get("k").body), s3.presign "k" """)
        done = self.forager("check", "script.lua")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        (self.folder / "script.lua").write_text('require("forager").s3.put("k", "x", { colour = "red" })')
        self.assertIn("colour", self.forager("check", "script.lua").stdout)


class ScriptsWithTls(Scripts):
    tls = True


if __name__ == "__main__":
    unittest.main()
