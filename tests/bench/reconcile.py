"""How soon a replica that dies is back, and what keeping replicas costs: on each runtime, against others who keep them there."""
import contextlib
import functools
import json
import subprocess
import sys
from pathlib import Path

import agents
import cluster
from agents import PATIENCE
from measure import Aim, Benchmark, Column, Failed, Runner
from replicas import Keeper, Replicas, measured
from tools import PEERS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kubernetes_cluster
from docker_engine import DockerEngine

NAME = "reconcile"
TITLE = "replicas that are killed, and those who keep them"
NEEDS_BED = True
OURS, RESTART, LOOP, KOPF = "forager reconcile --watch", "docker run --restart=always", "a loop in sh for each", "kopf"
MEGA, MILLI, MINUTE = 1e-6, 1e3, 60e3
COLUMNS = (Column("value", "s, p50", 1, 3), Column("p99", "s, p99", 1, 3), Column("cpu", "CPU ms for each death", MILLI, 1),
           Column("engine", "engine's CPU ms for each", MILLI, 1), Column("cpu_rest", "CPU ms a minute at rest", MINUTE, 1),
           Column("engine_rest", "engine's at rest", MINUTE), Column("memory", "PSS, MB", MEGA, 1))
BACK_WITHIN = 2  # seconds


def benchmark(kit, quick):
    interval = 1 if quick else 30
    polling = f"Python, a look every {interval} s"
    bed = Bed(kit, quick, interval)
    return Benchmark(
        name=NAME, title=TITLE, unit="seconds from the death of a replica until another one runs in its place",
        rounds=1 if quick else 3, baseline=polling, columns=COLUMNS, sample=None, around=bed,
        runners=(*docker_runners(kit, bed, polling), *local_runners(kit, bed, polling), *kubernetes_runners(kit, bed, polling)),
        aims=tuple(aims(bed, polling)),
        notes=(f"{bed.count} replicas, of which the oldest is killed from outside, {bed.kills} times ({bed.kills_polled} where somebody "
               f"looks every {interval} s, at any time between two looks). p99 is the worst of a round.",
               "The engine is dockerd with its containerd. Where a runtime restarts its own, it is all that works."))


def docker_runners(kit, bed, polling):
    python, no_python = kit.python()
    _, no_library = kit.docker()
    no_docker = bed.no_docker
    rows = ((OURS, bed.ours_on_docker, no_docker), (RESTART, bed.restarted_by_docker, no_docker),
            (polling, functools.partial(bed.polled_on_docker, python), no_docker or no_python or no_library))
    return [Runner(label, group="docker", missing=why, take=take) for label, take, why in rows]


def local_runners(kit, bed, polling):
    python, no_python = kit.python()
    rows = ((OURS, bed.ours_on_this_machine, ""), (LOOP, bed.restarted_by_shells, ""),
            (polling, functools.partial(bed.polled_on_this_machine, python), no_python))
    return [Runner(label, group="local", missing=why, take=take) for label, take, why in rows]


def kubernetes_runners(kit, bed, polling):
    python, no_python = kit.kubernetes() if not bed.no_cluster else ("", "")
    rows = ((OURS, bed.ours_on_kubernetes, bed.no_cluster),
            (KOPF, functools.partial(bed.kept_by_kopf, python), bed.no_cluster or no_python),
            (polling, functools.partial(bed.polled_on_kubernetes, python), bed.no_cluster or no_python))
    return [Runner(label, group="kubernetes", missing=why, take=take) for label, take, why in rows]


def aims(bed, polling):
    groups = {"docker": bed.no_docker, "local": "", "kubernetes": bed.no_cluster}
    for group in (group for group, missing in groups.items() if not missing):
        yield Aim(f"{group}: back within {BACK_WITHIN} s (p99)", lambda result, group=group: result.median(OURS, "p99", group),
                  lambda actual: actual <= BACK_WITHIN, "s")
    if not bed.no_cluster:
        yield Aim(f"kubernetes: no later than {KOPF}",
                  lambda result: result.ratio(OURS, KOPF, group="kubernetes") if result.samples.get(("kubernetes", KOPF)) else 0,
                  lambda actual: actual <= 1, "times")


