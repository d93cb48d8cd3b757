"""docs/debugging.md: py-spy shows the Python stack, with paths in the par."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.debugging.documented import Lines, Started, command, run
from tests.e2e.par import Par


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A PATH with the py-spy that requirements_lock.txt names."""
    folder = tmp_path_factory.mktemp("bin")
    with zipfile.ZipFile(os.environ["PY_SPY_WHEEL"]) as wheel:
        (member,) = [name for name in wheel.namelist() if name.endswith("/scripts/py-spy")]
        with wheel.open(member) as source, (folder / "py-spy").open("wb") as target:
            shutil.copyfileobj(source, target)
    (folder / "py-spy").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


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
