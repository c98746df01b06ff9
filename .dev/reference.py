#!/usr/bin/env python3
"""Makes the Lua reference of the stubs: reference.py ROOT writes docs/lua-reference.md and the index in lua/README.md."""
import re
import sys
import textwrap
from pathlib import Path

from stubs import Alias, Function, Stubs, Table

SENTENCE = re.compile(r"\.(?= [A-Z0-9`\"{]|$)")
INDEX = "## Index\n"


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
