"""docs/debugging.md: perf names functions of libraries in a par."""

from __future__ import annotations

import dataclasses
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.debugging.documented import command, run
from tests.e2e.par import Par
from tests.e2e.sandbox import tool

_TOOL = "tools/par_perf.py"


def recorded(par: Par, folder: Path) -> Path:
    """What perf records of two busy seconds; cpu-clock is what a machine without hardware counters has, too."""
    tool("perf", "linux-perf")
    file = folder / "perf.data"
    line = command("perf record", par=f"-e cpu-clock:u timeout 2 {par.path} b").replace(
        "perf.data", str(file)
    )
    run(f"{line} || test $? = 124", folder, {"MEMFD_PAR_TIER": par.tier})
    assert file.stat().st_size > 0
    return file


def test_report(well: Par, tmp_path: Path) -> None:
    """The busy function, demangled, with its callers in both libraries."""
    file = recorded(well, tmp_path)
    line = command("python3 tools/par_perf.py", par=well.path, FOLDER=tmp_path / "out").replace(
        "perf.data", str(file)
    )
    printed = run(line, tmp_path)
    assert re.fullmatch(
        r"\S+/out/perf\.data: \d+ mappings of a par's libraries have symbols now\.\n", printed
    )
    assert not (tmp_path / "out/members/main.py").exists()
    report = run(command("perf report", FOLDER=tmp_path / "out") + " --stdio --no-children", tmp_path)
    (share,) = re.findall(
        r"^ +([\d.]+)% .*libdeep\.so +\[\.\] deep::Well::draw\(char\)", report, re.MULTILINE
    )
    assert float(share) > 50, report
    assert re.search(r"deep::Well::draw\(char\)\s+draw_from_well\s+go_down\s", report), report


def test_annotate_where_the_par_has_moved(built: Par, tmp_path: Path) -> None:
    here, there = tmp_path / "here/well.par", tmp_path / "there/well.par"
    for place in (here, there):
        place.parent.mkdir()
    shutil.copy(built.path, here)
    file = recorded(dataclasses.replace(built, path=here), tmp_path)
    here.rename(there)
    assert "name the par with --par" in said(file, "--out", tmp_path / "out")
    run(f"python3 {_TOOL} {file} --par {there} --out {tmp_path}/out", tmp_path)
    line = command("perf annotate", FOLDER=tmp_path / "out", FUNCTION="'deep::Well::draw(char)'")
    assert "for (int i = 0; i < 1000000; i++) sum += i;" in run(line + " --stdio", tmp_path)


def said(*arguments: object) -> str:
    """What the tool says of a recording that it cannot copy."""
    completed = subprocess.run(
        [sys.executable, _TOOL, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stdout) == (1, ""), completed
    return completed.stderr


def record(kind: int, body: bytes, size: int | None = None) -> bytes:
    return struct.pack("<IHH", kind, 0, 8 + len(body) if size is None else size) + body


def recording(path: Path, *records: bytes) -> Path:
    """A file of perf record with these records, and no features."""
    data = b"".join(records)
    path.write_bytes(
        struct.pack("<8sQQ6Q4Q", b"PERFILE2", 104, 0, 104, 0, 104, len(data), 0, 0, 0, 0, 0, 0) + data
    )
    return path


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([record(81, bytes(8))], "it has compressed records (perf record -z)"),
        ([record(71, bytes(40))], "it has hardware traces"),
        ([record(9, b"", size=0)], "it is cut off or damaged"),
        ([record(9, bytes(8))], "it tells of no library of a par that is there now; name the par with --par"),
    ],
)
def test_recordings_that_cannot_be_copied(tmp_path: Path, records: list[bytes], reason: str) -> None:
    file = recording(tmp_path / "perf.data", *records)
    assert said(file, "--out", tmp_path / "out").startswith(f"par_perf: {file}: {reason}")
    assert not (tmp_path / "out").exists()


def test_no_recording_and_no_par(tmp_path: Path) -> None:
    file = tmp_path / "perf.data"
    file.write_bytes(b"PERFILE1")
    assert "it is no file of perf record" in said(file, "--out", tmp_path / "out")
    assert "No such file or directory" in said(tmp_path / "missing", "--out", tmp_path / "out")
    assert f"{file} is no par, or cannot be read" in said(file, "--par", file, "--out", tmp_path / "out")
