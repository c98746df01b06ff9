#!/usr/bin/env python3
"""Replicas as processes of this machine: reconcile_local_test.py FORAGER."""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main, processes_marked
from reconcile_case import LASTS, UID, ReconcileCase


def started_at(process):
    """In the kernel's ticks; None: it is gone, or nobody has collected it yet."""
    try:
        stat = pathlib.Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else int(fields[19])


def own_hour():
    """An argument for `sleep` that no other process has."""
    return f"3600.{os.getpid()}0{random.randrange(10 ** 9)}"


def processes_with(text):
    found = []
    for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text.encode() in line.read_bytes():
                found.append(int(line.parent.name))
        except OSError:
            continue
    return found


class Processes:
    """What the machine itself has of replicas: mixed in beside a Scenario."""

    name = "web"

    def record(self, folder, name):
        try:
            return json.loads((folder / name).read_text())
        except (OSError, ValueError):
            return {}

    def folders(self, document=None):
        """Name → folder, of one document's replicas."""
        found = {}
        for labels in (self.state / "replicas").glob("[0-9a-f]*/*/labels"):
            said = self.record(labels.parent, "labels")
            if said.get("name") == (document or self.name):
                found[said["replica"]] = labels.parent
        return found

    def replicas(self):
        return {name: self.record(folder, "labels").get("created") for name, folder in self.folders().items()}

    def running(self):
        return [name for name in self.folders() if self.process(name)]

    def process(self, name):
        """0: none."""
        begun = self.record(self.folders().get(name, pathlib.Path("/none")), "begun")
        return begun["process"] if begun and started_at(begun["process"]) == begun["born"] else 0

    def processes(self):
        return {name: self.process(name) for name in self.folders()}

    def keeper(self, name):
        return int((self.folders()[name] / "keeper").read_text().split()[0])

    def kill_replica(self, name):
        """It is dead when this returns."""
        process = self.process(name)
        os.kill(process, signal.SIGKILL)
        self.until(lambda: started_at(process) is None, "the death")

    def environment_of(self, name):
        return self.environment_of_process(self.process(name))

    def environment_of_process(self, process):
        entries = pathlib.Path(f"/proc/{process}/environ").read_bytes().decode(errors="surrogateescape").split("\0")
        return dict(entry.split("=", 1) for entry in entries if entry)

    def kept(self, *others):
        """Of replicas that start nothing, all that there should be."""
        return sorted([*others, *self.processes().values(), *map(self.keeper, self.folders())])

    def everything(self):
        """Whatever lives of replicas and their keepers."""
        return sorted(process for process in processes_marked(self.marker()) if started_at(process))

    def assert_nothing_left(self):
        self.assertEqual(self.everything(), [])
        self.assertEqual([path.name for path in (self.state / "replicas").iterdir()], [])


