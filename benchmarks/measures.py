"""What is measured: the names, the units, and how often."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A kind of number.

    Attributes:
        name: as in results.json.
        unit: `s`, `bytes` or `files`.
        title: what it is, for readers of a table.
        at_most: runs that are made at most; what takes long, or never differs, is measured less often.
        per_round: measurements a round; what takes little, and spreads, is measured more often.
    """

    name: str
    unit: str
    title: str
    at_most: int = sys.maxsize
    per_round: int = 1


MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "first_start_s",
            "s",
            "First start: nothing unpacked, the application's files not in the page cache",
        ),
        Measure("warm_start_s", "s", "Warm start", per_round=3),
        Measure("cpu_s", "s", "CPU time of a warm start, user and system", per_round=3),
        Measure("bytes_written", "bytes", "Bytes written to files by a first start", at_most=1),
        Measure("files_left", "files", "Files that a first start leaves behind", at_most=1),
        Measure("memory_1_bytes", "bytes", "Memory of 1 process", at_most=3),
        Measure("memory_8_bytes", "bytes", "Memory of 8 processes", at_most=3),
        Measure("memory_32_bytes", "bytes", "Memory of 32 processes", at_most=1),
        Measure("file_bytes", "bytes", "Size of what is deployed", at_most=1),
        Measure("build_s", "s", "Time to build from the wheels", at_most=1),
        Measure("rebuild_s", "s", "Time to build again after an edit of one source file", at_most=1),
    )
}

#: Of the memory measures, how many processes.
PROCESSES = {"memory_1_bytes": 1, "memory_8_bytes": 8, "memory_32_bytes": 32}
