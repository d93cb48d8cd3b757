"""What became of each test of a run of pytest."""

from __future__ import annotations

import collections
import xml.etree.ElementTree as ET
from pathlib import Path

KINDS = ("passed", "failed", "error", "skipped", "xfailed")

Outcomes = dict[str, str]  #: test to one of KINDS


def read(report: Path, packages: str = "/packages") -> Outcomes:
    """The outcomes in pytest's report in the format of JUnit.

    Where tests are named after files below `packages`, the names are made those of any such folder.

    Several reports of one test, as of its subtests, become one: the worst.

    Raises:
        OSError: there is no report: pytest did not come to its end.
        ET.ParseError: it is cut.
    """
    outcomes: Outcomes = {}
    for case in ET.parse(report).iter("testcase"):
        name = "{}::{}".format(case.get("classname"), case.get("name"))
        name = name.replace(packages, "PACKAGES")
        kind = _kind(case)
        outcomes[name] = min(kind, outcomes.get(name, kind), key=_WORST.index)
    return outcomes


_WORST = ("error", "failed", "xfailed", "passed", "skipped")


def _kind(case: ET.Element) -> str:
    if case.find("error") is not None:
        return "error"
    if case.find("failure") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"


def count(outcomes: Outcomes) -> dict[str, int]:
    """How many there are of each of KINDS."""
    counted = collections.Counter(outcomes.values())
    return {kind: counted[kind] for kind in KINDS}


def differences(par: Outcomes, environment: Outcomes) -> list[str]:
    """A line for each test that does not fare alike."""
    return [
        f"{name}: {par.get(name, 'not there')} in the par, {environment.get(name, 'not there')} in the virtual environment"
        for name in sorted(par.keys() | environment.keys())
        if par.get(name) != environment.get(name)
    ]
