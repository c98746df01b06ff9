"""COUNT asyncio tasks sleep at once: the resident memory then, in bytes, and what each of them added."""
import asyncio
import json
import os
import re
import sys


def resident():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024


async def main(count):
    before = resident()
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(count)]
    await asyncio.sleep(0)
    after = resident()
    assert len(asyncio.all_tasks()) == len(tasks) + 1
    print(json.dumps({"value": after, "each": (after - before) / count}), flush=True)
    os._exit(0)


asyncio.run(main(int(sys.argv[1])))
