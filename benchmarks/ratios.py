"""Records as ratios to the virtual environment's of the same run."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.contenders.table import BASELINE
from benchmarks.record import Record


@dataclass(frozen=True)
class Results:
    """The records of a run, by application, contender and measure."""

    records: dict[tuple[str, str, str], Record]

    @staticmethod
    def of(records: Iterable[Record]) -> Results:
        """All records of a run."""
        return Results({(each.application, each.contender, each.measure): each for each in records})

    def applications(self) -> list[str]:
        """Names, in the order of the run."""
        return list(dict.fromkeys(application for application, _, _ in self.records))

    def contenders(self) -> list[str]:
        """Names, in the order of the run."""
        return list(dict.fromkeys(contender for _, contender, _ in self.records))

    def measures(self) -> list[str]:
        """Names, in the order of the run."""
        return list(dict.fromkeys(measure for _, _, measure in self.records))

    def ratio(self, application: str, contender: str, measure: str, baseline: str = BASELINE) -> float | None:
        """The contender's median through another's, by default the virtual environment's; None where either is missing or the latter is 0."""
        own = self.records.get((application, contender, measure))
        base = self.records.get((application, baseline, measure))
        if own is None or base is None or own.median is None or not base.median:
            return None
        return own.median / base.median

    def geometric_mean(self, contender: str, measure: str) -> tuple[float | None, int]:
        """The geometric mean of a contender's ratios, and of how many applications it is."""
        ratios = [self.ratio(application, contender, measure) for application in self.applications()]
        logarithms = [math.log(ratio) for ratio in ratios if ratio]
        if not logarithms:
            return None, 0
        return math.exp(sum(logarithms) / len(logarithms)), len(logarithms)


def short(ratio: float) -> str:
    """Three digits."""
    return f"{ratio:.{2 if ratio < 9.995 else 1 if ratio < 99.95 else 0}f}"