class LocalReconcile(Processes, ReconcileCase, Scenario):
    runtime = "local"

    def gate(self):
        return {}, self.folder / "open", str(self.folder / "open")

    def delete(self):
        super().delete()
        self.assert_nothing_left()

    # What only processes have

    def test_the_same_processes_go_on(self):
        self.watching(3)
        before = self.processes()
        self.watched.end(signal.SIGKILL)
        self.assertEqual(self.processes(), before)
        self.begin_watching()
        self.converged(3)
        self.assertEqual(self.processes(), before)
        self.delete()

    def test_the_first_that_is_killed_is_back_within_two_seconds(self):
        self.watching(3)
        before, victim = self.processes(), self.replica(1)
        begun = time.monotonic()
        self.kill_replica(victim)
        self.until(lambda: self.process(victim) not in (0, before[victim]), "another replica")
        self.assertLess(time.monotonic() - begun, 2)

    def test_a_killed_keeper_is_replaced_with_its_replica(self):
        self.watching(3, command=["sleep", "1000"])
        before, victim = self.processes(), self.replica(1)
        begun = time.monotonic()
        os.kill(self.keeper(victim), signal.SIGKILL)
        self.until(lambda: self.process(victim) not in (0, before[victim]), "another replica")
        self.assertLess(time.monotonic() - begun, 2)
        self.assertIsNone(started_at(before[victim]))
        self.converged(3)
        after = self.processes()
        self.assertEqual({name for name in after if after[name] == before[name]}, set(before) - {victim})
        self.assertEqual(self.everything(), self.kept(self.watched.process.pid))
        self.delete()

    def test_what_died_with_its_keeper_while_nobody_looked(self):
        self.watching(2)
        before = self.processes()
        self.watched.end()
        os.kill(self.keeper(self.replica(0)), signal.SIGKILL)
        self.begin_watching()
        self.until(lambda: self.process(self.replica(0)) not in (0, before[self.replica(0)]), "another replica")
        self.converged(2)
        self.assertIsNone(started_at(before[self.replica(0)]))
        self.assertEqual(self.process(self.replica(1)), before[self.replica(1)])

    def test_everything_that_a_replica_started_goes_with_it(self):
        hour = own_hour()
        hidden = f"setsid sh -c 'trap \"\" TERM; env -i sleep {hour} & (sleep {hour} &) ; sleep {hour}' & "
        self.watching(2, **self.shell(hidden + LASTS))
        self.until(lambda: len(processes_with(hour)) >= 10, "all of them")  # three that sleep, two shells, for each
        self.kill_replica(self.replica(0))
        self.until(lambda: len(self.running()) == 2, "both")
        self.converged(2)
        self.until(lambda: len(processes_with(hour)) == 10, "those of both")
        self.delete()
        self.assertEqual(processes_with(hour), [])

    def test_a_replica_knows_who_it_is(self):
        self.watching(2)
        for index in range(2):
            name = self.replica(index)
            there = self.environment_of(name)
            self.assertEqual((there["COLONIES_EXECUTOR_NAME"], there["COLONIES_EXECUTOR_TYPE"], there["COLONIES_DEPLOYMENT"],
                              there["COLONIES_CONTAINER_NAME"], there["EXECUTOR_TYPE"]),
                             (name, "tester", self.name, name, "tester"))

    def test_the_agent_s_secrets_reach_nobody(self):
        secrets = {name: f"secret-of-{name}" for name in ("COLONIES_PRVKEY", "AWS_S3_SECRETKEY", "REDIS_PASSWORD",
                                                          "FORAGER_COLONY_KEY", "FORAGER_HTTP_TOKEN")}
        self.environment |= {**secrets, "HARMLESS": "seen"}
        self.watching(1, env={"OWN_PASSWORD": "given"})
        self.assertEqual(self.environment_of(self.replica(0))["HARMLESS"], "seen")
        self.assertEqual(self.environment_of(self.replica(0))["OWN_PASSWORD"], "given")
        for process in (self.process(self.replica(0)), self.keeper(self.replica(0))):
            self.assertFalse(set(self.environment_of_process(process)) & set(secrets))
            self.assertNotIn("secret-of-", pathlib.Path(f"/proc/{process}/environ").read_text())
        for path in (self.state / "replicas").rglob("*"):
            if path.is_file():
                self.assertNotIn(b"secret-of-", path.read_bytes(), path)
                self.assertNotIn(b"given", path.read_bytes(), path)
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_logs_are_bounded(self):
        self.watching(1, **self.shell("head -c 20000000 /dev/zero | tr '\\0' 'x' | fold -w 99; echo the end; " + LASTS))
        log = self.folders()[self.replica(0)] / "log"

        def ended():
            size = sum(path.stat().st_size for path in log.iterdir())
            self.assertLessEqual(size, 8 << 20)
            return (log / "output").exists() and (log / "output").read_bytes().endswith(b"the end\n")

        self.until(ended, "the last line")
        self.assertEqual(self.process(self.replica(0)) != 0, True)

    def test_what_it_said_last_is_told(self):
        self.write(1, **self.shell("echo all is lost; exit 3"))
        self.begin_watching()
        status = self.phase("Degraded")
        self.assertIn("all is lost", status["message"])
        self.assertIn("3", status["message"])

    def test_memory_is_limited(self):
        self.write(1, memory="128Mi", command=["python3", "-c", "x = bytearray(400 << 20)"])
        self.begin_watching()
        self.assertIn("MemoryError", self.phase("Degraded")["message"])

    def test_strangers_are_left_alone(self):
        self.watching(2)
        before = self.processes()
        self.watched.end()
        mine, self.file = self.file, self.folder / "other.json"
        document = self.document(2)
        document["metadata"] = {"name": self.name, "namespace": "elsewhere", "uid": "ffff0000-0000-4000-8000-000000000000"}
        self.write_document(document)
        self.once_well()
        self.assertEqual(len(self.folders()), 4)
        self.once_well("--delete")
        self.assertEqual(self.processes(), before)
        self.file = mine
        self.once_well("--delete")
        self.assert_nothing_left()

    def test_what_a_process_of_this_machine_cannot_have(self):
        wrong = {"volumes": [{"source": "/a", "target": "/b"}], "privileged": True,
                 "ports": [{"container": 80, "host": 8080}], "cwd": "here"}
        for member, value in wrong.items():
            self.write(1, **{member: value})
            code, _, err = self.once()
            self.assertEqual(code, 2, err)
            self.assertIn(f"spec.{member}", err)
        document = self.document()
        del document["spec"]["command"]
        self.write_document(document)
        code, _, err = self.once()
        self.assertEqual(code, 2, err)
        self.assertIn("spec.command", err)
        self.assertEqual(self.replicas(), {})

    def test_a_member_that_stands_twice_is_refused(self):
        self.file.write_text(json.dumps(self.document(2))[:-1] + ',\n "kind": "ExecutorDeployment"}')
        code, _, err = self.once()
        self.assertEqual(code, 2, err)
        self.assertIn(f"{self.file}:2: this is not JSON: the name 'kind' stands twice in one table", err)
        self.assertEqual(self.replicas(), {})

    def test_what_cannot_be_written_is_a_failure(self):
        self.write(1)
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.words("--json"), stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
                                  cwd=self.folder, env=self.environment)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("No space left on device", done.stderr)

    def test_an_interruption_prints_nothing_that_is_no_status(self):
        self.watching(1)
        self.assertEqual(self.watched.end(signal.SIGINT), 130)
        self.assertTrue(all("phase" in line for line in self.watched.lines), self.watched.lines)

    def test_a_document_that_is_taken_out_of_its_file_is_told_of_and_kept(self):
        other = self.document(1)
        other["metadata"] = {"name": "other"}
        self.file.write_text(json.dumps([self.document(1), other]))
        self.begin_watching()
        self.until(lambda: sum(status["phase"] == "Running" for status in self.watched.lines) > 1, "both")
        self.write(1)
        self.until(lambda: "ExecutorDeployment/other is no longer in" in self.log.read_text(), "the words")
        self.end_watched()
        self.watched = None
        self.file.write_text(json.dumps([self.document(1), other]))
        self.once_well("--delete")

    def test_a_program_that_is_not_there(self):
        self.write(1, command=["no-such-program-at-all"])
        self.begin_watching()
        self.until(lambda: "no-such-program-at-all" in self.told(), "the complaint")
        self.assertEqual(self.replicas(), {})
        self.write(1)
        self.converged(1)

    def test_whoever_is_killed_all_is_well_again(self):
        chance = random.Random(7)
        count = 4
        self.watching(count, command=["sleep", "1000"])
        for _ in range(30):
            victim = chance.choice(("replica", "keeper", "reconciler"))
            if victim == "reconciler":
                self.watched.end(signal.SIGKILL)
                self.begin_watching()
            elif name := chance.choice([*self.running(), None]):
                try:
                    os.kill(self.process(name) if victim == "replica" else self.keeper(name), signal.SIGKILL)
                except (ProcessLookupError, KeyError, FileNotFoundError):
                    pass  # it was being replaced
            time.sleep(chance.random() * 0.1)  # anywhere in what follows of it
        self.until(lambda: len(self.running()) == count == len(self.replicas()), "all of them")
        self.until(lambda: self.everything() == self.kept(self.watched.process.pid), "nobody else")
        self.delete()


