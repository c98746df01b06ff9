"""Results as text for the terminal, as Markdown for BENCHMARKS.md, and as data."""
import measure

BEGIN = "<!-- results: ./dev bench --write -->"
END = "<!-- end of results -->"
HEAD = "### "


def heads(benchmark):
    first, *others = benchmark.columns
    return ["", first.title, "spread", f"× {benchmark.baseline}", *(column.title for column in others)]


def rows(result):
    """Lists of cells: what, median, spread, ratio, and the medians of the other columns."""
    benchmark = result.benchmark
    for runner in benchmark.runners:
        label = ", ".join(filter(None, (runner.label, runner.group)))
        if runner.missing:
            yield [label, runner.missing]
            continue
        first, *others = benchmark.columns
        values = result.values(runner.label, first.key, runner.group)
        known = result.samples[runner.group, runner.label][0]
        has_baseline = (runner.group, benchmark.baseline) in result.samples
        ratio = result.ratio(runner.label, benchmark.baseline, first.key, runner.group) if has_baseline else None
        yield [label, shown(result.median(runner.label, first.key, runner.group), first),
               f"{shown(min(values), first)}–{shown(max(values), first)}", "" if ratio is None else f"{ratio:.2f}",
               *(shown(result.median(runner.label, column.key, runner.group), column) if column.key in known else ""
                 for column in others)]


def shown(value, column):
    return f"{value * column.scale:,.{column.digits}f}"


def judgements(result):
    for aim in result.benchmark.aims:
        actual = aim.actual(result)
        verdict = "met" if aim.met(actual) else "missed"
        yield f"{aim.text}: {actual:,.3g} {aim.unit}".rstrip() + f", {verdict}"


def text(result):
    benchmark = result.benchmark
    table = [heads(benchmark), *rows(result)]
    full = [row for row in table if len(row) == len(table[0])]  # the row of a missing peer says that, and no more
    widths = [max(len(row[0]) for row in table), *(max(map(len, cells)) for cells in list(zip(*full))[1:])]
    lines = [f"\n{benchmark.title} ({benchmark.unit}; median of {benchmark.rounds})"]
    for row in table:
        cells = [row[0].ljust(widths[0]), *(map(str.rjust, row[1:], widths[1:]) if row in full else row[1:])]
        lines.append("  " + "  ".join(cells).rstrip())
    lines += [f"  aim: {line}" for line in judgements(result)]
    return "\n".join([*lines, *(f"  {note}" for note in benchmark.notes)])


def markdown(result, place):
    benchmark = result.benchmark
    table = [heads(benchmark), ["---"] + ["--:"] * (len(benchmark.columns) + 2), *rows(result)]
    lines = [f"{HEAD}{benchmark.name}", "", f"{benchmark.title}: {benchmark.unit}, median of {benchmark.rounds}.", ""]
    lines += ["| " + " | ".join(row) + " |" for row in table]
    said = [*(f"Aim: {line}." for line in judgements(result)), *benchmark.notes, place]
    return "\n".join([*lines, "", *(f"- {line}" for line in said)])


def data(result):
    benchmark = result.benchmark
    return {
        "name": benchmark.name,
        "title": benchmark.title,
        "unit": benchmark.unit,
        "baseline": benchmark.baseline,
        "rows": [row_data(result, runner) for runner in benchmark.runners],
        "aims": [{"aim": aim.text, "actual": aim.actual(result), "met": aim.met(aim.actual(result))}
                 for aim in benchmark.aims],
        "notes": list(benchmark.notes),
    }


def row_data(result, runner):
    samples = result.samples.get((runner.group, runner.label), [])
    if runner.missing:
        return {"label": runner.label, "group": runner.group, "missing": runner.missing}
    keys = [column.key for column in result.benchmark.columns if column.key in samples[0]]
    medians = {key: result.median(runner.label, key, runner.group) for key in keys}
    return {"label": runner.label, "group": runner.group, "median": medians, "samples": samples}


def parts(path):
    """The text before, the sections between the marks by their names, and the text after."""
    before, begun, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    between, ended, after = rest.partition(END)
    if not begun or not ended:
        raise measure.Failed(f"{path} lacks the lines {BEGIN!r} and {END!r}")
    sections = [section.strip() for section in between.split(f"\n{HEAD}")[1:]]
    return before, {section.split("\n", 1)[0]: HEAD + section for section in sections}, after


def write(path, place, results, order):
    """Replaces the sections of these results; those of others stay as they are."""
    before, sections, after = parts(path)
    sections |= {result.benchmark.name: markdown(result, place) for result in results}
    names = sorted(sections, key=lambda name: order.index(name) if name in order else len(order))
    path.write_text("\n\n".join([before + BEGIN, *(sections[name] for name in names), END + after]), encoding="utf-8")
