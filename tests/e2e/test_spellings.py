"""Carried files that other code than Python's file functions opens, by other paths than the par's own name for them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par, says

_NATIVE = "tests/e2e/programs/native"

#: Ways to name the par in the folder in which it lies.
_SPELLINGS = ["by_path.par", "./by_path.par", "../{folder}/by_path.par", "{above}//{folder}/./by_path.par"]


@pytest.fixture(params=_SPELLINGS)
def spelling(request: pytest.FixtureRequest, by_path: Par) -> str:
    """A path of by_path.par."""
    folder = by_path.path.parent
    return str(request.param).format(above=folder.parent, folder=folder.name)


@pytest.fixture
def by_path(shared: Copy) -> Par:
    """by_path.par: native files among its data."""
    return shared("by_path")


@pytest.mark.parametrize("start", ["./by_path.par", "whole"])
def test_ctypes(by_path: Par, spelling: str, start: str) -> None:
    code = f"""
import ctypes, memfd_par, pathlib
path = {spelling!r} + "/{_NATIVE}/libouter.so"
assert ctypes.CDLL(path).outer_answer() == ctypes.CDLL(pathlib.Path(path)).outer_answer() == 42
assert [image.soname for image in memfd_par.loaded()] == ["libinner.so", "libouter.so"]
"""
    command = [str(by_path.path) if start == "whole" else start, code]
    subprocess.run(command, check=True, **by_path.surroundings())


def test_programs(by_path: Par, spelling: str) -> None:
    code = f"""
import os, subprocess
path = {spelling!r} + "/{_NATIVE}/script.sh"
assert subprocess.run([path, "run"], capture_output=True, check=True).stdout == b"script run\\n"
os.waitpid(os.posix_spawn(path, [path, "spawned"], os.environ), 0)
os.execv(path, [path, "executed"])
"""
    assert by_path.output(code) == "script spawned\nscript executed\n"


def test_a_program_is_the_first_that_is_asked_for(by_path: Par, spelling: str) -> None:
    """As above, before anything else has loaded what finds programs."""
    code = f"import os; path = {spelling!r} + '/{_NATIVE}/script.sh'; os.execv(path, [path, 'x'])"
    assert by_path.output(code) == "script x\n"


def test_a_working_folder_of_a_child(by_path: Par, spelling: str) -> None:
    code = f"import subprocess; subprocess.run(['/bin/cat', 'names.txt'], cwd={spelling!r} + '/shapes', check=True)"
    assert by_path.output(code) == "circle\nsquare \xe9\n"


def test_a_database(by_path: Par, spelling: str) -> None:
    code = f"""
import sqlite3, sys
if hasattr(sqlite3.Connection, "deserialize"):
    connection = sqlite3.connect({spelling!r} + "/tests/e2e/programs/shapes.db")
    assert connection.execute("select name from shapes").fetchall() == [("circle",), ("square",)]
"""
    by_path.output(code)


def test_certificates(by_path: Par, spelling: str) -> None:
    code = (
        f"import ssl; ssl.create_default_context().load_verify_locations({spelling!r} + '/shapes/names.txt')"
    )
    assert "NO_CERTIFICATE" in by_path.fails(code)  # it was read


def test_out_of_the_par(by_path: Par) -> None:
    """`..` leads to the folder in which the par lies, as for all files."""
    beside = by_path.path.parent / "beside.sh"
    beside.write_text("#!/bin/sh\necho beside\n")
    beside.chmod(0o755)
    try:
        path = f"{by_path.path}/../beside.sh"
        assert by_path.output(f"import subprocess; subprocess.run([{path!r}], check=True)") == "beside\n"
        assert by_path.output(f"import os; os.execv({path!r}, ['x'])") == "beside\n"
        for name in (path, "by_path.par/../beside.sh"):
            stderr = by_path.fails(f"import ctypes; ctypes.CDLL({name!r})")
            says(stderr, "OSError: ", f"{beside}: file too short")
        code = f"import ssl; ssl.create_default_context().load_verify_locations({path!r})"
        assert "NO_CERTIFICATE" in by_path.fails(code)
    finally:
        beside.unlink()


def test_what_is_elsewhere_is_what_it_was(by_path: Par, folder: Path) -> None:
    (folder / "file").touch()
    code = f"""
import ctypes, os, subprocess
for call in (
    lambda: subprocess.run(["absent/program"]),
    lambda: subprocess.run([{str(folder / "file")!r} + "/program"]),
    lambda: os.execv("absent", ["absent"]),
    lambda: os.execv({str(folder / "file")!r} + "/program", ["program"]),
    lambda: ctypes.CDLL("absent/library.so"),
    lambda: ctypes.CDLL({str(folder / "file")!r} + "/library.so"),
):
    try: call()
    except OSError as error: print(error)
"""
    printed = by_path.output(code).splitlines()
    parts = ["No such file", "Not a directory"] * 3
    assert len(printed) == len(parts) and all(part in line for part, line in zip(parts, printed)), printed
