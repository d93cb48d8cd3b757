"""Pars that carry their interpreter, in a root that has no Python and no library but glibc's."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.carried.root import PLACE, bare
from tests.e2e.par import built

VERSIONS = ("3_13", "3_14")


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Of the interpreter: "3_14"."""
    return str(request.param)


def run(
    version: str, *arguments: str, options: tuple[str, ...] = (), **kw: object
) -> subprocess.CompletedProcess[str]:
    command = [*bare(built(f"tests/carried/hello_{version}.par"), *options), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **kw)  # type: ignore[call-overload,no-any-return]


def python(version: str, *arguments: str, **kw: object) -> str:
    """What the par prints as an interpreter; it must succeed and say nothing else."""
    completed = run(version, *arguments, options=("--setenv", "MEMFD_PAR_INTERPRETER", "1"), **kw)
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return completed.stdout


def test_it_starts(version: str) -> None:
    completed = run(version, "a", "-b")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout == f"hello {version.replace('_', '.')} a -b\n"


def test_every_module_of_the_standard_library(version: str) -> None:
    """All that `sys.stdlib_module_names` has for this machine, but what the attributes' text says is left out."""
    code = """
import importlib, sys
absent = []
left_out = {"_ios_support", "antigravity", "this", "idlelib", "ensurepip", "turtledemo", "lib2to3", "turtle", "tkinter", "_tkinter"}
for name in sorted(sys.stdlib_module_names - left_out):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        absent.append(name)
print(*absent)
"""
    windows = {"_overlapped", "_scproxy", "_winapi", "_wmi", "_winreg", "msvcrt", "nt", "winreg", "winsound"}
    assert set(python(version, "-c", code).split()) <= {*windows, "_gdbm", "_android_support"}


def test_where_everything_is(version: str) -> None:
    code = """
import json, os, sys
print(sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix, os.__file__, json.__file__, *sys.path[1:])
"""
    folder = f"{PLACE}/lib/python{version.replace('_', '.')}"
    assert python(version, "-c", code).split() == [
        *(f"/proc/self/root{PLACE}", PLACE, PLACE, PLACE, f"{folder}/os.py", f"{folder}/json/__init__.py"),
        *(PLACE + "/", folder, folder + "/lib-dynload"),
    ]


def test_libraries_of_extension_modules(version: str) -> None:
    code = """
import bz2, ctypes, curses, hashlib, lzma, readline, sqlite3, ssl, zlib
assert sqlite3.connect(":memory:").execute("select 40 + 2").fetchone() == (42,)
assert hashlib.new("sha3_256", b"").digest() and ssl.create_default_context()
assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(abs)(-3) == 3
for module in (bz2, lzma, zlib):
    assert module.decompress(module.compress(b"x" * 1000)) == b"x" * 1000
"""
    python(version, "-c", code)


def test_python_s_own_command_line(version: str) -> None:
    assert python(version, "-V").startswith("Python " + version.replace("_", "."))
    assert python(version, input="print(6 * 7)\n") == "42\n"
    assert python(version, "-m", "calendar", "2026", "1").startswith("    January 2026")
    code = "import sys; print(sys.flags.optimize, sys.flags.dev_mode, sys.warnoptions, sys._xoptions)"
    assert python(version, "-OO", "-X", "dev", "-W", "error::UserWarning:a.b", "-c", code) == (
        "2 True ['default', 'error::UserWarning:a.b'] {'dev': True}\n"
    )


@pytest.mark.parametrize(("code", "status"), [("import sys; sys.exit(7)", 7), ("1/0", 1), ("x = (", 1)])
def test_exit_codes(version: str, code: str, status: int) -> None:
    completed = run(version, "-c", code, options=("--setenv", "MEMFD_PAR_INTERPRETER", "1"))
    assert completed.returncode == status


def test_an_interrupt_is_its_end() -> None:
    par = built("tests/carried/hello_3_14.par")
    env = {"MEMFD_PAR_INTERPRETER": "1"}
    code = "import signal, os; os.kill(os.getpid(), signal.SIGINT); signal.pause()"
    completed = subprocess.run([par, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert completed.returncode == -signal.SIGINT
    assert completed.stderr.endswith("KeyboardInterrupt\n")


def test_ps_shows_the_par() -> None:
    par = built("tests/carried/hello_3_14.par")
    code = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [par, "-c", code], env={"MEMFD_PAR_INTERPRETER": "1"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        with open(f"/proc/{process.pid}/comm") as file:
            assert file.read() == par.name[:15] + "\n"
        assert os.readlink(f"/proc/{process.pid}/exe") == str(par)
        process.communicate(b"")


def test_a_folder_of_the_standard_library_on_the_import_path(version: str) -> None:
    code = """
import json, os, sys
sys.path.insert(0, os.path.dirname(json.__file__))
import scanner
print(scanner.__file__ == json.scanner.__file__, scanner is json.scanner)
"""
    assert python(version, "-c", code) == "True False\n"


def test_importlib_in_python_is_set_up_beside_the_frozen_one(version: str) -> None:
    code = """
import sys
sys.modules.pop("importlib", None)
sys.modules["_frozen_importlib"] = sys.modules["_frozen_importlib_external"] = None
import importlib
print(importlib._bootstrap.__name__)
"""
    assert python(version, "-c", code) == "importlib._bootstrap\n"


def test_further_interpreters_of_the_process() -> None:
    code = """
import sqlite3, sys
from concurrent import interpreters
from concurrent.futures import InterpreterPoolExecutor
other = interpreters.create()
other.exec("import json, sqlite3; print(json.__file__, *sqlite3.connect(':memory:').execute('select 2').fetchone(), flush=True)")
other.close()
with InterpreterPoolExecutor(2) as pool: print(*pool.map(abs, [-1, -2, -3]))
print(*sqlite3.connect(":memory:").execute("select 3").fetchone())
"""
    assert python("3_14", "-c", code) == f"{PLACE}/lib/python3.14/json/__init__.py 2\n1 2 3\n3\n"
