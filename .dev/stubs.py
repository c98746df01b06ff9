"""Reads the stubs of lua/meta: functions, tables and aliases, by sections.

A comment that begins with `# TITLE` begins a section; several files may add to one. Descriptions stand two spaces behind
what they describe, and end with their default.
"""
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

FIELD = re.compile(r"(\[[^\]]+\]|[\w.]+)(\??) (.+)")
NAMED_RESULT = re.compile(r"(.*[^:,]) (\w+|\.\.\.)")
CLASS = re.compile(r"([\w.]+)\s*(?:: ?([\w.]+))?$")
FUNCTION = re.compile(r"function (\w+)([.:])(\w+)\((.*)\) end")
DEFAULT = re.compile(r"(?:^|; |, )default:? (.+)$")


@dataclass
class Entry:
    """A parameter, a result or a field."""
    name: str
    type: str
    text: str

    @property
    def meaning(self):
        return DEFAULT.sub("", self.text)

    @property
    def default(self):
        found = DEFAULT.search(self.text)
        return found[1] if found else ""


@dataclass
class Function:
    owner: str
    sign: str
    name: str
    doc: list
    params: list
    results: list
    overloads: list
    prefix: str = ""

    @property
    def title(self):
        return f"{self.prefix}{self.sign}{self.name}".lstrip(".")

    @property
    def signature(self):
        return f"{self.title}({', '.join(one.name for one in self.params)})"


@dataclass
class Table:
    """A class: a table of options, a result, an object with methods, or a namespace."""
    name: str
    parent: str
    doc: list
    title: str
    local: str = ""
    fields: list = field(default_factory=list)


@dataclass
class Alias:
    name: str
    type: str
    doc: list
    title: str
    values: list = field(default_factory=list)


@dataclass
class Section:
    title: str
    intro: list = field(default_factory=list)
    functions: list = field(default_factory=list)
    tables: list = field(default_factory=list)


def split(text):
    """What stands before two spaces, and the description behind them."""
    what, _, described = text.partition("  ")
    return what.rstrip(), described.strip()


def paragraphs(lines):
    """Comment lines as paragraphs: an empty one parts them."""
    return [" ".join(part.split("\n")) for part in re.split(r"\n\n+", "\n".join(lines).strip()) if part]


class Reader:
    """Reads one file of stubs into sections, which other files may have begun."""

    def __init__(self, sections):
        self.sections = sections
        self.section = None
        self.forget()

    def forget(self):
        self.comment, self.params, self.results, self.overloads = [], [], [], []

    def read(self, text):
        self.table = None
        for line in text.splitlines() + [""]:
            if line.startswith("---"):
                self.tag(line[3:])
            elif line.startswith("--"):
                self.comment.append(line[2:].removeprefix(" "))
            elif not line.strip():
                self.loose()
            else:
                self.code(line)

    def loose(self):
        """A comment that belongs to no declaration."""
        if self.comment and self.comment[0].startswith("# "):
            title = self.comment.pop(0)[2:]
            self.section = self.sections.setdefault(title, Section(title))
        if self.comment:
            self.section.intro += paragraphs(self.comment)
        self.forget()

    def tag(self, line):
        word, _, rest = line.partition(" ")
        what, described = split(rest)
        if word == "@class":
            name, parent = CLASS.match(what).groups()
            doc = paragraphs(self.comment) + ([described] if described else [])
            self.table = Table(name, parent or "", doc, name.removeprefix("forager."))
            self.section.tables.append(self.table)
            self.comment = []
        elif word == "@field":
            self.table.fields.append(self.entry(what, described))
        elif word == "@alias":
            name, _, type_ = what.partition(" ")
            self.section.tables.append(Alias(name, type_, paragraphs(self.comment), name.removeprefix("forager.")))
            self.comment = []
        elif word == "|":
            value, _, described = rest.partition(" # ")
            self.section.tables[-1].values.append((value.strip('"'), described))
        elif word == "@param":
            self.params.append(self.entry(what, described))
        elif word == "@return":
            named = NAMED_RESULT.fullmatch(what)
            self.results.append(Entry(named[2] if named else "", named[1] if named else what, described))
        elif word == "@overload":
            self.overloads.append(what)

    @staticmethod
    def entry(what, described):
        name, optional, type_ = FIELD.match(what).groups()
        return Entry(name + optional, type_, described)

    def code(self, line):
        if found := FUNCTION.match(line):
            owner, sign, name, _ = found.groups()
            self.section.functions.append(
                Function(owner, sign, name, paragraphs(self.comment), self.params, self.results, self.overloads))
        elif self.table and line.startswith("local "):
            self.table.local = line.split()[1]
        self.forget()


class Stubs:
    """All of lua/meta, in reading order: forager.lua, what its fields lead to, then the rest by name."""

    def __init__(self, folder):
        texts = {path: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.lua"))}
        self.places = {"forager": ""}  # classes that are reached by name: forager.cfs.snapshots → cfs.snapshots
        self.sections = {}
        while texts:
            path = self.next(texts)
            if "\n-- # " not in texts[path]:
                sys.exit(f"{path} is in no section: begin it with a comment '# TITLE'")
            self.follow(texts[path])
            Reader(self.sections).read(texts.pop(path))
        self.name_functions()

    def next(self, texts):
        """What belongs to a namespace of `forager` stays together."""
        tops = [place.split(".")[0] for place in self.places.values()]
        names = sorted(self.places, key=lambda name: tops.index(self.places[name].split(".")[0]))
        led_to = (path for name in names for path in texts if f"---@class {name}\n" in texts[path])
        return next(led_to, min(texts))

    def follow(self, text):
        for name, fields in re.findall(r"---@class ([\w.]+)\n((?:---@field .*\n)*)", text):
            for member, type_ in re.findall(r"---@field (\w+) (forager\.[\w.]*\b[a-z]\w*)\b", fields):
                if name in self.places:
                    self.places[type_] = f"{self.places[name]}.{member}".lstrip(".")

    def name_functions(self):
        """Each function by what people write before it, and so each namespace."""
        for section in self.sections.values():
            for one in section.tables:
                one.title = self.places.get(one.name) or one.title
            locals_ = {one.local: one.name for one in section.tables if isinstance(one, Table) and one.local}
            for one in section.functions:
                name = locals_.get(one.owner, one.owner)
                one.prefix = self.places.get(name, {"Context": "ctx"}.get(one.owner, one.owner.lower()))
            section.functions.sort(key=lambda one: one.sign == ":")  # methods after what gives their objects

    @property
    def functions(self):
        return [one for section in self.sections.values() for one in section.functions]
