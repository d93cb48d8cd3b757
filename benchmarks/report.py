"""results.md: a table for each measure."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.contenders.table import BASELINE
from benchmarks.measures import MEASURES
from benchmarks.ratios import Results
from benchmarks.record import Record

_HEAD = """\
# Results

`./bazelw run //benchmarks -- --out FOLDER` wrote this; [docs/benchmarks.md]({documentation}) tells what is measured and how. All
numbers are of one run on one machine. A cell has the ratio to `{baseline}` and, in brackets, the median with the smallest and
the largest of the runs. The mean is the geometric one of the ratios, with the number of applications where that is not all.
"""
_NONE = "-"


def markdown(results: Results, versions: Mapping[str, str], documentation: str) -> str:
    """The text of results.md.

    Args:
        results: of a run.
        versions: of what took part in it.
        documentation: a link to the description of the measures.
    """
    parts = [_HEAD.format(documentation=documentation, baseline=BASELINE)]
    parts += [_table(results, measure) for measure in results.measures()]
    if reasons := _reasons(results):
        parts.append("## Why a number is missing\n\n" + reasons)
    rows = "".join(f"| {name} | {_cell(version)} |\n" for name, version in versions.items())
    parts.append("## Versions\n\n| What | Version |\n|---|---|\n" + rows)
    return "\n".join(parts)


def _table(results: Results, measure: str) -> str:
    applications = results.applications()
    title = MEASURES[measure].title
    lines = [
        f"## {title}\n",
        f"`{measure}`\n",
        "| | " + " | ".join([*applications, "mean"]) + " |",
        "|---|" + "---|" * (len(applications) + 1),
    ]
    for contender in results.contenders():
        cells = [_number(results, application, contender, measure) for application in applications]
        lines.append(f"| {contender} | " + " | ".join([*cells, _mean(results, contender, measure)]) + " |")
    return "\n".join(lines) + "\n"


def _number(results: Results, application: str, contender: str, measure: str) -> str:
    record = results.records[application, contender, measure]
    if record.median is None:
        return _NONE
    ratio = results.ratio(application, contender, measure)
    numbers = _spread(record)
    return numbers if ratio is None else f"{ratio:.2f} ({numbers})"


def _mean(results: Results, contender: str, measure: str) -> str:
    mean, number = results.geometric_mean(contender, measure)
    if mean is None:
        return _NONE
    applications = len(results.applications())
    return f"{mean:.2f}" + (f" of {number}" if number < applications else "")


def _spread(record: Record) -> str:
    assert record.median is not None and record.min is not None and record.max is not None
    text = quantity(record.median, record.unit)
    if record.min < record.max:
        text += f", {quantity(record.min, record.unit)} … {quantity(record.max, record.unit)}"
    return text


def quantity(number: float, unit: str) -> str:
    """A number with a unit that suits its size."""
    if unit == "s":
        return f"{number * 1000:.1f} ms" if number < 1 else f"{number:.2f} s"
    if unit == "bytes":
        for scale, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
            if number >= scale:
                return f"{number / scale:.1f} {name}"
        return f"{number:.0f} B"
    return f"{number:.0f}"


def _reasons(results: Results) -> str:
    """Each reason once, with the applications and contenders that it holds for."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for (application, contender, measure), record in results.records.items():
        if record.error is not None:
            where = reasons.setdefault((contender, record.error), [])
            where.append(f"{application} ({measure})")
    lines = []
    for (contender, error), where in reasons.items():
        applications = ", ".join(dict.fromkeys(each.split(" ")[0] for each in where))
        lines.append(f"* `{contender}`, {applications}: {_cell(error)}\n")
    return "".join(lines)


def _cell(text: str) -> str:
    """Text that stays in its cell, and that no markup is found in."""
    for sign in "|<*_`":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
