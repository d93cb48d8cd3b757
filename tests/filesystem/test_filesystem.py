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

from tests.filesystem.operations import KINDS, READING, WRITING

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

    def __init__(self, par: Path, folder: Path, tier: str) -> None:
        self.folder = folder
        # The folder is bound read-only for this process.
        command = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", folder.parent, folder.parent, "--", str(par)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MEMFD_PAR_TIER": tier},
        )

    def __call__(self, operation: str, kind: str, path: str) -> tuple[Any, Any]:
        """What the operation does with a path of this kind in the par, and in the folder."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([operation, kind, path, str(self.folder)]) + "\n")
        self.process.stdin.flush()
        carried, real = json.loads(self.process.stdout.readline())
        return carried, real


@pytest.fixture(scope="module", params=["sparse", "plain"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """With the functions that the loader in C makes, and with those in Python."""
    if shutil.which("bwrap") is None:
        pytest.fail("bwrap is missing: install bubblewrap")
    folder = tmp_path_factory.mktemp("both")
    # One level below what is mounted: a mount point itself is busy. The paths have the length of those in the par.
    real = folder / "mounted".ljust(len("operations.par/tests/filesystem"), "_") / "data"
    shutil.copytree(DATA.resolve(), real)
    shutil.copy(PAR, folder / "operations.par")
    both = Both(folder / "operations.par", real, request.param)
    with both.process:
        yield both
    assert both.process.returncode == 0


@pytest.mark.parametrize("operation", [*READING, *WRITING])
@pytest.mark.parametrize("path", PATHS)
def test_known_paths(both: Both, operation: str, path: str) -> None:
    carried, real = both(operation, "str", path)
    assert carried == real


_NAMES = ["one.txt", "folder", "sub", "two.txt", "deep.txt", "module.py", "empty"]
_PART = st.one_of(
    st.sampled_from(["..", ".", ""]),
    st.sampled_from(_NAMES),
    st.sampled_from(_NAMES).map(str.swapcase),
    st.sampled_from(
        ["missing", "n" * 255, "n" * 256, "\0", "one.txt\0", " ", "*", "[!x]*", "\udcff", "é", "e\u0301"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="/"), max_size=3),
)
_PATH = st.one_of(
    st.lists(_PART, max_size=6).map("/".join),
    # Whole paths have their greatest length, too.
    st.tuples(st.sampled_from(["", "folder", "one.txt", "missing"]), st.integers(3900, 4100)).map(
        lambda pair: pair[0] + "/" * (pair[1] % 50) + ("/" + "n" * 240) * (pair[1] // 241)
    ),
)
_STEP = st.tuples(st.sampled_from([*READING, *WRITING]), st.sampled_from([*KINDS]), _PATH)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STEP, min_size=1, max_size=8))
@example([("open r", "str", "folder/../one.txt")])
@example([("scandir paths", "bytes", "folder//")])
def test_any_sequence(both: Both, steps: list[tuple[str, str, str]]) -> None:
    for operation, kind, path in steps:
        if _stays_below(path):
            carried, real = both(operation, kind, path)
            assert carried == real, (operation, kind, path)


def _stays_below(path: str) -> bool:
    """Whether no part of the path leaves the data, which lies in different places on the two sides."""
    depth = 0
    for part in path.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return False
    return True
