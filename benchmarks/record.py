"""What one run found out: a list of records, in results.json."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Why there is no number where an application was measured with fewer contenders or measures than another.
LEFT_OUT = "the run of this application left it out"


@dataclass(frozen=True)
class Record:
    """One measure of one application, packed by one contender.

    Either the numbers are there (in `unit`, of `runs` runs) or `error`, the reason why they are not.
    """

    application: str
    contender: str
    measure: str
    unit: str
    median: float | None = None
    min: float | None = None
    max: float | None = None
    runs: int = 0
    error: str | None = None

    @staticmethod
    def of(application: str, contender: str, measure: str, unit: str, samples: Sequence[float]) -> Record:
        """The record that sums up `samples`, of which there is at least one."""
        return Record(
            application,
            contender,
            measure,
            unit,
            statistics.median(samples),
            min(samples),
            max(samples),
            len(samples),
        )

    def fields(self) -> dict[str, Any]:
        """What stands in results.json: either the numbers or the error."""
        fields = {
            "application": self.application,
            "contender": self.contender,
            "measure": self.measure,
            "unit": self.unit,
        }
        if self.error is not None:
            return {**fields, "error": self.error}
        return {**fields, "median": self.median, "min": self.min, "max": self.max, "runs": self.runs}


def complete(records: Sequence[Record]) -> list[Record]:
    """The records, and one with an error for what one application has and another has not: they may be of several runs."""
    units = {each.measure: each.unit for each in records}
    known = {(each.application, each.contender, each.measure): each for each in records}
    return [
        known.get((application, contender, measure))
        or Record(application, contender, measure, unit, error=LEFT_OUT)
        for application in dict.fromkeys(each.application for each in records)
        for contender in dict.fromkeys(each.contender for each in records)
        for measure, unit in units.items()
    ]


def write(records: Iterable[Record], path: Path) -> None:
    """Write results.json, one record a line."""
    lines = ",\n".join(json.dumps(record.fields()) for record in records)
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


def read(path: Path) -> list[Record]:
    """The records of a results.json."""
    return [Record(**fields) for fields in json.loads(path.read_text("utf-8"))]
