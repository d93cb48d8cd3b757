"""What becomes of a suite's tests in a par and elsewhere, side by side: on the screen, and as a row of a document's table."""

from __future__ import annotations

import collections
import sys
from collections.abc import Iterable, Sequence

#: In the order in which people look for them.
KINDS = ("passed", "failed", "error", "skipped", "xfailed")

_WORST_FIRST = ("error", "failed", "xfailed", "passed", "skipped")
_MOST = 40  # lines that are printed of a suite

Outcomes = dict[str, str]  #: test to one of KINDS


class NoTableError(Exception):
    """A document has no table; the message says what it looks like."""


def add(outcomes: Outcomes, test: str, kind: str) -> None:
    """Notes what has become of a test; of several events of one, as of its subtests, the worst counts."""
    outcomes[test] = min(kind, outcomes.get(test, kind), key=_WORST_FIRST.index)


def count(outcomes: Outcomes) -> dict[str, int]:
    """How many there are of each of KINDS, in that order."""
    counted = collections.Counter(outcomes.values())
    return {kind: counted[kind] for kind in KINDS}


def differences(par: Outcomes, other: Outcomes, where: str) -> dict[str, str]:
    """The tests that do not fare alike, and how each does; `where` says where the others ran."""
    return {
        test: f"{par.get(test, 'not run')} in the par, {other.get(test, 'not run')} {where}"
        for test in sorted(par.keys() | other.keys())
        if par.get(test) != other.get(test)
    }


def choose(chosen: Sequence[str], every: Sequence[str]) -> list[str]:
    """The suites to run: those that are chosen, or all.

    Raises:
        ValueError: one is no suite; the message lists those that are.
    """
    unknown = sorted(set(chosen) - set(every))
    if unknown:
        raise ValueError(f"no suite: {', '.join(unknown)}. There are {', '.join(every)}")
    return [suite for suite in every if not chosen or suite in chosen]


def show(suite: str, par: Outcomes, other: Outcomes, name: str) -> None:
    """Prints the counts; `name` is the heading of the others'."""
    width = max(len(name), 8)
    print(f"{suite:40}  {'par':>8}  {name:>{width}}")
    others = count(other)
    for kind, number in count(par).items():
        print(f"  {kind:38}  {number:8}  {others[kind]:{width}}")


def tell(word: str, lines: Sequence[str]) -> None:
    """Prints what is wrong with a suite, the first lines of it."""
    for line in lines[:_MOST]:
        print(f"  {word}: {line}")
    if len(lines) > _MOST:
        print(f"  and {len(lines) - _MOST} more")
    sys.stdout.flush()


def row(*cells: str | int | Outcomes) -> str:
    """A line of a table; of outcomes the counts."""
    texts = (
        " / ".join(map(str, count(cell).values())) if isinstance(cell, dict) else str(cell) for cell in cells
    )
    return "| " + " | ".join(texts) + " |"


def update(text: str, header: str, rows: Iterable[str], key: Sequence[int]) -> str:
    """The document with these rows in its table, and with those of other suites as they are.

    Args:
        text: the document.
        header: the first line of the table.
        rows: the lines.
        key: numbers of the cells that tell one suite from another; they are what the table is sorted by.

    Raises:
        NoTableError: it has none.
    """
    lines = text.splitlines()
    if header not in lines:
        raise NoTableError(f"there is no table to write to: it begins with the line {header}")
    start = lines.index(header)
    end = start + 2
    while end < len(lines) and lines[end].startswith("|"):
        end += 1

    def name(line: str) -> list[str]:
        cells = line.strip("|").split("|")
        return [cells[number].strip() for number in key]

    kept = {tuple(name(line)): line for line in [*lines[start + 2 : end], *rows]}
    rule = "|" + "---|" * (header.count("|") - 1)
    table = [header, rule, *(kept[each] for each in sorted(kept))]
    return "\n".join([*lines[:start], *table, *lines[end:]]) + "\n"
