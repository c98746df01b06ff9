"""Renders a manual page: manual.py PAGE.in TABLES.json. @NAME@ on a line of its own stands for a part made of the tables."""
import json
import pathlib
import re
import sys


def escaped(text):
    """Text as roff prints it: a hyphen that can be copied, and no line that is taken for a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("`", "")
    return re.sub(r"(?m)^(['.])", r"\\&\1", text)


def bold(text):
    return f"\\fB{escaped(text)}\\fR"


def value(text):
    return f"\\fI{escaped(text)}\\fR"


def sentence(text):
    return escaped(text if text.endswith((".", "!", "?", "`")) else text + ".")


# Commands

def choices(flag):
    """The words of a flag that takes one of a few: CLI11 writes them behind the type."""
    found = re.search(r"\{(.*)\}", flag["value"])
    return found[1].split(",") if found else []


def placeholder(flag):
    words = choices(flag)
    return "|".join(words) if words else flag["value"].split(":")[0]


def usage(words, command):
    parts = [bold(" ".join(words))]
    if command["flags"]:
        parts.append("[" + value("FLAG") + "]...")
    for operand in command["operands"]:
        part = value(operand["value"]) + ("..." if operand["repeated"] else "")
        parts.append(part if operand["required"] else f"[{part}]")
    return " ".join(parts)


def names(flag):
    text = ", ".join(bold(name) for name in flag["names"])
    return text + (" " + value(placeholder(flag)) if flag["value"] else "")


def flag_text(flag):
    return [".TP", names(flag), sentence(flag["help"])]


def is_help(flag):
    return "--help" in flag["names"]


def leaves(command, words):
    """Commands that do something, each with the words that name it."""
    if not command["commands"]:
        yield words, command
    for inner in command["commands"]:
        yield from leaves(inner, [*words, inner["name"]])


def own_flags(command, common):
    return [flag for flag in command["flags"] if flag not in common]


def common_flags(program):
    """Those of every command."""
    all_commands = [command for _, command in leaves(program, ["forager"])]
    return [flag for flag in all_commands[0]["flags"] if all(flag in command["flags"] for command in all_commands)]


def commands_part(tables):
    common = common_flags(tables["program"])
    for words, command in leaves(tables["program"], ["forager"]):
        yield from [".SS " + '"' + " ".join(words) + '"', usage(words, command), ".PP", sentence(command["summary"])]
        for operand in command["operands"]:
            yield from [".TP", value(operand["value"]), sentence(operand["help"])]
        for flag in own_flags(command, common):
            yield from flag_text(flag)


def common_part(tables):
    for flag in common_flags(tables["program"]):
        yield from flag_text(flag)
    yield from [".PP", "Without a command:"]
    for flag in tables["program"]["flags"]:
        if not is_help(flag):
            yield from flag_text(flag)


# Keys

def key_text(key):
    yield from [".TP", bold(key["default"])]
    if key["secret"]:
        yield from [".TQ", bold(f'{key["name"]}_file = ""')]
    yield from [sentence(key["meaning"]), "Variable: " + escaped(key["variable"]) + "."]


def keys_part(tables):
    for section in tables["sections"]:
        brackets = ("[[", "]]") if section["repeated"] else ("[", "]")
        yield from [".SS " + section["name"].join(brackets), sentence(section["meaning"])]
        for key in section["keys"]:
            yield from key_text(key)


def credentials_part(tables):
    for section in tables["sections"]:
        for key in section["keys"]:
            if key["secret"] and not section["repeated"]:
                yield from [".TP", bold(f'{section["name"]}.{key["name"]}'), sentence(key["meaning"])]


PARTS = {"COMMANDS": commands_part, "COMMON": common_part, "KEYS": keys_part, "CREDENTIALS": credentials_part}


def render(page, tables):
    lines = []
    for line in page.splitlines():
        found = re.fullmatch(r"@([A-Z]+)@", line)
        if found:
            lines += PARTS[found[1]](tables)
        else:
            lines.append(line.replace("@VERSION@", tables["version"]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render(pathlib.Path(sys.argv[1]).read_text(), json.loads(pathlib.Path(sys.argv[2]).read_text())))
