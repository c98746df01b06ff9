"""The results of campaigns as text, and as a table of BENCHMARKS.md in which each campaign has its last result."""

BEGIN = "<!-- campaigns: ./dev soak --write -->"
END = "<!-- end of campaigns -->"
HEADS = "| campaign | verdict | rounds | seeds | seen | time | run |\n| --- | --- | --: | --- | --- | --: | --- |"


class Failed(Exception):
    """The file is not as it should be."""


def seen(result):
    return ", ".join(f"{count:,} {what}" for what, count in result["seen"].items())


def verdict(result):
    return "nothing broken" if result["ok"] else "BROKEN"


def text(results):
    return "\n".join(f"{result['campaign']}: {verdict(result)} in {result['rounds']:,} rounds, {result['seconds']} s"
                     f" (seeds {result['first_seed']}–{result['last_seed']}): {seen(result)}" for result in results)


def row(result, about):
    minutes = f"{result['seconds'] / 60:.1f} min"
    place = f"{about['date']}, {about['cores']} cores, {about['kernel']}"
    seeds = f"{result['first_seed']}–{result['last_seed']}"
    return (f"| `{result['campaign']}` | {verdict(result)} | {result['rounds']:,} | {seeds} | {seen(result)} | {minutes} | "
            f"{place} |")


def around(path):
    """The text before the table's rows, the rows, and the text after them."""
    before, begun, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    table, ended, after = rest.partition(END)
    if not begun or not ended:
        raise Failed(f"{path} lacks the lines {BEGIN!r} and {END!r}")
    return before, [line for line in table.splitlines() if line.startswith("| `")], after


def write(path, about, results):
    """Replaces the rows of these campaigns, and leaves the others."""
    before, rows, after = around(path)
    fresh = {result["campaign"]: row(result, about) for result in results}
    kept = {line.split("`")[1]: line for line in rows}
    merged = {**kept, **fresh}
    path.write_text(before + "\n\n".join([BEGIN, "\n".join([HEADS, *merged.values()]), END]) + after, encoding="utf-8")
