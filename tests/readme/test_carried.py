"""A workspace with README.adoc's WORKSPACE and what it says of carrying Python makes a par that runs where there is nothing.

The workspace is a user's own: what this repository registers and carries for its tests is not there.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.readme import alone, readme
from tests.readme.machine import Machine


def test_carried(machine: Machine) -> None:
    downstream = Path("tests/downstream/workspace")
    for name in (".bazelrc", "requirements_lock.txt"):
        shutil.copy(downstream / name, machine.workspace)
    (machine.workspace / "BUILD").touch()
    text = readme.titled("WORKSPACE") + "\n" + alone.carrying("WORKSPACE")
    (machine.workspace / "WORKSPACE").write_text(text, "utf-8")
    alone.check(machine)
