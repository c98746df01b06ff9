"""Documents with replicas that can be told from all else of this machine, however they are run; who keeps them, a `forager
reconcile --watch` or an agent; and strangers beside. For campaigns: tests/scenarios/reconcile_kills_test.py."""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time

from agent_world import FORAGER, PATIENCE
from reconcile_case import Watched

KIND = "ExecutorDeployment"
OURS, OTHERS = "CAMPAIGN_DOCUMENT", "CAMPAIGN_STRANGER"
# Names that begin like each other: whose a replica is, its name does not tell.
DOCUMENTS = {"web": "abc12345-0000-4000-8000-000000000001", "web-abc12345": "abc12345-0000-4000-8000-000000000002"}
STRANGER = "ffff0000-0000-4000-8000-000000000003"
CHILDREN = 2  # of each replica


class Wish:
    """What a document says: how many replicas, and of which form."""

    def __init__(self, name, runtime, folder):
        self.name, self.runtime, self.folder = name, runtime, folder
        self.replicas, self.form, self.more = 0, 1, {}

    def document(self):
        return {"kind": KIND, "metadata": {"name": self.name, "uid": DOCUMENTS[self.name]},
                # A form whose replicas are killed again and again is not a form that has failed.
                "spec": {"replicas": self.replicas, "grace": "2s", "strategy": {"rollback": False},
                         **spec(self.runtime, self.form, {OURS: self.mark()}), **self.more}}

    def mark(self):
        return f"{self.folder}/{self.name}"


def spec(runtime, form, environment):
    return {"runtime": runtime, "command": command(form), "env": {"FORM": str(form), **environment}}


def command(form):
    """Ends when it is asked to, and leaves its children to whoever runs it."""
    return ["sh", "-c", "trap 'exit 0' TERM; sleep 100000 & sleep 100001 & wait", "replica", str(form)]


class Family:
    """The processes of one document's replicas: those that it names, and what they have started."""

    def __init__(self, name, value):
        self.first, self.others = {}, []  # process → form
        entry = f"{name}={value}".encode()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if words[0] in (b"sh", b"sleep") and entry in (folder / "environ").read_bytes().split(b"\0"):
                    self.add(int(folder.name), words)
            except OSError:
                continue

    def add(self, process, words):
        if b"replica" in words:
            self.first[process] = int(words[words.index(b"replica") + 1])
        else:
            self.others.append(process)

    def __len__(self):
        return len(self.first) + len(self.others)

    def is_whole(self, wish):
        """Exactly what the document wants, and nobody else."""
        return list(self.first.values()) == [wish.form] * wish.replicas and len(self.others) == CHILDREN * wish.replicas


class Watching:
    """Kept by a `forager reconcile --watch` in front of nobody."""

    name = "reconcile"

    def __init__(self, test):
        self.test, self.watched = test, None

    def begin(self):
        self.end()
        test = self.test
        words = [FORAGER, "reconcile", test.file, "--config", test.config, "--watch", "--json"]
        self.watched = Watched(words, test.folder, test.environment, test.log)

    def ensure(self):
        """Also after it has found a file that was no document."""
        if self.watched and (code := self.watched.process.poll()) is not None:
            self.test.assertEqual(code, 2, self.test.about())
        if not self.watched or self.watched.process.poll() is not None:
            self.begin()

    def end(self, number=signal.SIGKILL):
        if self.watched:
            self.watched.end(number)
        self.watched = None

    def apply(self):
        """It follows the file."""
        return True

    def status(self, name):
        told = self.watched.lines[::-1] if self.watched else []
        return next((line for line in told if line.get("name") == name), {})

    def delete(self):
        """Gives the process that does it, when all others have ended."""
        self.end()
        return self.test.begin_reconcile(self.test.file, "--delete")

    def finish(self):
        self.end(signal.SIGTERM)
        self.test.reconcile(self.test.file, "--delete")


