"""Measures functions that take a path, once for each line that it reads; runs in a par and without one."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: In one measurement.
CALLS = 2000


def _open_and_close(path: str) -> None:
    with open(path, "rb"):
        pass


def _scan(path: str) -> None:
    with os.scandir(path) as entries:
        list(entries)


def operations(folder: str) -> dict[str, Callable[[], Any]]:
    """What is measured, by name; nothing in it is the par's.

    Args:
        folder: an empty one.
    """
    file = folder + "/file"
    path = Path(file)
    path.write_bytes(b"")
    return {
        "os.stat": lambda: os.stat(file),
        "os.path.exists": lambda: os.path.exists(file),
        "os.path.exists, absent": lambda: os.path.exists(file + "s"),
        "Path.exists": path.exists,
        "os.access": lambda: os.access(file, os.R_OK),
        "open": lambda: _open_and_close(file),
        "os.open": lambda: os.close(os.open(file, os.O_RDONLY)),
        "os.listdir": lambda: os.listdir(folder),
        "os.scandir": lambda: _scan(folder),
        "os.rename": lambda: os.rename(file, file),
    }


def measure(function: Callable[[], Any]) -> float:
    """CPU time of one call, in nanoseconds."""
    before = time.thread_time_ns()
    for _ in range(CALLS):
        function()
    return (time.thread_time_ns() - before) / CALLS


def main() -> None:
    """Measures everything for each line on standard input."""
    measured = operations(sys.argv[1])
    for _ in sys.stdin:
        print(json.dumps({name: measure(function) for name, function in measured.items()}), flush=True)


if __name__ == "__main__":
    main()
