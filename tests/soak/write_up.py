"""The results of campaigns as text, and as a table of BENCHMARKS.md that has each campaign with its last result."""
from campaigns import CAMPAIGNS

BEGIN = "<!-- campaigns: ./dev soak --write -->"
END = "<!-- end of campaigns -->"
HEADS = "| campaign | verdict | rounds | seeds | seen | time | run |\n| --- | --- | --: | --- | --- | --: | --- |"


class Failed(Exception):
    """The file is not as it should be."""


def seen(result):
    return ", ".join(f"{count:,} {what}" for what, count in result["seen"].items())


def verdict(result):
    return "nothing broken" if result["ok"] else "BROKEN"


def seeds(result):
    first, last = result["first_seed"], result["last_seed"]
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


def text(results):
    return "\n".join(f"{result['campaign']}: {verdict(result)} in {result['rounds']:,} rounds, {result['seconds']} s"
                     f" (seeds {seeds(result)}): {seen(result)}" for result in results)


def row(result, about):
    minutes = f"{result['seconds'] / 60:.1f} min"
    place = (f"{about['date']}: {about['processor']}, {about['cores']} cores, {about['system']}, {about['kernel']}, "
             f"load {about['load']} before")
    return (f"| `{result['campaign']}` | {verdict(result)} | {result['rounds']:,} | {seeds(result)} | {seen(result)} | {minutes} | "
            f"{place} |")


def not_run(name):
    return f"| `{name}` | not run |  |  |  |  |  |"


def around(path):
    """The text before the table, its rows by campaign, and the text after it."""
    before, begun, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    table, ended, after = rest.partition(END)
    if not begun or not ended:
        raise Failed(f"{path} lacks the lines {BEGIN!r} and {END!r}")
    return before, {line.split("`")[1]: line for line in table.splitlines() if line.startswith("| `")}, after


def write(path, about, results):
    """The whole table anew: what ran now has a new row, what did not its last one, and what never ran says so."""
    before, kept, after = around(path)
    fresh = {result["campaign"]: row(result, about) for result in results}
    rows = [fresh.get(name) or kept.get(name) or not_run(name) for name in CAMPAIGNS]
    path.write_text(before + "\n\n".join([BEGIN, "\n".join([HEADS, *rows]), END]) + after, encoding="utf-8")
