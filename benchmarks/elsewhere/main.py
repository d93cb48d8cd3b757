"""What a par adds to paths elsewhere: `./bazelw run //benchmarks/elsewhere`. docs/benchmarks.md describes it."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

_HERE = Path(__file__).parent


def ratios(rounds: int) -> dict[str, float]:
    """CPU time of each operation in a par, through that in the same interpreter without one: medians of all rounds."""
    with ExitStack() as stack:
        processes = []
        for command in (
            [str(_HERE / "calls.par")],
            [sys.executable, "-I", "-S", str(_HERE / "calls.py")],
        ):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            process = subprocess.Popen(
                [*command, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            processes.append(stack.enter_context(process))
        # The first one is for warming up: the par's functions become built-in ones within it.
        measured = [[_round(process) for process in processes] for _ in range(rounds + 1)][1:]
    return {
        name: statistics.median(par[name] for par, _ in measured)
        / statistics.median(plain[name] for _, plain in measured)
        for name in measured[0][0]
    }


def _round(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdin and process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    found: dict[str, float] = json.loads(process.stdout.readline())
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="measurements of each operation (default: 50)")
    options = parser.parse_args(arguments)
    print("| Function | In a par |\n|---|---|")
    for name, ratio in ratios(options.rounds).items():
        print(f"| `{name}` | {ratio:.2f} |")


if __name__ == "__main__":
    main()
