"""The table in docs/peers.md: a row for each suite, as it was found when it last ran."""

from __future__ import annotations

import dataclasses

from tests.peers import outcomes

HEADER = "| Distribution | Version | Suite | Par | Virtual environment | Differ |"
_RULE = "|---|---|---|---|---|---|"


class NoTableError(Exception):
    """A document has no table; the message says what it looks like."""


@dataclasses.dataclass(frozen=True)
class Row:
    """What was found of one suite; `differ` is how many tests do not fare alike."""

    distribution: str
    version: str
    suite: str
    par: outcomes.Outcomes
    environment: outcomes.Outcomes
    differ: int

    def __str__(self) -> str:
        cells = [
            self.distribution,
            self.version,
            f"`{self.suite}`",
            _counts(self.par),
            _counts(self.environment),
        ]
        return "| " + " | ".join([*cells, str(self.differ)]) + " |"


def _counts(found: outcomes.Outcomes) -> str:
    return " / ".join(str(number) for number in outcomes.count(found).values())


def version_of(distribution: str, wheels: list[str]) -> str:
    """The version that a distribution's wheel is named after (PyPA binary distribution format); empty without one."""
    for wheel in wheels:
        name, _, rest = wheel.partition("-")
        if name.lower().replace("_", "-") == distribution:
            return rest.partition("-")[0]
    return ""


def update(text: str, rows: list[Row]) -> str:
    """The document with these rows in its table, and with those of other suites as they are.

    Raises:
        NoTableError: it has none.
    """
    lines = text.splitlines()
    if HEADER not in lines:
        raise NoTableError(f"there is no table to write to: it begins with the line {HEADER}")
    start = lines.index(HEADER) + 2
    end = next(
        (number for number in range(start, len(lines)) if not lines[number].startswith("|")), len(lines)
    )
    kept = {_key(line): line for line in lines[start:end]}
    kept.update((_key(str(row)), str(row)) for row in rows)
    return (
        "\n".join([*lines[: start - 2], HEADER, _RULE, *(kept[key] for key in sorted(kept)), *lines[end:]])
        + "\n"
    )


def _key(line: str) -> tuple[str, str]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    return cells[0], cells[2]
