"""Runs clang-tidy over the files that changed since they last passed: tidy.py ROOT BUILD CACHE JOBS.

What a verdict depends on is hashed: the file, every project header that it reaches, its compiler flags, the checks, and
the versions of clang-tidy and the libraries. A file whose hash has passed before costs nothing.
"""
import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
FINDING = re.compile(r"^(?=\S+:\d+:\d+: (?:error|warning): )", re.M)


class Tidy:
    def __init__(self, root, build, cache, jobs):
        self.root, self.build, self.cache, self.jobs = Path(root), Path(build), Path(cache), int(jobs)
        self.roots = [self.root / "agent", self.root / "tests", self.root / "tests/support"]
        self.texts = {}
        self.common = (self.root / ".clang-tidy").read_bytes() + self.versions()

    @staticmethod
    def versions():
        tidy = subprocess.run(["clang-tidy-19", "--version"], capture_output=True, check=True).stdout
        # Prints what it knows even when a package is absent.
        libraries = subprocess.run(["dpkg-query", "-W", "libboost1.81-dev", "libstdc++-12-dev", "libc6-dev"],
                                   capture_output=True).stdout
        return tidy + libraries

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = path.read_text()
        return self.texts[path]

    def reached(self, path, seen):
        """The file and the project headers that it includes, directly or not."""
        if path in seen:
            return
        seen.add(path)
        for name in INCLUDE.findall(self.text(path)):
            for folder in [path.parent, *self.roots]:
                if (folder / name).is_file():
                    self.reached((folder / name).resolve(), seen)
                    break

    def key(self, entry):
        path = (self.build / entry["file"]).resolve()
        seen = set()
        self.reached(path, seen)
        digest = hashlib.sha256(self.common)
        # Tests are optimised less than the rest, which is no matter of what is read.
        digest.update(entry["command"].replace(str(self.root), "").replace(" -O0 ", " -O1 ").encode())
        for one in sorted(seen):
            digest.update(f"\0{one.relative_to(self.root)}\0{self.text(one)}".encode())
        return path, self.cache / digest.hexdigest()

    def findings(self, path, stamp):
        """What clang-tidy says about one file, a list of texts; none when it passed."""
        done = subprocess.run(["clang-tidy-19", "--quiet", "-p", self.build, path], capture_output=True, text=True)
        if done.returncode == 0:
            stamp.touch()
            return []
        said = done.stdout.replace("../../", "").replace(f"{self.root}/", "").strip()
        return FINDING.split(said) if said else [done.stderr]

    def run(self):
        self.cache.mkdir(parents=True, exist_ok=True)
        entries = json.loads((self.build / "compile_commands.json").read_text())
        # What the build itself wrote is nobody's handwriting.
        entries = [entry for entry in entries if self.build not in (self.build / entry["file"]).resolve().parents]
        todo = [(path, stamp) for path, stamp in map(self.key, entries) if not stamp.exists()]
        with ThreadPoolExecutor(self.jobs) as pool:
            found = pool.map(lambda one: self.findings(*one), todo)
        # A header's finding comes from each file that includes it; once is enough.
        unique = dict.fromkeys(text.strip() for texts in found for text in texts if text.strip())
        for text in unique:
            print(text)
        print(f"clang-tidy: {len(todo)} of {len(entries)} files looked at, {len(unique)} findings")
        return not unique


if __name__ == "__main__":
    sys.exit(0 if Tidy(*sys.argv[1:]).run() else 1)
