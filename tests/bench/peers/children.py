"""Runs `true` COUNT times, WIDTH at once, while HEAP megabytes are held: children.py COUNT WIDTH HEAP"""
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def run_one(_):
    subprocess.run(["true"], stdin=subprocess.DEVNULL, capture_output=True, check=True)


def main(count, width, heap):
    held = b"x" * (heap << 20)
    cpu = sum(os.times()[:4])
    begun = time.perf_counter()
    if width == 1:
        for turn in range(count):
            run_one(turn)
    else:
        with ThreadPoolExecutor(width) as pool:
            list(pool.map(run_one, range(count)))
    seconds = time.perf_counter() - begun
    print(json.dumps({"value": count / seconds, "each": (sum(os.times()[:4]) - cpu) / count}))
    assert len(held) == heap << 20


main(*map(int, sys.argv[1:]))
