"""Runs CPython's own tests from a par and by the interpreter that it carries, and prints what became of them side by side.

`--python VERSION PAR PLAIN` and `--suite` (both by BUILD) say what there is; the other arguments are the suites to run, or all.
`--write` puts the counts and the reasons into docs/cpython.md. It ends with status 1 where a test does not fare alike and
known.toml does not know why, or knows of a difference that is not there any more, or where none passed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests import side_by_side
from tests.cpython import document
from tests.cpython.known import Known, judge, read
from tests.cpython.run import Interpreter, RunError, run

_KNOWN = Path(__file__).with_name("known.toml")


def compare(
    version: str, par: Path, plain: Path, suite: str, folder: Path, known: list[Known]
) -> tuple[document.Row, list[str]]:
    """Runs a suite with both, prints the counts, and returns them and what is wrong."""
    # As sys.executable names it; with the par of the same Python it is the same.
    carried = run(Interpreter((f"/proc/self/root{par}",)), suite, folder / f"{suite}.par")
    installed = run(Interpreter((str(plain),)), suite, folder / f"{suite}.plain")
    side_by_side.show(f"{version} {suite}", carried, installed, "plain")
    found = side_by_side.differences(carried, installed, "without")
    wrong = judge(found, known, version, suite)
    if "passed" not in carried.values():
        wrong.append(f"no test of {suite} passed: it needs more than this run gives it")
    return document.Row(version, suite, carried, installed, len(found)), wrong


def main(arguments: list[str]) -> int:
    """Compares what the command line names; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--python", action="append", nargs=3, required=True, metavar=("VERSION", "PAR", "PLAIN")
    )
    parser.add_argument("--suite", action="append", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("chosen", nargs="*", metavar="SUITE")
    options = parser.parse_args(arguments)
    try:
        suites = side_by_side.choose(options.chosen, options.suite)
    except ValueError as error:
        parser.error(str(error))
    known = read(_KNOWN)
    rows: list[document.Row] = []
    failed = False
    # Short, as some tests make sockets in it.
    with tempfile.TemporaryDirectory(prefix="cpython.", ignore_cleanup_errors=True) as folder:
        for version, par, plain in options.python:
            place = Path(folder, version)
            place.mkdir()
            copy = Path(shutil.copy(par, place / "python.par"))
            installed = Path(os.path.realpath(plain))  # so that it finds the standard library
            for suite in suites:
                try:
                    row, wrong = compare(version, copy, installed, suite, place, known)
                    rows.append(row)
                except RunError as error:
                    wrong = [str(error)]
                side_by_side.tell("WRONG", wrong)
                failed = failed or bool(wrong)
    if options.write:
        path = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], "docs/cpython.md")
        path.write_text(document.update(path.read_text("utf-8"), rows, known), "utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
