#!/usr/bin/env python3
"""Makes the Lua reference of the stubs: reference.py ROOT writes docs/lua-reference.md and the index in lua/README.md.

A comment that begins with `# TITLE` begins a section; several files may add to one. Descriptions stand two spaces behind
what they describe, and end with their default.
"""
import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

FIELD = re.compile(r"(\[[^\]]+\]|[\w.]+)(\??) (.+)")
NAMED_RESULT = re.compile(r"(.*[^:,]) (\w+|\.\.\.)")
CLASS = re.compile(r"([\w.]+)\s*(?:: ?([\w.]+))?$")
FUNCTION = re.compile(r"function (\w+)([.:])(\w+)\((.*)\) end")
DEFAULT = re.compile(r"(?:^|; |, )default:? (.+)$")
SENTENCE = re.compile(r"\.(?= [A-Z0-9`\"{]|$)")
INDEX = "## Index\n"


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
        led_to = (path for name in self.places for path in texts if f"---@class {name}\n" in texts[path])
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


class Page:
    """The reference as Markdown."""

    def __init__(self, stubs):
        self.stubs = stubs
        self.lines = []
        self.anchors, self.seen = {}, {}
        for section in stubs.sections.values():
            self.anchor(section.title, section)
            for one in self.order(section):
                self.anchor(one.title, one)
        self.types = {one.name: one for section in stubs.sections.values() for one in self.order(section)
                      if not isinstance(one, Function)}

    def anchor(self, title, thing):
        """As GitHub names headings."""
        slug = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        count = self.seen[slug] = self.seen.get(slug, -1) + 1
        self.anchors[id(thing)] = f"{slug}-{count}" if count else slug

    def order(self, section):
        """Functions first, then the objects and tables that they speak of. Bare namespaces have nothing to tell."""
        return section.functions + [one for one in section.tables if not self.bare(one)]

    def bare(self, one):
        return one.name in self.stubs.places and not one.doc and not self.values(one)

    def values(self, table):
        """Its fields that are no namespaces."""
        return [one for one in table.fields if one.type not in self.stubs.places]

    def text(self):
        self.put("# Lua reference", "", PREFACE, "")
        for section in self.stubs.sections.values():
            names = " · ".join(f"[{one.title}](#{self.anchors[id(one)]})" for one in section.functions)
            link = f"**[{section.title}](#{self.anchors[id(section)]})**"
            self.put(*self.filled(f"{link}: {names}" if names else link), "")
        for section in self.stubs.sections.values():
            self.put(f"## {section.title}", "")
            self.paragraphs(section.intro)
            for one in self.order(section):
                self.put(f"### {one.title}", "")
                {Function: self.function, Table: self.table, Alias: self.alias}[type(one)](one)
        return "\n".join(self.lines).rstrip() + "\n"

    def put(self, *lines):
        self.lines += lines

    def paragraphs(self, texts):
        for text in texts:
            text = re.sub(r"forager\.[A-Z]\w+", lambda name: self.link(name[0]) or name[0], text)
            self.put(*self.filled(re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", text)), "")

    @staticmethod
    def filled(text, indent=""):
        return textwrap.wrap(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)

    def function(self, one):
        library = "" if one.prefix == "test" or one.sign == ":" else "forager."
        signatures = [one.signature, *(self.other_way(one, other) for other in one.overloads)]
        self.put(*(f"    {library}{signature}" for signature in signatures), "")
        doc, _, errors = "\n".join(one.doc).partition("Errors: ")
        self.paragraphs(doc.strip().split("\n"))
        points = [f"`{param.name}`: {self.described(param)}" for param in one.params]
        if one.results:
            points.append("gives " + ", then ".join(self.described(result, result.name) for result in one.results))
        if errors:
            points.append("errors: " + errors.rstrip("."))
        for point in points:
            self.put(*self.filled(f"- {point}", "  "))
        self.put(*([""] if points else []))

    @staticmethod
    def other_way(one, overload):
        """fun(name: string, fn: function) → test.it(name, fn)"""
        names = re.findall(r"(\w+\??): ", re.sub(r"fun\(t: [\w.]+\)|fun\(\)", "function", overload))
        return f"{one.title}({', '.join(name for name in names if name != 'self')})"

    def described(self, entry, name=""):
        words = self.type(entry.type) + (f" `{name}`" if name else "")
        return words.replace("`...`", "…") + (f": {entry.text}" if entry.text else "")

    def table(self, one):
        self.paragraphs(one.doc)
        if one.parent:
            self.put(f"All of {self.type(one.parent)}, and:" if one.fields else f"As {self.type(one.parent)}.", "")
        fields = self.values(one)
        if not fields:
            return
        defaults = any(entry.default for entry in fields)
        self.put("| field | type |" + (" default |" if defaults else "") + " |", "| --- | --- |" + " --- |" * (1 + defaults))
        for entry in fields:
            cells = [f"`{entry.name}`", self.type(entry.type)]
            cells += [entry.default, entry.meaning] if defaults else [entry.text]
            self.put("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        self.put("")

    def alias(self, one):
        self.paragraphs(one.doc)
        if one.values:
            self.put("| code | |", "| --- | --- |")
            self.put(*(f"| `{value}` | {described} |" for value, described in one.values), "")
        else:
            self.put(f"In types: {self.type(one.type)}.", "")

    def type(self, text):
        """Names of classes become links, the rest is code; blanks at its edges, which code would lose, stay outside."""
        parts = []
        for part in re.split(r"(forager\.\w+(?:\.\w+)*)", text.replace("|", " or ")):
            before, code, after = re.fullmatch(r"((?: or)? ?)(.*?)((?: or)? ?)", part).groups()
            parts.append(self.link(part) or before + (f"`{code}`" if code else "") + after)
        return "".join(parts)

    def link(self, name):
        one = self.types.get(name)
        return one and f"[`{one.title}`](#{self.anchors[id(one)]})"

    def index(self):
        lines = []
        for section in self.stubs.sections.values():
            if section.functions:
                lines += ["", section.title, "", "| function | |", "| --- | --- |"]
            for one in section.functions:
                link = f"../docs/lua-reference.md#{self.anchors[id(one)]}"
                lines.append(f"| [`{one.signature}`]({link}) | {summary(one)} |")
        return "\n".join(lines) + "\n"


def summary(function):
    return re.sub(r" \(forager\.[A-Z]\w+\)", "", SENTENCE.split(" ".join(function.doc))[0])


PREFACE = """\
All that `require "forager"` gives, made of the stubs in `lua/meta` by `./dev reference`: what is wrong here is mended there.
What belongs together, how it behaves and samples that run: [reference.md](reference.md). A name with `?` may be left out, or
is nil; `…` stands for any number."""


def pages(root):
    """What the files have to hold, by path."""
    page = Page(Stubs(Path(root, "lua", "meta")))
    readme = Path(root, "lua", "README.md")
    head = readme.read_text(encoding="utf-8").partition(INDEX)[0]
    return {Path(root, "docs", "lua-reference.md"): page.text(), readme: head + INDEX + page.index()}


def main(root):
    for path, text in pages(root).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
