"""Paths below a par against a real read-only folder: the same results, exceptions and errno."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.filesystem.operations import READING, WRITING

PAR = Path("tests/filesystem/operations.par")
DATA = Path("tests/filesystem/data")

PATHS = [
    "",
    ".",
    "one.txt",
    "ONE.TXT",
    "one.txt/",
    "one.txt/x",
    "one.txt/..",
    "folder",
    "folder/",
    "folder/.",
    "folder//two.txt",
    "folder/sub/../two.txt",
    "folder/sub/..",
    "folder/missing",
    "missing/two.txt",
    "missing/../one.txt",
    "folder/été.txt",
    "folder/accents.txt",
    "folder/empty",
    "folder/module.py",
    "folder/" + "n" * 255,
    "folder/" + "n" * 256,
    "nul\0byte",
]


class Both:
    """A process that does each operation in the par and in the real folder."""

    def __init__(self, par: Path, folder: Path) -> None:
        self.folder = folder
        # The folder is bound read-only for this process.
        command = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", folder.parent, folder.parent, "--", str(par)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, operation: str, path: str) -> tuple[Any, Any]:
        """What the operation does in the par, and in the folder."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([operation, path, str(self.folder)]) + "\n")
        self.process.stdin.flush()
        carried, real = json.loads(self.process.stdout.readline())
        return carried, real


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    if shutil.which("bwrap") is None:
        pytest.fail("bwrap is missing: install bubblewrap")
    folder = tmp_path_factory.mktemp("both")
    # One level below what is mounted: a mount point itself is busy.
    shutil.copytree(DATA.resolve(), folder / "mounted" / "data")
    shutil.copy(PAR, folder / "operations.par")
    both = Both(folder / "operations.par", folder / "mounted" / "data")
    with both.process:
        yield both
    assert both.process.returncode == 0


@pytest.mark.parametrize("operation", [*READING, *WRITING])
@pytest.mark.parametrize("path", PATHS)
def test_known_paths(both: Both, operation: str, path: str) -> None:
    carried, real = both(operation, path)
    assert carried == real


_PART = st.sampled_from(
    ["one.txt", "folder", "sub", "two.txt", "deep.txt", "..", ".", "", "missing", "Folder"]
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*READING, *WRITING]), st.lists(_PART, max_size=5).map("/".join))
@example("open r", "folder/../one.txt")
def test_any_path(both: Both, operation: str, path: str) -> None:
    if os.path.normpath("x/" + path).startswith(".."):
        return  # it leaves the data on both sides, for different places
    if os.path.normpath("x/" + path).partition("/")[0] != "x":
        return
    carried, real = both(operation, path)
    assert carried == real