class Serving:
    """Kept by an agent, which remembers the documents."""

    name = "agent"

    def __init__(self, test):
        self.test = test

    def begin(self):
        self.end()
        self.test.agent = self.test.launch()

    def ensure(self):
        if self.test.agent:
            self.test.assertIsNone(self.test.agent.poll(), "the agent has ended by itself")
        else:
            self.test.start()

    def end(self, number=signal.SIGKILL):
        if self.test.agent:
            self.test.stop(number)
        self.test.agent = None

    def apply(self):
        """Whether it was taken: not as long as it is being deleted."""
        return self.test.forager("apply", self.test.file).returncode == 0

    def status(self, name):
        try:
            return self.test.request("GET", f"/v1/documents/{KIND}:{name}").get("result", {})
        except (OSError, ValueError, http.client.HTTPException):
            return {}

    def delete(self):
        return self.test.begin_forager("delete", "--wait", *(f"{KIND}/{name}" for name in DOCUMENTS))

    def finish(self):
        self.ensure()
        self.test.until(self.are_deleted, "the documents to be deleted")
        self.end(signal.SIGTERM)

    def are_deleted(self):
        left = [f"{KIND}/{document['name']}" for document in self.test.request("GET", "/v1/documents")["result"]]
        if left:
            self.test.forager("delete", "--wait", *left)
        return not left


class ReconcileWorld:
    """Mixed in before Scenario."""

    runtime = ""
    rivals = ()

    def setUp(self):
        super().setUp()
        self.file = self.folder / "documents.json"
        self.wishes = {name: Wish(name, self.runtime, self.folder) for name in DOCUMENTS}
        self.rivals = []
        self.keeper = None
        self.addCleanup(self.end_replicas)

    def end_replicas(self):
        """After a failure; who keeps them first, then what they kept."""
        for rival in self.rivals:
            self.kill_process(rival)
        if self.keeper:
            self.keeper.end()
        self.end_all()
        while left := [process for family in self.all_families() for process in (*family.first, *family.others)]:
            for process in left:
                kill(process)
            time.sleep(0.01)

    def all_families(self):
        return [*(self.family_of(wish) for wish in self.wishes.values()), Family(OTHERS, self.folder)]

    @staticmethod
    def family_of(wish):
        return Family(OURS, wish.mark())

    # The program

    def write(self, text=None):
        """All at once, since somebody may be looking."""
        fresh = self.folder / "documents.new"
        fresh.write_text(text or json.dumps([wish.document() for wish in self.wishes.values()]))
        fresh.rename(self.file)

    def begin_forager(self, command, *args):
        return subprocess.Popen([FORAGER, command, "--config", self.config, *args], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, env=self.environment)

    def begin_reconcile(self, *args):
        return self.begin_forager("reconcile", *args)

    def reconcile(self, *args):
        done = self.forager("reconcile", *args)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def begin_rival(self):
        """Another one that would keep the same documents."""
        self.rivals.append(self.begin_reconcile(self.file, "--watch", "--quiet"))

    def end_rivals(self):
        for rival in self.rivals:
            self.kill_process(rival)
        self.rivals.clear()

    @staticmethod
    def kill_process(process):
        process.kill()
        process.wait()

    # Whether all is well

    def await_peace(self):
        """What is wanted is there, says so, and nothing else is."""
        begun = time.monotonic()
        while problem := self.trouble():
            self.keeper.ensure()  # it may have begun with a file that was no document
            if time.monotonic() > begun + PATIENCE:
                self.fail(f"it does not converge: {problem}\n{self.about()}")
            time.sleep(0.02)
        return time.monotonic() - begun

    def assert_still(self):
        """When all is as it should be, nothing is done: also not after the time for another look."""
        before = self.processes()
        time.sleep(1.5)  # nobody tells that nothing has happened
        self.assertEqual((self.trouble(), self.processes()), ("", before), self.about())

    def processes(self):
        return {wish.name: sorted(self.family_of(wish).first) for wish in self.wishes.values()}

    def trouble(self):
        return next((problem for wish in self.wishes.values() if (problem := self.trouble_of(wish))), "") or self.debris()

    def trouble_of(self, wish):
        status = self.keeper.status(wish.name)
        says = (status.get("phase"), status.get("replicas"), status.get("ready"))
        if says != ("Running", wish.replicas, wish.replicas):
            return f"{wish.name} says {says}, wanted are {wish.replicas}"
        family = self.family_of(wish)
        if not family.is_whole(wish):
            return (f"{wish.name} has {sorted(family.first.values())} and {len(family.others)} children, wanted are {wish.replicas} "
                    f"of form {wish.form}")
        names = self.names_of(wish, family)
        if len(set(names)) != wish.replicas or not all(self.is_name(wish, name) for name in names):
            return f"{wish.name} has replicas of the names {names}"
        return ""

    @staticmethod
    def is_name(wish, name):
        stem, _, number = name.rpartition("-")
        return stem == f"{wish.name}-{DOCUMENTS[wish.name][:8]}" and number.isdigit()

    def assert_nothing_left(self):
        """Of the documents; strangers stay."""
        for wish in self.wishes.values():
            self.assertEqual(len(self.family_of(wish)), 0, f"{wish.name} has left processes\n{self.about()}")
        self.assertEqual(self.leftovers(), [], self.about())

    def about(self):
        wishes = {name: (wish.replicas, wish.form) for name, wish in self.wishes.items()}
        statuses = [self.keeper.status(name) for name in DOCUMENTS] if self.keeper else []
        there = {wish.name: (family.first, family.others) for wish in self.wishes.values() if (family := self.family_of(wish))}
        return (f"kept by {self.keeper and self.keeper.name}; wanted: {wishes}; there: {there}; strangers: "
                f"{Family(OTHERS, self.folder).first}\nstatuses: {json.dumps(statuses)}\n{self.more_about()}\n"
                f"the log:\n{self.log.read_text(errors='replace')[-6000:]}")

    # What each runtime says for itself

    def names_of(self, wish, family):
        """Of the replicas that run."""
        raise NotImplementedError

    def debris(self):
        """What is there besides the replicas that are wanted and the strangers: a sentence, or nothing."""
        raise NotImplementedError

    def leftovers(self):
        """What the runtime has of the documents, in whatever state."""
        raise NotImplementedError

    def more_about(self):
        return ""


