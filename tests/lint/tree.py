"""The source tree as a lint test sees it, and the tools that look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest


def sources(name: str, but: tuple[str, ...] = ()) -> list[str]:
    """Paths of the files that the target `name` of this package chose, without those that end in one of `but`."""
    listed = Path("tests/lint", name + ".txt").read_text("utf-8").splitlines()
    chosen = sorted(path for path in listed if not path.endswith(but))
    assert chosen, f"tests/lint/{name}.txt lists no file, and without one the tools take it for well"
    return chosen


def tool(name: str, mend: str) -> str:
    """The path of a program of the machine; fails, and says how to get it, where there is none."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is not on the PATH, and this test cannot do without: {mend}", pytrace=False)
    return path


def check(command: Sequence[str], mend: str, **environment: str) -> None:
    """Run a tool that says what is wrong; fails with what it says and the command that mends it."""
    result = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        pytest.fail(f"{result.stdout}\nMend: {mend}", pytrace=False)
