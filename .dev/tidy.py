"""Runs clang-tidy over the files that changed since they last passed: tidy.py ROOT BUILD CACHE JOBS.

What a verdict depends on is hashed: the file, every project header that it reaches, its compiler flags, the checks, and
the versions of clang-tidy and the libraries. A file whose hash has passed before costs nothing.

Nearly all of the time goes to headers, so files are read together, as one translation unit, where their names allow it.
A unit with findings is looked at again, file by file.
"""
import hashlib
import json
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
FINDING = re.compile(r"^(?=\S+:\d+:\d+: (?:error|warning): )", re.M)
UNNAMED = re.compile(r"^namespace \{$(.*?)^\} // namespace$", re.M | re.S)
NAMED = re.compile(r"^(?:template .*> )?(?:class|struct|enum|enum class|using) (\w+)|^\w.*?(\w+)(?:\(|\{| = |\[\])", re.M)
OF_ONE_FILE = re.compile(r" -o \S+| -c \S+| -M[QF] \S+| -I\S+\.p(?= )")

MISFIT = re.compile(r"^(\S+?):\d+:\d+: (?:error: .*\[clang-diagnostic-error\]|note: in instantiation)", re.M)

FILES_IN_UNIT = 32


@dataclass(frozen=True)
class Source:
    path: Path
    flags: tuple  # of the compiler, without what is the file's own
    names: frozenset  # that two files of a unit cannot both have
    stamp: Path


@dataclass
class Unit:
    flags: tuple
    sources: list = field(default_factory=list)
    names: set = field(default_factory=set)

    def takes(self, source):
        return (source.flags == self.flags and len(self.sources) < FILES_IN_UNIT
                and self.names.isdisjoint(source.names))

    def add(self, source):
        self.sources.append(source)
        self.names |= source.names


def units_of(sources):
    units = []
    for source in sources:
        unit = next((unit for unit in units if unit.takes(source)), None)
        if not unit:
            unit = Unit(source.flags)
            units.append(unit)
        unit.add(source)
    return units


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

    def source(self, entry):
        path = (self.build / entry["file"]).resolve()
        seen = set()
        self.reached(path, seen)
        digest = hashlib.sha256(self.common)
        flags = OF_ONE_FILE.sub("", entry["command"])
        # Tests are optimised less than the rest, which is no matter of what is read.
        digest.update(flags.replace(str(self.root), "").replace(" -O0 ", " -O1 ").encode())
        for one in sorted(seen):
            digest.update(f"\0{one.relative_to(self.root)}\0{self.text(one)}".encode())
        names = (name for part in UNNAMED.findall(self.text(path)) for pair in NAMED.findall(part) for name in pair)
        # The first two words are ccache and the compiler.
        return Source(path, tuple(shlex.split(flags)[2:]), frozenset(filter(None, names)), self.cache / digest.hexdigest())

    def findings(self, sources):
        """What clang-tidy says about files of the same flags, a list of texts; none when they passed."""
        if len(sources) == 1:
            return self.findings_in(sources[0])
        said = self.said_of_all(sources)
        if not said:
            return []
        named = set(MISFIT.findall(said))
        misfits = [source for source in sources if str(source.path) in named]
        rest = [source for source in sources if source not in misfits]
        parts = [rest, misfits] if rest and misfits else [[source] for source in sources]
        return [text for part in parts for text in self.findings(part)]

    def said_of_all(self, sources):
        with tempfile.NamedTemporaryFile("w", suffix=".cpp", dir=self.build) as unit:
            unit.write("".join(f'#include "{source.path}"\n' for source in sources))
            unit.flush()
            # What the compiler warns of is what the build is for.
            return self.tidied(sources, f"--config-file={self.root / '.clang-tidy'}", unit.name, "--",
                               *sources[0].flags, "-w", "-ferror-limit=0", "-fno-color-diagnostics")

    def findings_in(self, source):
        said = self.tidied([source], "-p", self.build, source.path)
        said = said.replace("../../", "").replace(f"{self.root}/", "").strip()
        return FINDING.split(said) if said else []

    def tidied(self, sources, *arguments):
        """What clang-tidy says; nothing when it found nothing, and then that is noted."""
        done = subprocess.run(["clang-tidy-19", "--quiet", *arguments], cwd=self.build, capture_output=True, text=True)
        if done.returncode != 0:
            # Who was killed says nothing, and has passed nobody.
            return done.stdout.strip() or done.stderr.strip() or f"clang-tidy ended with status {done.returncode}"
        for source in sources:
            source.stamp.touch()
        return ""

    def run(self):
        self.cache.mkdir(parents=True, exist_ok=True)
        entries = json.loads((self.build / "compile_commands.json").read_text())
        # What the build itself wrote is nobody's handwriting.
        entries = [entry for entry in entries if self.build not in (self.build / entry["file"]).resolve().parents]
        # Several programs may be made of the same file.
        sources = {source.stamp: source for source in map(self.source, entries)}.values()
        todo = [source for source in sources if not source.stamp.exists()]
        with ThreadPoolExecutor(self.jobs) as pool:
            found = pool.map(self.findings, [unit.sources for unit in units_of(todo)])
        # A header's finding comes from each file that includes it; once is enough.
        unique = dict.fromkeys(text.strip() for texts in found for text in texts if text.strip())
        for text in unique:
            print(text)
        print(f"clang-tidy: {len(todo)} of {len(sources)} files looked at, {len(unique)} findings")
        return not unique


if __name__ == "__main__":
    sys.exit(0 if Tidy(*sys.argv[1:]).run() else 1)
