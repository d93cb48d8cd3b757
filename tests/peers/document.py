"""The table in docs/peers.md: a row for each suite, as it was found when it last ran."""

from __future__ import annotations

import dataclasses

from tests import side_by_side
from tests.side_by_side import Outcomes

HEADER = "| Distribution | Version | Suite | Par | Virtual environment | Differ |"
_KEY = (0, 2)  # columns


@dataclasses.dataclass(frozen=True)
class Row:
    """What was found of one suite; `differ` is how many tests do not fare alike."""

    distribution: str
    version: str
    suite: str
    par: Outcomes
    environment: Outcomes
    differ: int

    def __str__(self) -> str:
        return side_by_side.row(
            self.distribution, self.version, f"`{self.suite}`", self.par, self.environment, self.differ
        )


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
    return side_by_side.update(text, HEADER, map(str, rows), _KEY)
