"""Runs Python code COUNT times in an interpreter of its own, WIDTH at once: python.py COUNT WIDTH"""
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

CODE = "import json, sys\ndef add(a, b): return a + b\nprint(json.dumps(add(*json.load(sys.stdin))))"


def add(number):
    done = subprocess.run([sys.executable, "-c", CODE], input=json.dumps([number, 1]), capture_output=True, text=True,
                          check=True)
    assert json.loads(done.stdout) == number + 1


def main(count, width):
    begun = time.perf_counter()
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(add, range(count)))
    print(json.dumps({"value": (time.perf_counter() - begun) / count}))


main(*map(int, sys.argv[1:]))
