"""docs/cpython.md: a table with a row for each suite, as it was found when it last ran, and the reasons of all differences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.cpython import outcomes
from tests.cpython.known import Known

HEADER = "| Python | Suite | Par | Plain | Differ |"
_RULE = "|---|---|---|---|---|"
REASONS = "## Why they differ"


class NoPlaceError(Exception):
    """A document lacks the table or the heading; the message says what they look like."""


@dataclass(frozen=True)
class Row:
    """What was found of one suite; `differ` is how many tests do not fare alike."""

    python: str
    suite: str
    par: outcomes.Outcomes
    plain: outcomes.Outcomes
    differ: int

    def __str__(self) -> str:
        cells = [self.python, self.suite, _counts(self.par), _counts(self.plain), str(self.differ)]
        return "| " + " | ".join(cells) + " |"


def _counts(found: outcomes.Outcomes) -> str:
    return " / ".join(str(number) for number in outcomes.count(found).values())


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
        NoPlaceError: it has no table, or no heading above the reasons.
    """
    lines = text.splitlines()
    if HEADER not in lines or REASONS not in lines:
        raise NoPlaceError(
            f"a table that begins with the line {HEADER} and the line {REASONS} have to be there"
        )
    start = lines.index(HEADER) + 2
    end = next(
        (number for number in range(start, len(lines)) if not lines[number].startswith("|")), len(lines)
    )
    kept = {_key(line): line for line in lines[start:end]}
    kept.update((_key(str(row)), str(row)) for row in rows)
    table = [HEADER, _RULE, *(kept[key] for key in sorted(kept))]
    last = lines.index(REASONS)
    return "\n".join([*lines[: start - 2], *table, *lines[end : last + 1], "", reasons(known)])


def _key(line: str) -> tuple[str, str]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    return cells[1], cells[0]
