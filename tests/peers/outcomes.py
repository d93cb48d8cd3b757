"""What became of each test of a run of pytest."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.side_by_side import Outcomes, add


def read(report: Path, packages: str = "/packages") -> Outcomes:
    """The outcomes in pytest's report in the format of JUnit.

    Where tests are named after files below `packages`, the names are made those of any such folder.

    Raises:
        OSError: there is no report: pytest did not come to its end.
        ET.ParseError: it is cut.
    """
    outcomes: Outcomes = {}
    for case in ET.parse(report).iter("testcase"):
        name = "{}::{}".format(case.get("classname"), case.get("name"))
        add(outcomes, name.replace(packages, "PACKAGES"), _kind(case))
    return outcomes


def _kind(case: ET.Element) -> str:
    if case.find("error") is not None:
        return "error"
    if case.find("failure") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"
