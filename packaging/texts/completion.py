"""Renders the completion of one shell: completion.py bash|zsh|fish ENGINE TABLES.json. @TABLES@ in the engine, the part
that is written by hand, stands for what the program's own tables say."""
import json
import pathlib
import shlex
import sys

from manual import choices, leaves, placeholder

# What stands in the usage, and what completes it: files of these kinds, function names, ids.
KINDS = {"FILE.lua|FUNC": ["lua", "function"], "FUNC": ["function"], "NAME": ["function"], "ID": ["id"],
         "FILE|KIND/NAME|NAME": ["file"], "FILE.lua": ["lua"]}
DOCUMENTS = ["apply", "delete", "diff", "reconcile"]


def kinds(words, item):
    """What completes the value of a flag or an operand."""
    if choices(item):
        return choices(item)
    value = placeholder(item)
    if words[:1] == ["fs"] and "--config" not in item["names"]:
        return ["file"] if value in ("FILE", "DIR") else ["nothing"]
    if value != "FILE":
        return KINDS.get(value, ["nothing"])
    if words and words[0] in DOCUMENTS and "--config" not in item["names"]:
        return ["file"]
    if "--config" in item["names"] or words == ["config", "check"]:
        return ["toml"]
    return ["lua", "toml"] if words == ["check"] else ["lua"]


def commands(program):
    """(words, command) of all that do something."""
    return [(words[1:], command) for words, command in leaves(program, ["forager"])]


def groups(program, words=()):
    """Where a command has to be named: (words, commands)."""
    yield [*words], program["commands"]
    for command in program["commands"]:
        if command["commands"]:
            yield from groups(command, [*words, command["name"]])


def summary(text):
    return text.rstrip(".").replace("`", "")


# bash

def bash(program):
    tables = {"commands": {}, "flags": {}, "values": {}, "operands": {}}
    for words, inner in groups(program):
        tables["commands"][" ".join(words)] = " ".join(command["name"] for command in inner)
    for words, command in commands(program):
        path = " ".join(words)
        tables["flags"][path] = " ".join(name for flag in command["flags"] for name in flag["names"])
        tables["operands"][path] = " ".join(
            ",".join(kinds(words, operand)) + ("*" if operand["repeated"] else "") for operand in command["operands"])
        for flag in command["flags"]:
            if flag["value"]:
                for name in flag["names"]:
                    tables["values"][f"{path} {name}"] = ",".join(kinds(words, flag))
    tables["flags"][""] = " ".join(name for flag in program["flags"] for name in flag["names"])
    for table, entries in tables.items():
        yield f"declare -gA _forager_{table}=("
        yield from (f"  [{shlex.quote('forager ' + path if path else 'forager')}]={shlex.quote(text)}"
                    for path, text in entries.items())
        yield ")"


# zsh

ZSH_ACTIONS = {"lua": '_files -g "*.lua"', "toml": '_files -g "*.toml"', "function": "_forager_functions",
               "id": "_forager_ids", "file": "_files", "nothing": ""}


def zsh_action(words, item):
    found = kinds(words, item)
    if choices(item):
        return "(" + " ".join(found) + ")"
    if found == ["lua", "toml"]:
        return '_files -g "*.(lua|toml)"'
    return "_forager_work" if found == ["lua", "function"] else ZSH_ACTIONS[found[0]]


def zsh_text(text):
    for letter in "\\[]:":
        text = text.replace(letter, "\\" + letter)
    return text


def zsh_flag(words, flag):
    rest = f":{zsh_text(placeholder(flag))}:{zsh_action(words, flag)}" if flag["value"] else ""
    for name in flag["names"]:
        yield f"{'*' if flag['repeated'] else ''}{name}[{zsh_text(summary(flag['help']))}]{rest}"


def zsh_operand(words, place, operand):
    where = "*" if operand["repeated"] else f"{place}"
    return f"{where}:{zsh_text(operand['value'])}:{zsh_action(words, operand)}"


def zsh(program):
    for words, inner in groups(program):
        yield f"{'_'.join(['_forager_of', *words])}=("
        yield from (f"  {shlex.quote(command['name'] + ':' + zsh_text(summary(command['summary'])))}" for command in inner)
        yield ")"
    for words, command in commands(program):
        yield f"{'_'.join(['_forager_at', *words])}=("
        specs = [spec for flag in command["flags"] for spec in zsh_flag(words, flag)]
        specs += [zsh_operand(words, place, operand) for place, operand in enumerate(command["operands"], 1)]
        yield from (f"  {shlex.quote(spec)}" for spec in specs)
        yield ")"


# fish

FISH_ACTIONS = {"lua": "(__forager_files .lua)", "toml": "(__forager_files .toml)", "function": "(__forager_functions)",
                "id": "(__forager_ids)", "file": "(__fish_complete_path (commandline -ct))", "nothing": ""}


def fish_action(words, item):
    found = kinds(words, item)
    return " ".join(found) if choices(item) else " ".join(FISH_ACTIONS[kind] for kind in found)


def fish_flag(words, condition, flag):
    line = f"complete -c forager -n {shlex.quote(condition)}"
    for name in flag["names"]:
        line += f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
    if flag["value"]:
        line += f" -x -a {shlex.quote(fish_action(words, flag))}"
    return f"{line} -d {fish_quoted(summary(flag['help']))}"


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish(program):
    for words, inner in groups(program):
        for command in inner:
            yield (f"complete -c forager -n '{' '.join(['__forager_wants', *words])}' -a {command['name']} "
                   f"-d {fish_quoted(summary(command['summary']))}")
    yield from (fish_flag([], "__forager_wants", flag) for flag in program["flags"])
    for words, command in commands(program):
        condition = " ".join(["__forager_at", *words])
        yield from (fish_flag(words, condition, flag) for flag in command["flags"])
        actions = dict.fromkeys(fish_action(words, operand) for operand in command["operands"])
        yield from (f"complete -c forager -n {shlex.quote(condition)} -a {shlex.quote(action)}"
                    for action in actions if action)


if __name__ == "__main__":
    shell, engine, tables = sys.argv[1:]
    made = {"bash": bash, "zsh": zsh, "fish": fish}[shell](json.loads(pathlib.Path(tables).read_text())["program"])
    sys.stdout.write(pathlib.Path(engine).read_text().replace("@TABLES@\n", "\n".join(made) + "\n"))
