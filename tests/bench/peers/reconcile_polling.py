"""Keeps replicas as a cron does: a look every so many seconds, and what has ended is replaced. reconcile_polling.py RUNTIME
TASK, where the task is JSON; see Bed.task in reconcile.py."""
import json
import os
import subprocess
import sys
import time

LABEL = "bench-replica"


class Local:
    def __init__(self, task):
        self.task, self.children = task, []

    def look(self):
        """How many run."""
        self.children = [child for child in self.children if child.poll() is None]
        return len(self.children)

    def start(self):
        self.children.append(subprocess.Popen(self.task["command"], env={**os.environ, **self.task["environment"]},
                                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))


class Docker:
    def __init__(self, task):
        import docker
        self.task, self.client = task, docker.from_env()

    def look(self):
        running = 0
        for container in self.client.containers.list(all=True, filters={"label": LABEL}):
            if container.status == "running":
                running += 1
            else:
                container.remove(force=True)
        return running

    def start(self):
        self.client.containers.run(self.task["image"], self.task["command"], detach=True, init=True, network_mode="none",
                                   labels=[LABEL], environment=self.task["environment"],
                                   volumes=[f"{self.task['folder']}:{self.task['folder']}"])


class Kubernetes:
    def __init__(self, task):
        from reconcile_pods import Pods
        self.pods = Pods(task)

    def look(self):
        return self.pods.look()

    def start(self):
        self.pods.start()


def main(runtime, task):
    task = json.loads(task)
    kept = {"local": Local, "docker": Docker, "kubernetes": Kubernetes}[runtime](task)
    due = time.monotonic()
    while True:
        for _ in range(task["count"] - kept.look()):
            kept.start()
        due += task["interval"]
        time.sleep(max(0, due - time.monotonic()))


main(*sys.argv[1:])
