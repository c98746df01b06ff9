"""What documents cost an agent when all is as they say: memory and processor time."""
import contextlib
import functools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import agents
import cluster
from agents import PATIENCE, Process
from machine import Stopwatch
from measure import Benchmark, Column, Failed, Runner
from replicas import Keeper, Replicas, cpu
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kubernetes_api

NAME = "documents"
NEEDS_BED = True
MEGA, MINUTE = 1e-6, 60e3
COLUMNS = (Column("value", "PSS, MB", MEGA, 2), Column("anonymous", "RssAnon, MB", MEGA, 2), Column("resident", "RSS, MB", MEGA, 1),
           Column("each", "bytes for each document"), Column("cpu", "CPU ms a minute", MINUTE, 1),
           Column("kept", "replicas' keepers, PSS MB", MEGA, 1), Column("apply", "s to apply all", 1, 2))
TITLE = "documents that are kept, and nothing to do"


def benchmark(kit, quick):
    count, running, seconds, settle = (20, 2, 0.2, 0.5) if quick else (1_000, 100, 60, 15)
    bed = Bed(kit, count, seconds, settle)
    nothing, none = "forager agent without documents", f"forager agent, {count:,} without replicas"
    some = f"forager agent, {count:,}, of which {running} have one"
    python, no_python = kit.python()
    kopf_python, no_kopf = kit.kubernetes() if not bed.no_cluster else ("", "")
    return Benchmark(
        name=NAME, title=f"{count:,} {TITLE}", unit="memory that is its own share", rounds=1 if quick else 3, baseline=nothing,
        columns=COLUMNS, sample=None, around=bed,
        runners=(Runner(nothing, take=functools.partial(bed.agent, 0, 0)), Runner(none, take=functools.partial(bed.agent, count, 0)),
                 Runner(some, take=functools.partial(bed.agent, count, running)),
                 Runner(f"Python, {running} children, a look every 30 s", missing=no_python,
                        take=functools.partial(bed.polling, python, running)),
                 Runner(f"kopf, {count:,} objects, without replicas", missing=bed.no_cluster or no_kopf,
                        take=functools.partial(bed.kopf, kopf_python))),
        notes=("Replicas are processes of the machine, each with a small keeper beside it, which is another mode of the same program: "
               "its pages are shared, with the agent, too. "
               f"Measured over {seconds:g} s, {settle:g} s after the last was applied, slow looks at each document included.",))


class Bed(contextlib.AbstractContextManager):
    def __init__(self, kit, count, seconds, settle):
        self.kit, self.count, self.seconds, self.settle = kit, count, seconds, settle
        self.no_cluster = "left out: --without kubernetes" if "kubernetes" in kit.without else cluster.Bed.missing()

    def __enter__(self):
        self.bare = None
        with contextlib.ExitStack() as stack:
            # Without a node: no pod is to run.
            self.api = None if self.no_cluster else stack.enter_context(kubernetes_api.KubernetesApi())
            self.space = self.with_objects() if self.api else ""
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def with_objects(self):
        space = self.api.namespace()
        for number in range(self.count):
            self.api.ask("POST", f"/api/v1/namespaces/{space}/configmaps", {
                "metadata": {"name": f"bench-{number}", "labels": {"bench": "document"}},
                "data": {"spec": json.dumps({"replicas": 0, "command": ["sleep", "1000000"]})}})
        return space

    def agent(self, count, running):
        with Replicas(self.kit.work) as replicas, agents.Agent(self.kit, limits="retention_count = 2000", alone=True) as agent:
            documents = [self.document(number, replicas, int(number < running)) for number in range(count)]
            with Stopwatch() as watch:
                self.apply(agent, documents)
                self.await_phases(agent, count)
            replicas.await_begun(running, Keeper())
            sample = self.looked_at(agent.process.pid)
            sample |= {"each": self.each(sample["anonymous"], count)}
            if count:
                sample |= {"apply": watch.seconds}
            if running:
                sample |= {"kept": kept_memory(replicas)}
            self.remove(agent, documents)
        return sample

    def each(self, memory, count):
        """Of what no file stands behind, the last look at an agent without any left out."""
        if not count:
            self.bare = memory
            return 0
        return max(0, memory - self.bare) / count

    @staticmethod
    def document(number, replicas, count):
        return {"kind": "ExecutorDeployment", "metadata": {"name": f"bench-{number}"},
                "spec": {"runtime": "local", "replicas": count, "command": replicas.command, "env": replicas.environment,
                         "grace": "1s"}}

    def apply(self, agent, documents):
        if not documents:
            return
        with tempfile.NamedTemporaryFile("w", suffix=".json", dir=self.kit.work) as file:
            json.dump(documents, file)
            file.flush()
            command(agent, "apply", file.name)

    @staticmethod
    def remove(agent, documents):
        for document in documents:
            agent.ask("DELETE", f"/v1/documents/ExecutorDeployment:{document['metadata']['name']}")
        until(lambda: not agent.ask("GET", "/v1/documents"), "the documents to be gone")

    @staticmethod
    def await_phases(agent, count):
        def are_kept():
            phases = [document["phase"] for document in agent.ask("GET", "/v1/documents")]
            return phases == ["Running"] * count

        until(are_kept, f"{count} documents to be as they say")

    def looked_at(self, pid):
        time.sleep(self.settle)
        before = cpu(pid)
        time.sleep(self.seconds)
        memory = Process(pid).memory()
        return {"value": memory["pss"], "anonymous": memory["anonymous"], "resident": memory["resident"],
                "cpu": (cpu(pid) - before) / self.seconds}

    def polling(self, python, count):
        with Replicas(self.kit.work) as replicas:
            task = {"count": count, "interval": 30, "command": replicas.command, "environment": replicas.environment}
            with subprocess.Popen([python, PEERS / "reconcile_polling.py", "local", json.dumps(task)], env=agents.own_environment(),
                                  stdin=subprocess.DEVNULL) as process:
                try:
                    replicas.await_begun(count, Keeper(process))
                    return self.looked_at(process.pid)
                finally:
                    process.kill()

    def kopf(self, python):
        ready = self.kit.work / "kopf-ready"
        ready.unlink(missing_ok=True)
        environment = {**agents.own_environment(), "KUBECONFIG": str(self.api.admin), "COUNT": str(self.count), "READY": str(ready)}
        with subprocess.Popen([python, "-m", "kopf", "run", "--quiet", "--namespace", self.space, PEERS / "documents_kopf.py"],
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                until(ready.exists, "kopf to have seen all objects")
                return self.looked_at(process.pid)
            finally:
                process.terminate()


def command(agent, *words):
    done = subprocess.run([agent.program, words[0], "--config", agent.config, "--quiet", *words[1:]], capture_output=True, text=True,
                          env=agents.own_environment(), timeout=PATIENCE, check=False)
    if done.returncode:
        raise Failed(f"forager {' '.join(words)}: {done.stdout}{done.stderr}")


def kept_memory(replicas):
    """Of those beside the replicas: they are the parents of their first processes."""
    parents = {int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]) for process in replicas.running()}
    return sum(Process(parent).memory()["pss"] for parent in parents)


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.05)
