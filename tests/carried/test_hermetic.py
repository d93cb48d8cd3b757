"""A Python toolchain as rules_python makes it of a hermetic Python is carried, without any attribute."""

from __future__ import annotations

import subprocess
import zipfile

import pytest

from tests.carried.root import bare
from tests.e2e.par import built

PAR = "tests/carried/hermetic.par"


#: Of a `py_binary`.
OF_PROGRAM = "tests/carried/hermetic_of_program.par"


def names(par: str) -> set[str]:
    with zipfile.ZipFile(built(par)) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def members() -> set[str]:
    return names(PAR)


def test_it_runs_where_there_is_no_python() -> None:
    code = """
import ctypes, sqlite3, ssl, sys, zlib
print(sys.version_info[:2], ssl.create_default_context().verify_mode.name, sqlite3.connect(":memory:").execute("select 6 * 7").fetchone())
print(sys._stdlib_dir == sys.executable.replace("/proc/self/root", "") + "/lib/python3.14", ctypes.sizeof(ctypes.c_void_p))
"""
    command = [*bare(built(PAR)), code]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout == "(3, 14) CERT_REQUIRED (42,)\nTrue 8\n"


def test_what_goes_in(members: set[str]) -> None:
    assert {".par/python3.14", "lib/python3.14/os.py", "lib/libssl.so.3"} <= members
    # Programs, pages, scripts of Tcl and Tk, static libraries, pip, glibc: nothing of these is Python's library.
    folders = {name.split("/")[0] for name in members}
    assert not folders & {"bin", "include", "share", "python", "STANDALONE_INTERPRETER"}
    below = {"/".join(name.split("/")[:2]) for name in members if name.startswith("lib/")}
    assert {name for name in below if ".so" not in name} == {"lib/python3.14"}
    parts = {part for name in members for part in name.split("/")}
    assert not parts & {"site-packages", "pip", "__pycache__", "config-3.14-x86_64-linux-gnu", "glibc"}
    assert not [name for name in members if name.endswith((".a", ".exe", ".pyc"))]


def test_libraries_that_nothing_needs(members: set[str]) -> None:
    """The executable has libpython in it; rules_python's have it for the stable ABI as well (`libpython3.so`), and Tcl and Tk."""
    assert not members & {
        *("lib/libpython3.so", "lib/libpython3.14.so", "lib/libpython3.14.so.1.0"),
        *("lib/libtcl8.6.so", "lib/libtk8.6.so"),
    }
    assert "lib/libz.so.1" in members


def test_a_program_s_own_interpreter_is_left_out(members: set[str]) -> None:
    """What the runfiles of a `py_binary` have of the toolchain: what the par needs of it, it has as any par."""
    standard = {name for name in members if name.startswith("lib/")}
    found = names(OF_PROGRAM)
    assert {name for name in found if name.startswith(("bin/", "include/", "lib/", "share/"))} == standard
    completed = subprocess.run([*bare(built(OF_PROGRAM)), "a"], capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stdout) == (0, "hello 3.14 a\n"), completed
