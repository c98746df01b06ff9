"""What `forager reconcile` does with an ExecutorDeployment, whatever it runs on: mixed into tests of each runtime, beside
a Scenario:

    class DockerReconcile(ReconcileCase, DockerTest):
        runtime = "docker"

A subclass says what its replicas are made of, and finds and kills them behind the reconciler's back."""
import json
import signal
import subprocess
import threading
import time

from agent_world import FORAGER, PATIENCE

UID = "abc12345-0000-4000-8000-000000000000"
LASTS = "trap 'exit 0' TERM INT; while :; do sleep 0.1; done"


class Watched:
    """A reconciler that runs, and the documents that it has printed so far."""

    def __init__(self, words, folder, environment, log):
        self.lines = []
        self.begun = 0  # where the lines begin that are about the file as it is now
        self.heard = threading.Condition()
        self.log = open(log, "ab")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, text=True,
                                        cwd=folder, env=environment)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.heard:
                self.lines.append(json.loads(line))
                self.heard.notify_all()
        with self.heard:
            self.heard.notify_all()

    def latest(self):
        return self.lines[-1] if self.lines else {}

    def mark(self):
        """What was printed so far is about the past. The last line may still be true, but not of what comes now."""
        self.begun = len(self.lines)

    def end(self, number=signal.SIGKILL):
        """The exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stdout.close()
        self.log.close()
        return code


class ReconcileCase:
    runtime = ""
    name = "web"
    heals_within = 5  # seconds; without hearing of it, it would be thirty
    dies_within = 1   # seconds, until one that fails at once is known to be dead
    surge = 1         # replicas too many that a change may have for a moment, as the runtime counts them

    # What each runtime says for itself

    def shell(self, script):
        """The members of a spec whose replicas do what a shell says."""
        return {"command": ["sh", "-c", script]}

    def spec(self):
        """Of replicas that last, and end at once when they are asked to."""
        return self.shell(LASTS)

    def replicas(self):
        """What the runtime itself has of this document, in whatever state: name → id."""
        raise NotImplementedError

    def running(self):
        """The names of those that run."""
        raise NotImplementedError

    def kill_replica(self, name):
        """As an accident would."""
        raise NotImplementedError

    def environment_of(self, name):
        """That the replica's first process really has."""
        raise NotImplementedError

    def gate(self):
        """Members of a spec, a path of this machine, and where replicas see the same file."""
        raise NotImplementedError

    # Documents. Members that are no facts of upstream's stand here alone.

    def health(self, command):
        return {"health": {"command": command, "interval": "200ms", "timeout": "5s", "retries": 3}}

    def rolling(self, **members):
        """maxSurge, maxUnavailable, minReady, progressDeadline, rollback."""
        return {"strategy": members}

    def document(self, replicas=1, **spec):
        return {"kind": "ExecutorDeployment", "metadata": {"name": self.name, "uid": UID},
                "spec": {"runtime": self.runtime, "replicas": replicas, "executorType": "tester", "grace": "2s",
                         **self.spec(), **spec}}

    def write(self, replicas=1, **spec):
        """The document, all at once, since somebody may be looking."""
        return self.write_document(self.document(replicas, **spec))

    def write_document(self, document):
        if self.watched:
            self.watched.mark()
        fresh = self.folder / "document.new"
        fresh.write_text(json.dumps(document))
        return fresh.rename(self.file)

    def replica(self, index):
        return f"{self.name}-{UID[:8]}-{index}"

    # The program

    def setUp(self):
        super().setUp()
        self.file = self.folder / "document.json"
        self.watched = None
        self.addCleanup(self.clear_replicas)
        self.addCleanup(self.end_watched)

    def end_watched(self):
        if self.watched:
            self.watched.end()

    def clear_replicas(self):
        """After a test that has failed; subclasses that have other means need not run the program."""
        if self.file.exists() and self.replicas():
            self.once("--delete")

    def words(self, *flags):
        return [FORAGER, "reconcile", self.file, *self.config_flags(), *flags]

    def config_flags(self):
        return ["--config", self.config] if self.config.exists() else []

    def begin_watching(self, *flags):
        """A reconciler that watches the file, with a thread that collects what it prints."""
        self.end_watched()
        self.watched = Watched(self.words("--watch", "--json", *flags), self.folder, self.environment, self.log)
        return self.watched

    def once(self, *flags):
        """The program to its end: (code, stdout, stderr)."""
        done = subprocess.run(self.words(*flags), capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder,
                              env=self.environment)
        return done.returncode, done.stdout, done.stderr

    def once_well(self, *flags):
        code, out, err = self.once(*flags)
        self.assertEqual(code, 0, out + err)
        return out

    def until_status(self, predicate, what):
        """The first status since the file was written that is so."""
        watched, deadline = self.watched, time.monotonic() + PATIENCE
        seen = watched.begun
        while True:
            with watched.heard:
                watched.heard.wait_for(lambda: len(watched.lines) > seen or watched.process.poll() is not None, 1)
                fresh = watched.lines[seen:]
            seen += len(fresh)
            for status in fresh:
                if predicate(status):
                    return status
            if not fresh and watched.process.poll() is not None:
                self.fail(f"the reconciler has ended before {what}:\n{self.told()}")
            if time.monotonic() > deadline:
                self.fail(f"waited in vain for {what}:\n{self.told()}")

    def told(self):
        lines = "\n".join(json.dumps(line) for line in self.watched.lines[-5:])
        return f"{lines}\n{self.log.read_text(errors='replace')[-4000:]}"

    def is_converged(self, status, count):
        return (status["phase"] == "Running" and status["replicas"] == status["ready"] == status["updated"] == count
                and len(status["instances"]) == count)

    def converged(self, count, generation=None):
        """All that is wanted is there, and says so. `generation`: the least."""
        def fits(status):
            return self.is_converged(status, count) and (generation is None or status["generation"] >= generation)

        status = self.until_status(fits, f"{count} replicas")
        self.assertEqual(len(self.replicas()), count, self.told())
        return status

    def watching(self, replicas=1, **spec):
        """The usual beginning: so many replicas, and a reconciler that keeps them. The status."""
        self.write(replicas, **spec)
        self.begin_watching()
        return self.converged(replicas)

    def phase(self, word):
        return self.until_status(lambda status: status["phase"] == word, f"the phase {word}")

    def delete(self):
        self.end_watched()
        self.watched = None
        self.once_well("--delete")
        self.assertEqual(self.replicas(), {})

    # What all of them do

    def test_scales_up_and_down(self):
        self.watching(0)
        before = {}
        for count in (3, 5, 1, 0):
            self.write(count)
            status = self.converged(count)
            now = self.replicas()
            self.assertEqual(set(now), {self.replica(index) for index in range(count)})
            self.assertEqual({one["name"] for one in status["instances"]}, set(now))
            kept = set(before) & set(now)
            self.assertEqual({name: before[name] for name in kept}, {name: now[name] for name in kept})
            before = now

    def test_a_killed_replica_is_back_soon(self):
        self.watching(3)
        for _ in range(3):
            before, begun = self.replicas(), time.monotonic()
            victim = self.replica(1)
            self.kill_replica(victim)
            self.until(lambda: self.replicas().get(victim, before[victim]) != before[victim] and len(self.running()) == 3,
                       "another replica")
            self.assertLess(time.monotonic() - begun, self.heals_within)
            after = self.replicas()
            self.assertEqual({name for name in after if after[name] == before[name]}, set(before) - {victim})

    def test_once_is_enough_and_twice_does_nothing(self):
        self.write(2)
        self.once_well()
        before = self.replicas()
        self.assertEqual(set(before), {self.replica(0), self.replica(1)})
        lines = [json.loads(line) for line in self.once_well("--json").splitlines()]
        self.assertEqual((lines[-1]["name"], lines[-1]["phase"], lines[-1]["ready"]), (self.name, "Running", 2))
        self.assertEqual(self.replicas(), before)
        self.once_well("--delete")
        self.assertEqual(self.replicas(), {})
        self.once_well("--delete")

    def test_replicas_outlive_the_reconciler(self):
        self.watching(2)
        before = self.replicas()
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
            self.assertEqual(self.watched.end(number), code)
            self.assertEqual(self.replicas(), before)
            self.begin_watching()
            self.converged(2)
            self.assertEqual(self.replicas(), before)

    def test_what_died_while_nobody_looked_is_replaced(self):
        self.watching(3)
        before = self.replicas()
        self.watched.end()
        self.kill_replica(self.replica(0))
        self.begin_watching()
        # A runtime may take a moment to hear of a death itself.
        self.until(lambda: self.replicas().get(self.replica(0)) not in (None, before[self.replica(0)]) and
                   len(self.running()) == 3, "three that run, one of them another one")
        after = self.replicas()
        self.assertEqual({name for name in after if after[name] == before[name]}, {self.replica(1), self.replica(2)})

    def test_deletion_leaves_nothing(self):
        self.watching(3)
        self.delete()

    def test_the_environment_arrives(self):
        self.watching(1, env={"PLAIN": "a", "ODD": "x = 'y' \"z\" $HOME\n\u00e4", "EMPTY": ""})
        there = self.environment_of(self.replica(0))
        self.assertEqual((there["PLAIN"], there["ODD"], there["EMPTY"]), ("a", "x = 'y' \"z\" $HOME\n\u00e4", ""))

    def test_the_seed_s_words_are_understood(self):
        self.watching(1, config={"env": {"MODEL_CACHE_DIR": "/models", "BATCH_SIZE": "32"}})
        there = self.environment_of(self.replica(0))
        self.assertEqual((there["MODEL_CACHE_DIR"], there["BATCH_SIZE"]), ("/models", "32"))

    def test_a_change_rolls(self):
        count = 3
        generation = self.watching(count, env={"FORM": "1"})["generation"]
        before = self.replicas()
        self.write(count, env={"FORM": "2"})
        least, most = count, 0

        def is_done():
            nonlocal least, most
            there = self.replicas()
            least, most = min(least, len(self.running())), max(most, len(there))
            return not set(there.values()) & set(before.values()) and self.is_converged(self.watched.latest(), count)

        self.until(is_done, "the new replicas")
        self.converged(count, generation + 1)
        self.assertGreaterEqual(least, count - 1)
        self.assertLessEqual(most, count + self.surge)
        for status in self.watched.lines[self.watched.begun:]:
            self.assertGreaterEqual(status["ready"], count - 1, status)
            self.assertLessEqual(len(status["instances"]), count + self.surge, status)
        for name in self.replicas():
            self.assertEqual(self.environment_of(name)["FORM"], "2")

    def test_a_change_that_fails_is_taken_back(self):
        generation = self.watching(2, env={"FORM": "1"})["generation"]
        before = self.replicas()
        # Without a health check, and for a moment, one that will die looks as well as any other.
        self.write(2, env={"FORM": "2"}, **self.shell("exit 3"),
                   **self.rolling(minReady=f"{self.dies_within}s", progressDeadline=f"{2 * self.dies_within + 1}s"))
        self.until_status(lambda status: status["phase"] == "Degraded" and status["message"], "the failure")
        self.until_status(lambda status: status["ready"] == 2 and len(status["instances"]) == 2, "the form before")
        self.assertTrue(set(self.replicas().values()) & set(before.values()), "none of the good ones was kept")
        for name in self.running():
            self.assertEqual(self.environment_of(name)["FORM"], "1")
        self.write(2, env={"FORM": "3"})
        self.converged(2, generation + 2)
        self.assertEqual({self.environment_of(name)["FORM"] for name in self.running()}, {"3"})

    def test_replicas_that_die_at_once_are_told_and_wait(self):
        self.write(1, **self.shell("echo why; exit 3"))
        self.begin_watching()
        status = self.until_status(lambda status: status["phase"] == "Degraded", "the crash loop")
        self.assertIn("3", status["message"])
        seen = set()
        quiet = time.monotonic() + 5
        while time.monotonic() < quiet:  # how often it is tried in five seconds is what this is about
            seen |= set(self.replicas().values())
            time.sleep(0.05)
        self.assertLess(len(seen), 6)
        self.write(1)
        self.converged(1)

    def test_once_does_not_take_those_that_die_at_once_for_well(self):
        self.write(2, **self.shell("exit 3"))
        code, _, err = self.once("--timeout", "1m")
        self.assertEqual(code, 1, err)
        self.assertIn("die soon after their start", err)

    def test_a_change_that_fails_may_stay(self):
        self.watching(2, env={"FORM": "1"})
        before = self.replicas()
        self.write(2, env={"FORM": "2"}, **self.shell("exit 3"), **self.rolling(rollback=False))
        status = self.until_status(lambda status: status["phase"] == "Degraded", "the failure")
        self.assertIn("die soon after their start", status["message"])
        self.assertTrue(set(self.replicas().values()) & set(before.values()), "none of the good ones was kept")
        self.end_watched()
        self.watched = None
        code, _, err = self.once("--timeout", "1m")
        self.assertEqual(code, 1, err)
        self.assertTrue(set(self.replicas().values()) & set(before.values()), "none of the good ones was kept")

    def test_who_is_not_well_is_not_ready(self):
        more, outside, inside = self.gate()
        self.write(2, **more, **self.health(["test", "-e", inside]))
        self.begin_watching()
        status = self.until_status(lambda status: len(status["instances"]) == 2, "two that are not ready")
        self.assertEqual((status["ready"], status["phase"]), (0, "Pending"))
        outside.touch()
        self.until_status(lambda status: status["ready"] == 2 and status["phase"] == "Running", "two that are")

    def test_a_document_that_is_wrong(self):
        for member, value in (("replicas", "many"), ("replicas", -1), ("runtime", "steam"), ("replcas", 3)):
            document = self.document()
            document["spec"][member] = value
            self.write_document(document)
            code, _, err = self.once()
            self.assertEqual(code, 2, err)
            self.assertIn(f"spec.{member}", err)
        self.assertEqual(self.replicas(), {})

    def test_a_wrong_form_while_watching_changes_nothing(self):
        self.watching(2)
        before = self.replicas()
        self.file.with_name("document.new").write_text('{"kind": "Executor')
        self.file.with_name("document.new").rename(self.file)
        self.until(lambda: str(self.file) in self.log.read_text(errors="replace") or self.watched.process.poll() is not None,
                   "the complaint")
        self.assertIsNone(self.watched.process.poll())
        self.assertEqual(self.replicas(), before)
        self.write(3)
        self.converged(3)
