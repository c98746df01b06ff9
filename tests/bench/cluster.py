"""What it costs to ask a Kubernetes cluster and to hear of its changes: against the clients of Go and Python, and kopf."""
import contextlib
import functools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import agents
from agents import PATIENCE
from measure import Aim, Benchmark, Column, Failed, Runner, finish
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kubernetes_api
import kubernetes_cluster

NAME = "kubernetes"
TITLE = "a Kubernetes cluster asked, and its changes heard"
NEEDS_BED = True
OURS, GO, PYTHON = "forager run, forager.k8s", "client-go", "kubernetes of Python"
AGENT, KOPF = "forager agent", "kopf"
MEGA, MILLI = 1e-6, 1e3
AT_ONCE = 8  # writers of changes
COLUMNS = (Column("value", "ms", MILLI, 2), Column("p99", "ms, p99", MILLI, 2), Column("cpu", "CPU s", 1, 3),
           Column("memory", "MB at most", MEGA))


def benchmark(kit, quick):
    bed = Bed(kit, count=20 if quick else 1_000)
    missing = bed.missing()
    go, no_go = kit.go_kubernetes()
    python, no_python = kit.kubernetes()
    clients = ((OURS, functools.partial(kit.script, "kubernetes"), missing), (GO, lambda *words: (go, *words), missing or no_go),
               (PYTHON, lambda *words: (python, str(PEERS / "kubernetes_client.py"), *words), missing or no_python))
    lists, deployments, events = (2, 1, 10) if quick else (20, 5, 500)
    groups = ((f"{bed.count:,} objects listed", functools.partial(bed.asked, "list", lists)),
              (f"{bed.count:,} objects that change, watched; for each", bed.watched),
              ("a deployment, until its pod is ready", functools.partial(bed.asked, "deploy", deployments)))
    told = "a change, until a handler hears of it"
    runners = [Runner(label, group=group, missing=why, take=functools.partial(take, argv))
               for group, take in groups for label, argv, why in clients]
    runners += [Runner(AGENT, group=told, missing=missing, take=functools.partial(bed.heard_by_agent, events)),
                Runner(KOPF, group=told, missing=missing or no_python, take=functools.partial(bed.heard_by_kopf, python, events))]
    return Benchmark(
        name=NAME, title=TITLE, unit="of wall time, starting up left out", rounds=1 if quick else 3, baseline=GO,
        columns=COLUMNS, sample=None, around=contextlib.nullcontext() if missing else bed, runners=tuple(runners),
        aims=() if missing or no_go or no_python else tuple(aims([group for group, _ in groups], told)),
        notes=("The cluster is whole, with one node, and shares the machine's cores with whoever is measured. CPU and memory of "
               "clients are those of the whole program, with its start; CPU of handlers is what the changes cost.",))


def aims(groups, told):
    listed, watched, _ = groups
    for group in (listed, watched):
        yield Aim(f"{group}: no more CPU than {GO}", lambda result, group=group: result.ratio(OURS, GO, "cpu", group, group),
                  lambda actual: actual <= 1, "times")
    yield Aim(f"{told}: no later than {KOPF}", lambda result: result.ratio(AGENT, KOPF, "value", told, told),
              lambda actual: actual <= 1, "times")


