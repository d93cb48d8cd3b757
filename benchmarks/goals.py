"""What this project has set itself, and how far results show it to be: the table of docs/benchmarks.md, "The goals".

It stands between the comments `BEGIN` and `END`. Numbers are compared as they are shown, so that none misses a bound which it
seems to keep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.contenders.table import BASELINE, CONTENDERS
from benchmarks.ratios import Results, short
from benchmarks.report import quantity

PAGE = "docs/benchmarks.md"
BEGIN = "<!-- benchmarks goals -->"
END = "<!-- end of benchmarks -->"

#: Of this project's contenders, those that are to reach the goals: what a user gets who asks for no tier.
OWN = ("memfd_par", "memfd_par_carried")

#: What unpacks before it starts, at each start or at the first.
UNPACKING = (
    "pex",
    "pex_venv",
    "pex_scie",
    "shiv",
    "pyinstaller_onefile",
    "nuitka_onefile",
    "rules_python_zip",
)
OTHERS = tuple(name for name in CONTENDERS if name != BASELINE and not name.startswith(OWN[0]))

_BLOCK = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)}$)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Case:
    """A number that a goal is about; None where it was not measured. `contender`: whom it is compared with, but for `venv`."""

    number: float | None
    application: str = ""
    contender: str = ""


@dataclass(frozen=True)
class Goal:
    """What is to be reached, the numbers of one of `OWN` for it, whether a number does, and how one is shown."""

    title: str
    cases: Callable[[Results, str], Iterator[Case]]
    reached: Callable[[float], bool]
    shown: Callable[[float], str] = short


def _to_venv(measure: str) -> Callable[[Results, str], Iterator[Case]]:
    """The ratio to the virtual environment, of each application."""

    def cases(results: Results, own: str) -> Iterator[Case]:
        for application in results.applications():
            yield Case(results.ratio(application, own, measure), application)

    return cases


def _mean(measure: str) -> Callable[[Results, str], Iterator[Case]]:
    """The geometric mean of these; and the applications that it lacks."""

    def cases(results: Results, own: str) -> Iterator[Case]:
        yield Case(results.geometric_mean(own, measure)[0])
        yield from (case for case in _to_venv(measure)(results, own) if case.number is None)

    return cases


def _times(measure: str, contenders: tuple[str, ...]) -> Callable[[Results, str], Iterator[Case]]:
    """How many times as much the contenders take, of each application."""

    def cases(results: Results, own: str) -> Iterator[Case]:
        for contender in contenders:
            for application in results.applications():
                yield Case(results.ratio(application, contender, measure, own), application, contender)

    return cases


def _written(results: Results, own: str) -> Iterator[Case]:
    """Bytes, of each application."""
    for application in results.applications():
        record = results.records.get((application, own, "bytes_written"))
        yield Case(record.median if record else None, application)


def _at_most(bound: float) -> Callable[[float], bool]:
    return lambda number: float(short(number)) <= bound


GOALS = (
    Goal("Warm start at or below 1.00 of `venv`", _to_venv("warm_start_s"), _at_most(1)),
    Goal("Warm start at or below 0.85 in the geometric mean", _mean("warm_start_s"), _at_most(0.85)),
    Goal("First start at or below 1.00 of `venv`", _to_venv("first_start_s"), _at_most(1)),
    Goal(
        "Warm start below every other contender's: times as long",
        _times("warm_start_s", OTHERS),
        lambda number: float(short(number)) > 1,
    ),
    Goal(
        "First start below every other contender's: times as long",
        _times("first_start_s", OTHERS),
        lambda number: float(short(number)) > 1,
    ),
    Goal(
        "First start at least 5 times below those that unpack: times as long",
        _times("first_start_s", UNPACKING),
        lambda number: float(short(number)) >= 5,
    ),
    Goal("Memory of 8 processes at or below 1.05 of `venv`", _to_venv("memory_8_bytes"), _at_most(1.05)),
    Goal("Memory of 32 processes at or below 1.05 of `venv`", _to_venv("memory_32_bytes"), _at_most(1.05)),
    Goal(
        "0 bytes written at a first start",
        _written,
        lambda number: not number,
        lambda number: quantity(number, "bytes"),
    ),
)


def filled(text: str, results: Results) -> str:
    """docs/benchmarks.md with the table that `results` give."""
    return _BLOCK.sub(lambda _: table(results), text)


def table(results: Results) -> str:
    """A line for each goal."""
    lines = [
        "| Goal | " + " | ".join(f"`{own}`" for own in OWN) + " |",
        "|---|" + "---|" * len(OWN),
        *(
            "| " + " | ".join([goal.title, *(_verdict(goal, results, own) for own in OWN)]) + " |"
            for goal in GOALS
        ),
    ]
    return "\n".join(lines) + "\n"


def _verdict(goal: Goal, results: Results, own: str) -> str:
    cases = list(goal.cases(results, own))
    kept = [case for case in cases if case.number is not None and goal.reached(case.number)]
    missed = [case for case in cases if case.number is not None and not goal.reached(case.number)]
    absent = [case for case in cases if case.number is None]
    if not kept and not missed:
        return "not measured"
    parts = []
    if missed:
        number = f" in {len(missed)} of {len(kept) + len(missed)}" if kept or len(missed) > 1 else ""
        parts.append(f"**missed**{number}: {_listed(missed, goal)}")
    if kept:
        parts.append(("the others: " if missed else "reached: ") + _range(kept, goal))
    if absent:
        several = absent[0].contender
        parts.append(
            f"not measured: {f'{len(absent)} of {len(cases)}' if several else _listed(absent, goal)}"
        )
    return "; ".join(parts)


def _range(cases: list[Case], goal: Goal) -> str:
    numbers = [case.number for case in cases if case.number is not None]
    least, most = goal.shown(min(numbers)), goal.shown(max(numbers))
    return least if least == most else f"{least} to {most}"


def _listed(cases: list[Case], goal: Goal) -> str:
    """Applications and their numbers, by contender where there are several."""
    groups: dict[str, list[str]] = {}
    for case in cases:
        words = [f"`{case.application}`"] if case.application else []
        words += [] if case.number is None else [goal.shown(case.number)]
        groups.setdefault(case.contender, []).append(" ".join(words))
    return ", ".join(
        f"`{contender}` ({', '.join(group)})" if contender else ", ".join(group)
        for contender, group in groups.items()
    )
