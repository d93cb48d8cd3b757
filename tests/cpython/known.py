"""The differences that are known, and why each is there: known.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import tomllib

_SUITE = re.compile(r"\btest_\w+")
_KEYS = {"reason", "tests", "pythons"}


class KnownError(Exception):
    """known.toml cannot be used; the message says where it is wrong."""


@dataclass(frozen=True)
class Known:
    """One cause. tests: as outcomes.py names them. pythons: versions in which they differ; all, if there are none."""

    reason: str
    tests: tuple[str, ...]
    pythons: tuple[str, ...] = ()

    def meets(self, other: Known) -> bool:
        """Whether there is a Python that both are about."""
        return not self.pythons or not other.pythons or bool(set(self.pythons) & set(other.pythons))

    def of(self, python: str, suite: str) -> list[str]:
        """The tests of one suite that differ with one Python."""
        if self.pythons and python not in self.pythons:
            return []
        return [test for test in self.tests if suite_of(test) == suite]


def suite_of(test: str) -> str:
    """The suite that a test belongs to, or a class that fails as a whole: "setUpClass (test_x.Class)"."""
    found = _SUITE.search(test)
    return found[0] if found else ""


def read(path: Path) -> list[Known]:
    """All causes.

    Raises:
        KnownError: a table lacks a reason or tests, has another key, or a test is there twice for one Python.
    """
    found: list[Known] = []
    for number, table in enumerate(tomllib.loads(path.read_text("utf-8")).get("difference", []), 1):
        if (
            not {"reason", "tests"} <= table.keys() <= _KEYS
            or not table["tests"]
            or not table["reason"].strip()
        ):
            raise KnownError(
                f"{path.name}: [[difference]] number {number} has {', '.join(table)}; it needs a reason and tests, and may have pythons"
            )
        known = Known(
            " ".join(table["reason"].split()), tuple(table["tests"]), tuple(table.get("pythons", ()))
        )
        twice = [test for other in found if known.meets(other) for test in known.tests if test in other.tests]
        if twice or len(set(known.tests)) < len(known.tests):
            raise KnownError(
                f"{path.name}: [[difference]] number {number} has tests that are there before: {twice}"
            )
        found.append(known)
    return found


def judge(found: Mapping[str, str], known: Iterable[Known], python: str, suite: str) -> list[str]:
    """A line for each difference that is not known, and for each known one that is not there."""
    expected = {test for each in known for test in each.of(python, suite)}
    lines = [f"{test}: {how}" for test, how in found.items() if test not in expected]
    lines += [
        f"{test}: fares alike, and known.toml says that it differs; take it out there"
        for test in sorted(expected - found.keys())
    ]
    return lines