class Bed(contextlib.AbstractContextManager):
    """A cluster, and a namespace with objects to list and to change."""

    def __init__(self, kit, count):
        self.kit, self.count = kit, count

    @staticmethod
    def missing():
        if os.geteuid() != 0:
            return "absent: pods need root"
        absent = [name for name in ("containerd", "runc", "busybox") if not shutil.which(name)]
        try:
            kubernetes_api.programs()
        except kubernetes_api.BedError:
            return "absent: the cluster's programs are not built"
        return f"absent: {absent[0]} is not installed" if absent else ""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(dir=self.kit.work)))
        self.cluster = self.stack.enter_context(kubernetes_cluster.KubernetesCluster())
        self.space = self.cluster.namespace()
        self.environment = {**agents.own_environment(), "KUBECONFIG": str(self.cluster.admin)}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.make, range(self.count)))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def path(self, number):
        return f"/api/v1/namespaces/{self.space}/configmaps/bench-{number}"

    def make(self, number):
        meta = {"name": f"bench-{number}", "labels": {"bench": "yes"}}
        self.cluster.ask("POST", f"/api/v1/namespaces/{self.space}/configmaps", {"metadata": meta, "data": {"text": "x" * 500}})

    def change(self, number, sent=None):
        self.cluster.patch(self.path(number), {"metadata": {"annotations": {"sent": sent or repr(time.monotonic())}}})

    def asked(self, way, count, argv):
        done = finish(Runner("", argv(way, self.space, str(count))), self.environment)
        for deployment in self.cluster.objects(f"/apis/apps/v1/namespaces/{self.space}/deployments"):
            self.cluster.ask("DELETE", f"/apis/apps/v1/namespaces/{self.space}/deployments/{deployment['metadata']['name']}")
        return {"value": done.answer()["value"], "cpu": done.cpu, "memory": done.memory}

    def watched(self, argv):
        """Time counts from the first change on."""
        process = subprocess.Popen(argv("watch", self.space, str(self.count)), env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        reader = process.stderr
        said = []
        for line in reader:
            said.append(line)
            if line.strip().endswith("watching"):
                break
        rest = threading.Thread(target=lambda: said.extend(reader), daemon=True)
        rest.start()
        begun = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.change, range(self.count)))
        _, status, cost = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        rest.join()
        reader.close()
        if process.returncode:
            raise Failed(f"a watch ended with {process.returncode}: {''.join(said)}")
        return {"value": wall / self.count, "cpu": cost.ru_utime + cost.ru_stime, "memory": cost.ru_maxrss * 1024}

    def heard_by_agent(self, count):
        file = self.folder / "times"
        name, text = agents.script("kubernetes_events.lua")
        for word, value in {"SPACE": self.space, "COUNT": str(count), "FILE": str(file)}.items():
            text = text.replace(word, value)
        cluster = f'[kubernetes]\nkubeconfig = "{self.cluster.admin}"'
        with agents.Agent(self.kit, [(name, text)], more=cluster) as agent:
            return self.heard(agent.process.pid, file, count)

    def heard_by_kopf(self, python, count):
        file = self.folder / "times"
        with open(self.folder / "kopf.log", "wb") as log:
            process = subprocess.Popen([python, "-m", "kopf", "run", "--quiet", "--namespace", self.space,
                                        str(PEERS / "kubernetes_kopf.py")], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**self.environment, "COUNT": str(count), "FILE": str(file)})
            try:
                return self.heard(process.pid, file, count)
            finally:
                process.terminate()
                process.wait(PATIENCE)

    def heard(self, pid, file, count):
        """One change after the other, once a first one was heard: kopf tells nobody when it listens."""
        ready = file.with_name(file.name + ".ready")
        for left in (file, ready):
            left.unlink(missing_ok=True)
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            if time.monotonic() > deadline:
                raise Failed("a handler hears of no change")
            self.change(0, "waiting")  # what is the same as before is no change
            self.change(0, "ready")
        begun = agents.Process(pid).cpu()
        for number in range(count):
            self.change(number % self.count)
        deadline = time.monotonic() + PATIENCE
        while not file.exists() or not file.read_text():
            if time.monotonic() > deadline:
                raise Failed("a handler has not heard of all changes")
            time.sleep(0.01)
        process = agents.Process(pid)
        times = sorted(json.loads(file.read_text()))
        return {"value": statistics.median(times), "p99": times[int(len(times) * 0.99)], "cpu": process.cpu() - begun,
                "memory": process.memory()["resident"]}
