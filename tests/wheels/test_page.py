"""docs/wheels.md is of a full run of the programs and the versions that are here now, and every one works."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.wheels import table

_ROW = re.compile(
    r"^\| (?P<distribution>\S+) \| (?P<version>\S+)(?P<other_python> \(CPython \S+\))? \| (?P<works>.*?) \| (?P<tier>\S+)",
    re.MULTILINE,
)
_LOCKS = (
    "requirements_lock.txt",
    "wheels_lock.txt",
    "tests/wheels/fiona_lock.txt",
    "tests/wheels/torch_lock.txt",
)


@pytest.fixture
def rows() -> list[re.Match[str]]:
    text = Path("docs/wheels.md").read_text("utf-8").partition("| --- |")[2]
    return list(_ROW.finditer(text))


def test_every_program_works(rows: list[re.Match[str]]) -> None:
    known = json.loads(Path("tests/wheels/all_wheels.json").read_text("utf-8"))["distributions"]
    works = {row["distribution"]: row["works"] for row in rows}
    assert works == dict.fromkeys(known, "yes"), f"docs/wheels.md is not of a run of these. Mend: {table.RUN}"


def test_the_versions_are_those_that_are_pinned(rows: list[re.Match[str]]) -> None:
    locks = [table.pins(Path(lock).read_text("utf-8")) for lock in _LOCKS]
    for row in rows:
        pinned = {lock[row["distribution"]] for lock in locks if row["distribution"] in lock}
        assert row["version"] in pinned, f"{row[0]} …, but {pinned} is pinned. Mend: {table.RUN}"


def test_most_have_native_code(rows: list[re.Match[str]]) -> None:
    native = [row for row in rows if row["tier"] in table.TIERS and not row["other_python"]]
    assert len(native) >= 60
