#!/usr/bin/env python3
"""Holds the documentation together: docs_test.py ROOT. Links lead somewhere, each page is of one kind, and the Lua
reference is what its generator makes of the stubs."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(ROOT / ".dev"))
import reference  # noqa: E402

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "lua" / "README.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def without_code(text):
    return re.sub(r"^```.*?^```|^    .*?$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(text):
    """As GitHub names headings."""
    found, seen = set(), {}
    for title in re.findall(r"^#+ (.*)$", without_code(text), re.MULTILINE):
        slug = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        seen[slug] = seen.get(slug, -1) + 1
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
    return found


class Documentation(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        for page in PAGES:
            for link in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
                if link.startswith(("http://", "https://")):
                    continue
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                with self.subTest(page=str(page.relative_to(ROOT)), link=link):
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target.read_text(encoding="utf-8")))

    def test_samples_of_other_languages_can_be_read(self):
        """Lua and TOML have tests that play them: cli_test.py, config_test.py, bench_test.py."""
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for sample in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
                compile(sample, page.name, "exec")
            for sample in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
                done = subprocess.run(["sh", "-n"], input=sample, capture_output=True, text=True, timeout=60)
                self.assertEqual(done.stderr, "", f"{page.name}:\n{sample}")

    def test_every_page_stands_in_the_index_once(self):
        index = (DOCS / "README.md").read_text(encoding="utf-8")
        linked = LINK.findall(index)
        for page in sorted({path.name for path in DOCS.iterdir()} - {"README.md"}):
            self.assertEqual(linked.count(page), 1, f"docs/README.md should have {page} under one of its kinds")


class Reference(unittest.TestCase):
    def test_the_pages_are_what_the_stubs_say(self):
        for path, text in reference.pages(ROOT).items():
            self.assertEqual(path.read_text(encoding="utf-8"), text, f"./dev reference would mend {path.relative_to(ROOT)}")

    def test_every_function_says_what_it_does(self):
        silent = [one.title for one in reference.Stubs(ROOT / "lua" / "meta").functions if not one.doc]
        self.assertEqual(silent, [])

    def page(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                Path(folder, f"{name}.lua").write_text(f"---@meta\n\n{text}", encoding="utf-8")
            return reference.Page(reference.Stubs(folder)).text()

    STUB = """\
-- # Pictures
-- More of them: docs/pictures.md.

---@class forager.ScaleOptions
---@field width? integer  in pixels; default 256
---@field on_line? fun(line: string)

---@class forager
---@field pictures forager.pictures
---@field kv forager.kv
local forager = {}

---@class forager.Picture
local Picture = {}

-- Bytes.
---@return string
function Picture:bytes() end

-- Scales one. It stays where it was. Errors: `not_found`.
---@param path string|forager.Picture
---@param options? forager.ScaleOptions  of the new one
---@return forager.Picture picture  the new one
---@overload fun(options: forager.ScaleOptions): forager.Picture
function forager.scale(path, options) end
"""

    def test_a_function_has_all_that_its_stub_tells(self):
        self.assertIn("""\
### scale

    forager.scale(path, options?)
    forager.scale(options)

Scales one. It stays where it was.

- `path`: `string` or [`Picture`](#picture)
- `options?`: [`ScaleOptions`](#scaleoptions): of the new one
- gives [`Picture`](#picture) `picture`: the new one
- errors: `not_found`
""", self.page(forager=self.STUB))

    def test_a_table_has_a_column_for_defaults_where_there_are_some(self):
        page = self.page(forager=self.STUB)
        self.assertIn("| `width?` | `integer` | 256 | in pixels |\n| `on_line?` | `fun(line: string)` |  |  |\n", page)
        self.assertIn("More of them: [pictures.md](pictures.md).", page)

    def test_files_come_as_the_fields_lead_to_them(self):
        def namespace(title, name, fields=""):
            return f"-- # {title}\n\n---@class {name}\n{fields}local it = {{}}\n\n-- All.\nfunction it.list() end\n"

        page = self.page(forager=self.STUB, a="-- # Last\n\n-- Is.\nfunction t.is() end\n",
                         b=namespace("Fourth", "forager.kv"), y=namespace("Third", "forager.parts"),
                         z=namespace("Second", "forager.pictures", "---@field parts forager.parts\n"))
        self.assertEqual(re.findall("^## (.*)$", page, re.MULTILINE), ["Pictures", "Second", "Third", "Fourth", "Last"])
        self.assertIn("    forager.pictures.list()\n", page)
        self.assertIn("    forager.pictures.parts.list()\n", page)
        self.assertLess(page.index("### scale"), page.index("### picture:bytes"))

    def test_a_file_without_a_section_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "forager.lua is in no section"):
            self.page(forager="---@class forager\nlocal forager = {}\n")


if __name__ == "__main__":
    done = unittest.main(exit=False).result
    bad = len(done.failures) + len(done.errors)
    print(f"{done.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
