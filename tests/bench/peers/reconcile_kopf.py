"""An operator that keeps pods: one that has ended is removed, and another one comes in its place. The environment has the TASK;
see Bed.task in reconcile.py."""
import json
import os
import pathlib
import sys

import kopf

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reconcile_pods import LABELS, Pods

task = json.loads(os.environ["TASK"])
pods = []


@kopf.on.startup()
def begin(**_):
    pods.append(Pods(task))
    for _ in range(task["count"] - pods[0].look()):
        pods[0].start()


@kopf.on.event("", "v1", "pods", labels=LABELS)
def changed(event, name, status, **_):
    has_ended = event["type"] != "DELETED" and status.get("phase") in ("Failed", "Succeeded")
    if has_ended and pods[0].remove(name):
        pods[0].start()
