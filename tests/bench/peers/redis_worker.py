"""A queue in Redis with every write on the disk (appendfsync always), as it is written by hand: jobs in a list, a worker
that moves one aside, does it, keeps its result and forgets it, for SECONDS: redis_worker.py REDIS-SERVER FOLDER SECONDS.
Prints jobs a second, from being asked for to being done."""
import json
import subprocess
import sys
import time
import uuid

import redis

BATCH = 64  # asked for at once, in one message


def put(client):
    client.lpush("waiting", *(json.dumps({"id": uuid.uuid4().hex, "args": []}) for _ in range(BATCH)))


def work_one(client):
    taken = client.rpoplpush("waiting", "running")
    if taken is None:
        return False
    job = json.loads(taken)
    with client.pipeline() as both:
        both.set("result:" + job["id"], json.dumps({"args": job["args"]}))
        both.lrem("running", 1, taken)
        both.execute()
    return True


def connected(path):
    client = redis.Redis(unix_socket_path=path)
    while True:
        try:
            client.ping()
            return client
        except (redis.ConnectionError, FileNotFoundError):
            time.sleep(0.01)


def main(program, folder, seconds):
    settings = ["--port", "0", "--unixsocket", f"{folder}/redis", "--dir", folder, "--save", "", "--appendonly", "yes",
                "--appendfsync", "always"]
    server = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL)
    try:
        client = connected(f"{folder}/redis")
        begun = time.perf_counter()
        done = 0
        while time.perf_counter() - begun < seconds:
            put(client)
            while work_one(client):
                done += 1
        print(json.dumps({"value": done / (time.perf_counter() - begun)}))
    finally:
        server.terminate()
        server.wait()


main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