class Bed(contextlib.AbstractContextManager):
    """An engine, and a cluster, as far as they can be had."""

    def __init__(self, kit, quick, interval):
        self.kit, self.interval = kit, interval
        self.count, self.kills, self.kills_polled = (2, 2, 2) if quick else (10, 40, 20)
        self.settle, self.seconds = (0, 0.2) if quick else (12, 30)
        self.no_docker, _ = kit.docker()
        self.no_cluster = "left out: --without kubernetes" if "kubernetes" in kit.without else cluster.Bed.missing()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.engine = None if self.no_docker else stack.enter_context(DockerEngine())
            self.cluster = None if self.no_cluster else stack.enter_context(kubernetes_cluster.KubernetesCluster())
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    # Who keeps them

    def ours_on_docker(self):
        engine = f'[docker]\nhost = "{self.engine.host}"'
        with self.replicas() as replicas:
            return self.ours(replicas, engine, self.processes_of_engine(), runtime="docker", image=self.engine.IMAGE, network="none")

    def ours_on_this_machine(self):
        with self.replicas() as replicas:
            return self.ours(replicas, "", runtime="local")

    def ours_on_kubernetes(self):
        with self.replicas() as replicas, self.space() as space:
            where = f'[kubernetes]\nkubeconfig = "{self.cluster.admin}"\nnamespace = "{space}"'
            return self.ours(replicas, where, runtime="kubernetes", image=self.cluster.IMAGE)

    def ours(self, replicas, section, engine=(), **spec):
        document, config = replicas.folder / "document.json", replicas.folder / "forager.toml"
        config.write_text(f'[agent]\nstate_dir = "{replicas.folder}/state"\n{section}\n', encoding="utf-8")
        document.write_text(json.dumps(self.document(replicas, spec)), encoding="utf-8")
        words = [self.kit.forager, "reconcile", document, "--config", config]
        try:
            with self.running(replicas, [*words, "--watch", "--quiet"], agents.own_environment(), engine) as keeper:
                return self.measured(replicas, keeper)
        finally:
            self.delete(words)

    @staticmethod
    def delete(words):
        done = subprocess.run([*words, "--delete"], capture_output=True, text=True, env=agents.own_environment(), timeout=PATIENCE,
                              check=False)
        if done.returncode:
            raise Failed(f"replicas are not deleted: {done.stdout}{done.stderr}")

    def document(self, replicas, spec):
        return {"kind": "ExecutorDeployment", "metadata": {"name": "bench"},
                "spec": {"replicas": self.count, "command": replicas.command, "env": replicas.environment, "grace": "1s",
                         "volumes": [{"host": str(replicas.folder), "container": str(replicas.folder)}], **spec}}

    def restarted_by_docker(self):
        with self.replicas() as replicas:
            variables = (word for name, value in replicas.environment.items() for word in ("--env", f"{name}={value}"))
            words = ("--init", "--network=none", f"--volume={replicas.folder}:{replicas.folder}", *variables, self.engine.IMAGE,
                     *replicas.command)
            try:
                for _ in range(self.count):
                    self.engine.docker("run", "--detach", "--restart=always", *words)
                return self.measured(replicas, Keeper(engine=self.processes_of_engine()))
            finally:
                self.engine.clear()

    def restarted_by_shells(self):
        with self.replicas() as replicas, contextlib.ExitStack() as shells:
            loop = ["sh", "-c", 'while :; do "$@"; done', "loop", *replicas.command]
            for _ in range(self.count):
                shell = subprocess.Popen(loop, env={**agents.own_environment(), **replicas.environment}, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                shells.callback(ended, shell)
            return self.measured(replicas, Keeper())

    def polled_on_docker(self, python):
        with self.replicas() as replicas:
            try:
                with self.peer(replicas, python, "docker", self.processes_of_engine(), image=self.engine.IMAGE) as keeper:
                    return self.measured(replicas, keeper, polls=True)
            finally:
                self.engine.clear()

    def polled_on_this_machine(self, python):
        with self.replicas() as replicas, self.peer(replicas, python, "local") as keeper:
            return self.measured(replicas, keeper, polls=True)

    def polled_on_kubernetes(self, python):
        with self.replicas() as replicas, self.space() as space:
            with self.peer(replicas, python, "kubernetes", image=self.cluster.IMAGE, space=space) as keeper:
                return self.measured(replicas, keeper, polls=True)

    def kept_by_kopf(self, python):
        with self.replicas() as replicas, self.space() as space:
            task = self.task(replicas, image=self.cluster.IMAGE, space=space)
            words = [python, "-m", "kopf", "run", "--quiet", "--namespace", space, PEERS / "reconcile_kopf.py"]
            with self.running(replicas, words, {**self.peers_environment(), "TASK": json.dumps(task)}) as keeper:
                return self.measured(replicas, keeper)

    # What they have in common

    def replicas(self):
        return Replicas(self.kit.work)

    def measured(self, replicas, keeper, polls=False):
        kills = self.kills_polled if polls else self.kills
        # Each of them lives for longer than ten seconds: who keeps them waits longer before one that died sooner is replaced.
        pause = 1.1 * self.interval / self.count if polls else max(self.settle, 0.5) / self.count
        return measured(replicas, keeper, self.count, kills, pause, self.settle, self.seconds, await_each=not polls)

    def task(self, replicas, **more):
        return {"count": self.count, "interval": self.interval, "command": replicas.command, "environment": replicas.environment,
                "folder": str(replicas.folder), **more}

    def peer(self, replicas, python, runtime, engine=(), **more):
        words = [python, PEERS / "reconcile_polling.py", runtime, json.dumps(self.task(replicas, **more))]
        return self.running(replicas, words, self.peers_environment(), engine)

    def peers_environment(self):
        environment = agents.own_environment()
        environment |= {"DOCKER_HOST": self.engine.host} if self.engine else {}
        return environment | ({"KUBECONFIG": str(self.cluster.admin)} if self.cluster else {})

    @contextlib.contextmanager
    def running(self, replicas, words, environment, engine=()):
        log = replicas.folder / "log"
        with open(log, "wb") as file:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment)
        try:
            yield Keeper(process, log, engine)
        finally:
            ended(process)

    @contextlib.contextmanager
    def space(self):
        space = self.cluster.namespace()
        try:
            yield space
        finally:
            self.cluster.ask("DELETE", f"/api/v1/namespaces/{space}/pods?gracePeriodSeconds=0")

    def processes_of_engine(self):
        """dockerd and the containerd that it has started."""
        children = Path(f"/proc/{self.engine.engine}/task").glob("*/children")
        return (self.engine.engine, *(int(child) for file in children for child in file.read_text().split()))


def ended(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
