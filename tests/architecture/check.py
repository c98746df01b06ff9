#!/usr/bin/env python3
"""Holds the folders to their ranks: check.py ROOT reads every #include and require against layers.toml.

Prints two lines for each offence (what looks where, and what it may look at) and, at the end, how many files it passed.
"""
import re
import subprocess
import sys
import tomllib
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
REQUIRE = re.compile(r'\brequire\s*\(?\s*["\']([^"\']+)["\']')
OWN_HEADER = re.compile(r"^[a-z0-9_]+$")  # C++'s own: no folder, no extension


class Offence(str):
    """Two lines: what was found, and what to do."""

    def __new__(cls, place, found, advice):
        return super().__new__(cls, f"{place} {found}\n  {advice}")


class Architecture:
    def __init__(self, root, layers=None):
        self.root = Path(root)
        self.layers = tomllib.loads(Path(layers or Path(__file__).with_name("layers.toml")).read_text())

    def check(self):
        """(offences, number of files read)"""
        offences = list(self.top_level()) + list(self.agent_folders())
        cpp = sorted(path for path in (self.root / "agent").rglob("*") if path.suffix in (".cpp", ".hpp"))
        lua = sorted(path for folder in ("lua", "scripts") for path in (self.root / folder).rglob("*.lua"))
        for path in cpp:
            offences += self.cpp_file(path)
        for path in lua:
            offences += self.lua_file(path)
        return offences, len(cpp) + len(lua)

    # The folders themselves

    def top_level(self):
        for name in sorted(self.tracked()):
            if name not in self.layers["top"] and not name.startswith("."):
                yield Offence(name, "lies at the top level", f"There may be {', '.join(self.layers['top'])}.")

    def tracked(self):
        """Names at the top level that belong to the project; all that lie there, where git cannot tell."""
        listed = subprocess.run(["git", "-C", self.root, "ls-files"], capture_output=True, text=True)
        if (self.root / ".git").exists() and listed.returncode == 0:
            return {path.split("/")[0] for path in listed.stdout.splitlines()}
        return {path.name for path in self.root.iterdir()} - {"build"}

    def agent_folders(self):
        for path in sorted((self.root / "agent").iterdir()):
            known = self.layers["agent"] if path.is_dir() else self.layers["loose"]
            if path.name not in known:
                yield Offence(f"agent/{path.name}", "has no rank", f"Beside each other in agent/ lie {', '.join(known)}.")

    # C++

    def cpp_file(self, path):
        name = path.relative_to(self.root / "agent")
        folder = name.parts[0] if len(name.parts) > 1 else None
        if folder is not None and folder not in self.layers["agent"]:
            return  # agent_folders() has said so
        for number, line in enumerate(self.lines(path), 1):
            if found := INCLUDE.match(line):
                place = f"{path.relative_to(self.root)}:{number}"
                check = self.inside if found[1] == '"' else self.outside
                yield from check(place, name, folder, found[2])

    def sees(self, folder):
        """The folders that this one may look at, itself apart; main.cpp (no folder) sees the command line alone."""
        ranks = self.layers["agent"]
        if folder is None:
            return ["cli"]
        if ranks[folder]["sees"] == ["*"]:
            return [other for other in ranks if ranks[other]["rank"] < ranks[folder]["rank"]]
        return ranks[folder]["sees"]

    def inside(self, place, name, folder, include):
        target = include.split("/")[0]
        if target == folder or target in self.sees(folder):
            return
        who = f"{folder} (rank {self.layers['agent'][folder]['rank']})" if folder else "main.cpp"
        advice = f"{who} may look at {', '.join(self.sees(folder)) or 'nothing of ours'}. "
        if "/" not in include or target not in self.layers["agent"]:
            advice += "Write the path from agent/."
        else:
            advice += "Talk to a port, or move the decision up."
        yield Offence(place, f'includes "{include}"', advice)

    def outside(self, place, name, folder, include):
        for library, folders in self.layers["doors"].items():
            if include.startswith(library) and not any(name.is_relative_to(door) for door in folders):
                yield Offence(place, f"includes <{include}>", f"Only {', '.join(folders)} may: ask there for what you need.")
        allowed = self.layers["outside"].get(folder)
        if name.suffix == ".hpp":
            allowed = self.layers["outside_headers"].get(folder, allowed)
        if allowed is None or OWN_HEADER.match(include) or any(self.fits(include, one) for one in allowed):
            return
        kind = "a header of " if name.suffix == ".hpp" else ""
        advice = f"{kind}{folder} may include C++'s own headers and {', '.join(allowed)}. Move what needs more up."
        yield Offence(place, f"includes <{include}>", advice)

    @staticmethod
    def fits(include, allowed):
        return include.startswith(allowed) if allowed.endswith("/") else include == allowed

    # Lua

    def lua_file(self, path):
        name = path.relative_to(self.root)
        folder = next((one for one in self.layers["lua"] if name.is_relative_to(one)), None)
        if folder is None:
            yield Offence(name, "has no place", f"Lua lies in {', '.join(self.layers['lua'])}.")
            return
        allowed = self.layers["lua"][folder]
        for number, line in enumerate(self.lines(path), 1):
            for module in REQUIRE.findall(line.split("--")[0]):
                known = any(module.startswith(one) if one.endswith(".") else module == one for one in allowed)
                # A script may be in several files: they lie beside it.
                beside = folder == "scripts" and (path.parent / f"{module.replace('.', '/')}.lua").is_file()
                if not known and not beside:
                    advice = f"{folder} may require {', '.join(self.wildcard(one) for one in allowed) or 'nothing'}."
                    yield Offence(f"{name}:{number}", f'requires "{module}"', advice)

    @staticmethod
    def wildcard(module):
        return f"{module}*" if module.endswith(".") else module

    @staticmethod
    def lines(path):
        return path.read_text(encoding="utf-8").splitlines()


def main(root):
    offences, files = Architecture(root).check()
    for offence in offences:
        print(offence)
    print(f"{files} files read, {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
