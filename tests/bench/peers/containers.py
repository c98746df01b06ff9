"""Runs COUNT containers of IMAGE that do nothing, WIDTH at once: containers.py COUNT WIDTH IMAGE; prints the seconds."""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import docker


def main(count, width, image):
    client = docker.from_env()

    def run_one(_):
        client.containers.run(image, ["true"], network_mode="none", remove=True)

    begun = time.perf_counter()
    with ThreadPoolExecutor(int(width)) as pool:
        list(pool.map(run_one, range(int(count))))
    print(json.dumps({"seconds": time.perf_counter() - begun}))


main(*sys.argv[1:])
