"""docs/cpython.md: a table with a row for each suite, as it was found when it last ran, and the reasons of all differences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests import side_by_side
from tests.cpython.known import Known
from tests.side_by_side import Outcomes

HEADER = "| Python | Suite | Par | Plain | Differ |"
_KEY = (1, 0)  # columns
REASONS = "## Why they differ"


class NoHeadingError(Exception):
    """A document lacks the heading above the reasons; the message says what it looks like."""


@dataclass(frozen=True)
class Row:
    """What was found of one suite; `differ` is how many tests do not fare alike."""

    python: str
    suite: str
    par: Outcomes
    plain: Outcomes
    differ: int

    def __str__(self) -> str:
        return side_by_side.row(self.python, self.suite, self.par, self.plain, self.differ)


def reasons(known: Iterable[Known]) -> str:
    """The causes, each with the tests that show it."""
    parts = []
    for each in known:
        where = f" (CPython {', '.join(each.pythons)})" if each.pythons else ""
        parts.append(f"{each.reason}{where}\n\n" + "".join(f"* `{test}`\n" for test in each.tests))
    return "\n".join(parts)


def update(text: str, rows: Iterable[Row], known: Iterable[Known]) -> str:
    """The document with these rows in its table, with those of other suites as they are, and with all reasons.

    Raises:
        NoTableError: it has no table.
        NoHeadingError: it has no heading above the reasons.
    """
    lines = side_by_side.update(text, HEADER, map(str, rows), _KEY).splitlines()
    if REASONS not in lines:
        raise NoHeadingError(f"there is no place for the reasons: they come after the line {REASONS}")
    return "\n".join([*lines[: lines.index(REASONS) + 1], "", reasons(known)])
