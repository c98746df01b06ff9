#!/usr/bin/env python3
"""Writes files into one C++ source: embed.py [--all] OUT HEADER FUNCTION ROOT FILE...

OUT defines `std::optional<std::string_view> FUNCTION(std::string_view name)`, declared in HEADER, which gives the content
of FILE by its path below ROOT. With --all it is `std::span<const std::pair<std::string_view, std::string_view>>
FUNCTION()`, which gives all paths and contents. FUNCTION may be qualified with its namespace.
"""
import os
import sys


def literal(data: bytes) -> str:
    # In pieces: compilers limit the length of one literal. Octal escapes end after three digits, hexadecimal ones do not.
    pieces = [data[i:i + 8000] for i in range(0, len(data), 8000)] or [b""]
    return "\n".join('"' + "".join(escaped(byte) for byte in piece) + '"' for piece in pieces)


def escaped(byte: int) -> str:
    if byte == 10:
        return "\\n"
    if byte < 32 or byte > 126 or chr(byte) in '"\\?':
        return f"\\{byte:03o}"
    return chr(byte)


def lookup(name: str) -> str:
    return (f"std::optional<std::string_view> {name}(std::string_view name)\n{{\n"
            "    const auto* found = std::ranges::find(files, name, [](const auto& file) { return file.first; });\n"
            "    if (found == std::end(files))\n        return std::nullopt;\n    return found->second;\n}\n\n")


def listing(name: str) -> str:
    return f"std::span<const std::pair<std::string_view, std::string_view>> {name}()\n{{\n    return files;\n}}\n\n"


def main() -> None:
    words = sys.argv[1:]
    gives = listing if words[0] == "--all" else lookup
    out, header, function, root, *files = words[1:] if gives is listing else words
    namespace, _, name = function.rpartition("::")
    entries = []
    for path in sorted(files):
        with open(path, "rb") as file:
            data = file.read()
        entries.append(f'    {{"{os.path.relpath(path, root)}", {{{literal(data)}, {len(data)}}}}},\n')
    with open(out, "w", encoding="ascii") as source:
        source.write(f'#include "{header}"\n\n#include <algorithm>\n#include <utility>\n\nnamespace {namespace} {{\n\n')
        source.write("namespace {\n\nconstexpr std::pair<std::string_view, std::string_view> files[] = {\n")
        source.writelines(entries)
        source.write("};\n\n} // namespace\n\n")
        source.write(gives(name))
        source.write(f"}} // namespace {namespace}\n")


if __name__ == "__main__":
    main()