class LocalWorld(ReconcileWorld):
    runtime = "local"

    def setUp(self):
        super().setUp()
        self.folders = self.state / "replicas"

    def invite_strangers(self):
        """A process like ours, and replicas of a document of the same name elsewhere, which nobody keeps at present."""
        alike = subprocess.Popen(command(1), stdin=subprocess.DEVNULL, env=self.environment | {OTHERS: str(self.folder), "FORM": "1"})
        self.addCleanup(self.kill_process, alike)
        self.elsewhere = self.folder / "elsewhere.json"
        self.elsewhere.write_text(json.dumps({
            "kind": KIND, "metadata": {"name": "web", "namespace": "elsewhere", "uid": STRANGER},
            "spec": {"replicas": 2, "grace": "2s", **spec("local", 1, {OTHERS: str(self.folder)})}}))
        self.reconcile(self.elsewhere)
        self.until(lambda: len(self.strangers()) == 3 * (1 + CHILDREN), "the strangers")
        self.guests, self.guests_folders = self.strangers(), self.leftovers_in(self.folders)

    def strangers(self):
        """Each with the time of its birth."""
        family = Family(OTHERS, self.folder)
        return {process: birth(process) for process in (*family.first, *family.others)}

    def assert_strangers_untouched(self):
        self.assertEqual(self.strangers(), self.guests, self.about())

    def send_strangers_home(self):
        """Nothing is left of them, either."""
        self.reconcile(self.elsewhere, "--delete")
        left = Family(OTHERS, self.folder)
        self.assertEqual((len(left.first), len(left.others)), (1, CHILDREN))
        self.assertEqual(self.leftovers_in(self.folders), [])

    def names_of(self, wish, family):
        return [pathlib.Path(link).parent.name for process in family.first if (link := current_folder(process))]

    def debris(self):
        keepers, wanted = self.keepers(), 2 + sum(wish.replicas for wish in self.wishes.values())
        return "" if len(keepers) == wanted else f"{len(keepers)} keep replicas, {wanted} are wanted"

    def keepers(self):
        """Processes that keep one replica each, those of strangers, too."""
        return [int(folder.name) for folder in pathlib.Path("/proc").glob("[0-9]*")
                if b"--keep-a-replica" in content(folder / "cmdline").split(b"\0")
                and self.marker() in content(folder / "environ") + b"\0"]

    def leftovers(self):
        return sorted(set(self.leftovers_in(self.folders)) - set(self.guests_folders))

    @staticmethod
    def leftovers_in(folder):
        return sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []

    def more_about(self):
        return f"folders: {sorted(str(path.relative_to(self.folders)) for path in self.folders.glob('*/*'))}, keepers: {self.keepers()}"


