"""What tests of compute jobs have in common: an agent, a server with data, and a document. Used by the tests of each
runtime, which say where the work is done."""
import hashlib
import http.server
import json
import threading
import urllib.parse

from agent_world import PATIENCE, Scenario, processes_marked

ENDED = {31, 32, 41, 42, 43, 61, 70}


def sha256(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class DataServer:
    """Serves `files` by their paths; `answers` are statuses that a path gives first; a path in `held` waits for its
    release."""

    def __init__(self):
        self.files, self.answers, self.held, self.asked, self.told = {}, {}, {}, [], []
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                world.asked.append(self.path)
                if self.path in world.held:
                    world.held[self.path].wait(PATIENCE)
                status = world.answers.get(self.path) and world.answers[self.path].pop(0)
                content = world.files.get(self.path)
                self.send_response(status or (200 if content is not None else 404))
                content = b"" if status or content is None else content
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self):
                world.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def hold(self, path):
        self.held[path] = threading.Event()

    def release(self):
        for held in self.held.values():
            held.set()

    def close(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()


class ComputeTest(Scenario):
    runtime = "local"
    container = None  # { image, tag } of the algorithm's

    def setUp(self):
        super().setUp()
        self.data = DataServer()
        self.addCleanup(self.data.close)
        self.results = self.folder / "results"
        self.data.files |= {"/soil.csv": b"1\n2\n3\n", "/rain.csv": b"40\n50\n"}

    # Documents

    def input(self, name, **more):
        return {"id": f"did:op:{name}", "index": 0, "url": [self.data.url(f"/{name}.csv")], **more}

    def stage(self, code, inputs=None, *, index=0, algorithm=None, **compute):
        """One whose algorithm is a script for the shell."""
        container = {**(self.container or {}), "entrypoint": "sh $ALGO"}
        return {"index": index, "input": [self.input("soil"), self.input("rain")] if inputs is None else inputs,
                "compute": {"Instances": 1, "namespace": "west", **compute},
                "algorithm": {"id": "did:op:cc33", "rawcode": code, "container": container, **(algorithm or {})},
                "output": {"metadataUri": "https://meta.example.org", "publishOutput": True}}

    @staticmethod
    def document(*stages):
        return {"stages": list(stages)}

    # Jobs

    def keywords(self, document, **more):
        asked = {"workflow": document, "runtime": self.runtime, "results": str(self.results), **more}
        return [word for name, value in asked.items() for word in ("--kw", f"{name}={json.dumps(value)}")]

    def begin_job(self, document, **more):
        """Gives its id."""
        return self.result("call", "compute.start", *self.keywords(document, **more))["jobId"]

    def status(self, job):
        return self.result("call", "compute.status", job)

    def await_status(self, job, *wanted):
        return self.until(lambda: (status := self.status(job))["status"] in wanted and status, f"status {wanted}")

    def await_end(self, job):
        self.until(lambda: self.record(job).get("ended"), f"{job} to end")
        return self.status(job)

    def published(self, job):
        """What compute.results lists, by its name: the content."""
        content = {}
        for one in self.result("call", "compute.results", job):
            path = urllib.parse.unquote(urllib.parse.urlparse(one["url"]).path)
            with open(path, "rb") as file:
                content[one["filename"]] = file.read()
            self.assertEqual(len(content[one["filename"]]), one["filesize"])
        return content

    def done(self, document, **more):
        """The id of a job that has succeeded, and what it has published."""
        job = self.begin_job(document, **more)
        status = self.await_end(job)
        self.assertEqual((status["status"], status["statusText"]), (70, "Job finished"), self.lines_of(job))
        return job, self.published(job)

    def failed_job(self, document, wanted, **more):
        """The id of a job that has come to this status, and the status as it is told."""
        job = self.begin_job(document, **more)
        status = self.await_end(job)
        self.assertEqual(status["status"], wanted, (status, self.lines_of(job)))
        return job, status

    def filter(self, code):
        return {**({"image": self.image()} if self.container else {}), "command": code}

    def image(self):
        return f"{self.container['image']}:{self.container['tag']}"

    def area(self):
        """The one of the job that runs."""
        return self.until(lambda: sorted(self.state.glob("scratch/*/*/stage-*/data")), "the area")[-1]

    def open_area(self):
        """What waits in the algorithm goes on."""
        (self.area() / "gate").touch()

    def await_output(self, job):
        """Its algorithm runs."""
        self.until(lambda: "begun" in self.lines_of(job), "the algorithm to run")

    def assert_nothing_left(self):
        """Of any job."""
        self.until(lambda: not self.children(), "the processes to be gone")
        self.until(lambda: not [*self.state.glob("scratch/*"), *self.state.glob("kept/*")], "the folders to be gone")

    def await_algorithm_s_end(self):
        """While no agent lives."""
        self.until(lambda: not processes_marked(self.marker()), "the algorithm to end")
