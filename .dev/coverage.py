"""Prints llvm-cov's summary (stdin) as one line for each folder of agent/: coverage.py ROOT."""
import json
import sys
from collections import defaultdict
from pathlib import Path


def main(root):
    agent = Path(root).resolve() / "agent"
    folders = defaultdict(lambda: [0, 0])
    for file in json.load(sys.stdin)["data"][0]["files"]:
        path = Path(file["filename"]).resolve()
        if path.is_relative_to(agent):
            lines = file["summary"]["lines"]
            for name in (path.relative_to(agent).parts[0], "all"):
                folders[name][0] += lines["covered"]
                folders[name][1] += lines["count"]
    print(f"{'folder':<14}{'lines':>8}{'reached':>9}")
    for name in sorted(folders, key=lambda one: (one == "all", one)):
        reached, count = folders[name]
        print(f"{name:<14}{count:>8}{100 * reached / max(count, 1):>8.1f}%")


if __name__ == "__main__":
    main(sys.argv[1])