class DockerWorld(ReconcileWorld):
    runtime = "docker"
    engine = None  # the module makes it

    def setUp(self):
        super().setUp()
        self.environment |= {"DOCKER_HOST": self.engine.host}
        self.engine.docker("tag", self.engine.IMAGE, self.other_image())
        for wish in self.wishes.values():
            wish.more = {"network": "none"}
        self.addCleanup(self.engine.clear)
        self.addCleanup(self.engine.revive)

    def other_image(self):
        return self.engine.IMAGE.rpartition(":")[0] + ":2"

    def write(self, text=None):
        for wish in self.wishes.values():
            wish.more["image"] = self.engine.IMAGE if wish.form % 2 else self.other_image()
        super().write(text)

    def invite_strangers(self):
        """Names and labels as near as can be, of which none is a document's of ours."""
        labels = {"colonies.deployment": "web", "colonies.managed": "true", "forager.reconcile.kind": KIND,
                  "forager.reconcile.name": "web", "forager.reconcile.origin": "", "forager.reconcile.id": DOCUMENTS["web"]}
        for name, missing in (("web", "forager.reconcile.name"), ("web-abc12345", "forager.reconcile.kind"),
                              ("web-abc12345-99", "forager.reconcile.origin"), ("web-abc12345-x", "colonies.deployment")):
            # One has all labels but another space.
            more = {**labels, "forager.reconcile.space": "elsewhere"}
            if name != "web-abc12345-x":
                del more[missing]
            self.engine.docker("run", "--detach", "--network=none", "--init", "--name", name, "--env", f"{OTHERS}={self.folder}",
                               *(f"--label={label}={value}" for label, value in more.items()), self.engine.IMAGE, *command(1))
        self.meet_strangers()

    def meet_strangers(self):
        self.guests = self.strangers()

    def strangers(self):
        ids = self.engine.ids("label=forager.reconcile.space=elsewhere")
        states = json.loads(self.engine.docker("inspect", *ids).stdout) if ids else []
        return {one["Id"]: (one["State"]["StartedAt"], one["State"]["Running"]) for one in states}

    def assert_strangers_untouched(self):
        self.assertEqual(self.strangers(), self.guests, self.about())

    def send_strangers_home(self):
        self.engine.docker("rm", "--force", *self.guests)
        self.assertEqual(self.engine.ids(), [])

    def wake_strangers(self):
        """They have ended with their engine."""
        self.assertEqual(set(self.strangers()), set(self.guests), self.about())
        self.engine.docker("start", *self.guests)
        self.meet_strangers()

    def containers_of(self, wish, *filters):
        """Names, with the images that they are made from."""
        listed = self.engine.docker("ps", "--all", "--format", "{{.Names}} {{.Image}}", "--filter", "label=forager.reconcile.space=",
                                    "--filter", f"label=forager.reconcile.name={wish.name}", *filters).stdout
        return dict(line.split() for line in listed.splitlines())

    def names_of(self, wish, family):
        running = self.containers_of(wish, "--filter", "status=running")
        return [name for name, image in running.items() if image == wish.more["image"]]

    def debris(self):
        there, wanted = len(self.engine.ids()), len(self.guests) + sum(wish.replicas for wish in self.wishes.values())
        return "" if there == wanted else f"{there} containers are there, {wanted} are wanted"

    def leftovers(self):
        return sorted(set(self.engine.ids()) - set(self.guests))

    def more_about(self):
        return self.engine.docker("ps", "--all", check=False).stdout


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def content(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def birth(process):
    """In the clock's ticks since the machine's start."""
    return content(pathlib.Path(f"/proc/{process}/stat")).rpartition(b")")[2].split()[19:20]


def parent(process):
    words = content(pathlib.Path(f"/proc/{process}/stat")).rpartition(b")")[2].split()
    return int(words[1]) if words else None


def current_folder(process):
    try:
        return os.readlink(f"/proc/{process}/cwd")
    except OSError:
        return None
