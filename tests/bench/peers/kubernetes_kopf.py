"""The same as a handler of kopf. The environment has COUNT and FILE."""
import json
import os
import pathlib
import time

import kopf

times = []


@kopf.on.event("", "v1", "configmaps", labels={"bench": "yes"})
def changed(event, **_):
    if event["type"] != "MODIFIED":
        return
    sent = event["object"]["metadata"]["annotations"]["sent"]
    if sent == "ready":
        pathlib.Path(os.environ["FILE"] + ".ready").touch()
    if sent.isalpha():
        return
    times.append(time.monotonic() - float(sent))
    if len(times) == int(os.environ["COUNT"]):
        pathlib.Path(os.environ["FILE"]).write_text(json.dumps(times))
