"""An operator with a handler for objects that want nothing. The environment has COUNT of them and READY, a file that is made when
all were seen."""
import os
import pathlib

import kopf

seen = set()


@kopf.on.event("", "v1", "configmaps", labels={"bench": "document"})
def changed(name, **_):
    seen.add(name)
    if len(seen) == int(os.environ["COUNT"]):
        pathlib.Path(os.environ["READY"]).touch()
