"""docs/debugging.md: py-spy shows the Python stack, with paths in the par."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.debugging.documented import Lines, Started, command, py_spy, run
from tests.e2e.par import Par


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A PATH with py-spy."""
    return py_spy(tmp_path_factory.mktemp("bin"))


def line_number(lines: Lines, text: str) -> str:
    return lines(text).rpartition(":")[2]


def test_dump(well: Par, started: Started, lines: Lines, path: dict[str, str], tmp_path: Path) -> None:
    with started(well, "w") as program:
        printed = run(command("py-spy dump --full-filenames", PID=program.pid), tmp_path, path)
    frames = re.findall(r"^    (\S+) \((.+):(\d+)\)$", printed, re.MULTILINE)
    file = f"{well.path}/main.py"
    assert frames[:2] == [
        ("descend", file, line_number(lines, ".go_down(")),
        ("main", file, line_number(lines, "drawn = descend(")),
    ], printed


def test_native(well: Par, started: Started, path: dict[str, str], tmp_path: Path) -> None:
    """Frames of libraries are there, as addresses; what calls them is not lost."""
    with started(well, "w") as program:
        printed = run(command("py-spy dump --native", PID=program.pid), tmp_path, path)
    native, _, rest = printed.partition("descend (")
    assert (
        "nanosleep (libc" in native and len(re.findall(r"^    0x\w+ \(\?\)$", native, re.MULTILINE)) >= 3
    ), printed
    assert rest, printed


def test_record(built: Par, started: Started, path: dict[str, str], tmp_path: Path) -> None:
    with started(built, "b") as program:
        line = command("py-spy record", PID=program.pid).replace("profile.svg", f"{tmp_path}/profile.svg")
        run(line + " --duration 1", tmp_path, path)
    assert "descend" in (tmp_path / "profile.svg").read_text("utf-8")
