"""Runs a command COUNT times, WIDTH at once: repeated.py COUNT WIDTH COMMAND ARG…; prints the seconds."""
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def main(count, width, *command):
    def run_one(_):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)

    begun = time.perf_counter()
    with ThreadPoolExecutor(int(width)) as pool:
        list(pool.map(run_one, range(int(count))))
    print(json.dumps({"seconds": time.perf_counter() - begun}))


main(*sys.argv[1:])