class OfTheAgent(Processes, Scenario):
    """Documents that an agent keeps."""

    def setUp(self):
        super().setUp()
        self.file = self.folder / "document.json"
        self.start()

    def apply(self, replicas):
        self.file.write_text(json.dumps({"kind": "ExecutorDeployment", "metadata": {"name": self.name, "uid": UID}, "spec": {
            "runtime": "local", "replicas": replicas, "command": ["sleep", "1000"], "grace": "2s"}}))
        done = self.forager("apply", self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.await_running(replicas)

    def await_running(self, count):
        self.until(lambda: len(self.running()) == len(self.folders()) == count, f"{count} replicas")

    def test_replicas_live_on_without_the_agent(self):
        self.apply(3)
        before = self.processes()
        self.kill()
        self.assertEqual(self.everything(), self.kept())
        self.assertEqual(self.processes(), before)
        self.start()
        self.apply(4)
        after = self.processes()
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertIn(self.stop(), (0, 143))
        self.assertEqual(self.processes(), after)
        self.start()
        self.assertEqual(self.forager("delete", self.name).returncode, 0)
        self.until(lambda: self.everything() == [self.agent.pid], "the end of all")
        self.until(lambda: list((self.state / "replicas").iterdir()) == [], "the end of their folders")

    def test_what_died_without_the_agent_is_replaced(self):
        self.apply(3)
        before = self.processes()
        self.kill()
        self.kill_replica(self.replica(0))
        os.kill(self.keeper(self.replica(1)), signal.SIGKILL)
        self.start()
        self.until(lambda: set(self.processes().values()) & set(before.values()) == {before[self.replica(2)]} and
                   len(self.running()) == 3, "two others")
        self.until(lambda: self.everything() == self.kept(self.agent.pid), "nobody else")

    def replica(self, index):
        return f"{self.name}-{UID[:8]}-{index}"

    def test_random_kills(self):
        chance = random.Random(11)
        self.apply(4)
        for _ in range(30):
            if chance.random() < 0.2:
                self.restart()
            elif name := chance.choice([*self.running(), None]):
                try:
                    os.kill(self.process(name) if chance.random() < 0.5 else self.keeper(name), signal.SIGKILL)
                except (ProcessLookupError, KeyError, FileNotFoundError):
                    pass  # it was being replaced
            time.sleep(chance.random() * 0.1)
        self.await_running(4)
        self.until(lambda: self.everything() == self.kept(self.agent.pid), "nobody else")


if __name__ == "__main__":
    main()
