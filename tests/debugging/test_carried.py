"""docs/debugging.md, for a par that carries its interpreter."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from tests.debugging.documented import command, py_spy, run
from tests.e2e.par import Par

_LIBRARY = "tests/e2e/programs/native/libtop.so"
_WAIT = f'import ctypes, sys\ndef work(): ctypes.CDLL(sys.argv[0] + "/{_LIBRARY}").wait_here(60)\nwork()'


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Par:
    return Par.copied("tests/carried/3_14/life.par", tmp_path_factory.mktemp("carried"))


@contextmanager
def waiting(par: Par) -> Iterator[Popen[str]]:
    with par.start(_WAIT, stderr=None) as program:
        try:
            assert program.stdout is not None and program.stdout.readline() == "waiting\n"
            yield program
        finally:
            program.kill()


@pytest.mark.parametrize("tier", ["sparse", "full", "plain"])
def test_gdb(life: Par, tier: str, tmp_path: Path) -> None:
    with waiting(dataclasses.replace(life, tier=tier)) as program:
        printed = run(command("gdb -ix tools/par_gdb.py -p", PID=program.pid) + " -batch", tmp_path)
    assert f"  {_LIBRARY}\n" in printed, printed
    assert " in wait_here ()\n" in printed and " in Py_RunMain ()" in printed, printed


@pytest.mark.parametrize("tier", ["sparse", "full"])
def test_gdb_with_a_carried_libc(tier: str, tmp_path: Path) -> None:
    """Where gdb finds no dynamic linker, the script goes by what is mapped from the par."""
    par = Par.copied("tests/carried/life_with_libc.par", tmp_path)
    with waiting(dataclasses.replace(par, tier=tier)) as program:
        printed = run(command("gdb -ix tools/par_gdb.py -p", PID=program.pid) + " -batch", tmp_path)
    assert f"  {_LIBRARY}\n" in printed, printed
    for function in ("nanosleep", "wait_here", "Py_RunMain"):
        assert f" in {function} ()\n" in printed, printed


def test_perf(life: Par, tmp_path: Path) -> None:
    """Python's own functions are the par's, as well."""
    file = tmp_path / "perf.data"
    code = "def busy():\n    while True: sum(range(1000))\nbusy()"
    line = command("perf record", par=f"-e cpu-clock:u timeout 2 {life.path} {shlex.quote(code)}")
    run(line.replace("perf.data", str(file)) + " || test $? = 124", tmp_path)
    line = command("python3 tools/par_perf.py", par=life.path, FOLDER=tmp_path / "out")
    run(line.replace("perf.data", str(file), 1), tmp_path)
    report = run(command("perf report", FOLDER=tmp_path / "out") + " --stdio --no-children", tmp_path)
    assert re.search(r"python3\S+ +\[\.\] _?Py\w+", report), report


def test_py_spy(life: Par, tmp_path: Path) -> None:
    """As the page says: to py-spy it is no Python."""
    path = py_spy(tmp_path)
    with waiting(life) as program:
        line = command("py-spy dump --full-filenames", PID=program.pid)
        said = run(f"{line} || test $? = 1", tmp_path, path)
    assert "Failed to find python version from target process" in said, said


def test_pdb_attached(life: Par, tmp_path: Path) -> None:
    code = "import time\nprint('ready', flush=True)\ndef work():\n    while True: time.sleep(0.05)\nwork()"
    with life.start(code, stderr=None) as program:
        try:
            assert program.stdout is not None and program.stdout.readline() == "ready\n"
            line = command("MEMFD_PAR_INTERPRETER=1 ./app.par -m pdb -p", par=life.path, PID=program.pid)
            printed = run(f"(sleep 1; echo where; sleep 1) | {line} 2>&1", tmp_path)
        finally:
            program.kill()
    assert "work()" in printed, printed
