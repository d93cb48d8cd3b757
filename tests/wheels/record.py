"""Runs a program of the matrix as `__main__`, and records how its native code came into memory.

The first argument is the program's module, the second the distribution that it is about. The record is
`record.json`, where Bazel collects a test's own outputs; table.py makes a row of it.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import runpy
import sys
from typing import Any

import memfd_par

_LONGEST = 300  # characters of an error


def record(distribution: str, error: BaseException | None) -> dict[str, Any]:
    """What the row of the program needs.

    Returns:
        `version` of the distribution, `python` that ran it, `tiers`: how many members were loaded by each, `reasons` why
        it was not the best for all, and `error`: the last words of the program, None if it worked.
    """
    tiers: dict[str, int] = {}
    reasons = set()
    for image in memfd_par.loaded():
        tiers[image.tier] = tiers.get(image.tier, 0) + 1
        if image.why:
            reasons.add(image.why)
    return {
        "error": None if error is None else f"{type(error).__name__}: {error}"[:_LONGEST],
        "python": platform.python_version(),
        "reasons": sorted(reasons),
        "tiers": tiers,
        "version": importlib.metadata.version(distribution),
    }


def main(program: str, distribution: str) -> None:
    """Runs the program; what it raises goes through."""
    sys.argv[1:] = []
    error: BaseException | None = None
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    except BaseException as raised:
        error = None if isinstance(raised, SystemExit) and not raised.code else raised
        raise
    finally:
        folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
        if folder:
            with open(os.path.join(folder, "record.json"), "w", encoding="utf-8") as file:
                json.dump(record(distribution, error), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
