"""A par with its own interpreter does what that interpreter does, where CPython's own tests have shown a difference."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.par import Par


@pytest.fixture(scope="module")
def par() -> Iterator[Par]:
    """A par that runs its first argument."""
    folder = Path(tempfile.mkdtemp(prefix="carried."))
    yield Par.copied("tests/carried/3_14/probe.par", folder)
    shutil.rmtree(folder)


def python(par: Par, *arguments: object, **kw: object) -> subprocess.CompletedProcess[str]:
    """What the par says as an interpreter."""
    environment = {"MEMFD_PAR_INTERPRETER": "1", "PATH": os.environ["PATH"]}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [par.path, *map(str, arguments)], capture_output=True, text=True, env=environment, check=False, **kw
    )


def printed(par: Par, *arguments: object, **kw: object) -> str:
    completed = python(par, *arguments, **kw)
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return completed.stdout


def test_the_folder_of_a_script_comes_first(par: Par, tmp_path: Path) -> None:
    (tmp_path / "uuid.py").write_text("print('the script has its own')")
    (tmp_path / "script.py").write_text("import uuid")
    assert printed(par, tmp_path / "script.py") == "the script has its own\n"
    assert printed(par, "-c", "import uuid", cwd=tmp_path) == "the script has its own\n"
    assert printed(par, "-m", "uuid", cwd=tmp_path) == "the script has its own\n"


def test_byte_code_is_written_by_an_interpreter_and_not_by_a_program(par: Par, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(
        "import sys; print(sys.dont_write_bytecode, sys.flags.dont_write_bytecode)"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import other"
    assert par.output(code) == "True 1\n"
    assert printed(par, "-B", "-c", "import other", cwd=tmp_path) == "True 1\n"
    assert not (tmp_path / "__pycache__").exists()
    assert printed(par, "-c", "import other", cwd=tmp_path) == "False 0\n"
    assert [path.name for path in (tmp_path / "__pycache__").iterdir()] == ["other.cpython-314.pyc"]


def test_a_folder_without_a_program(par: Par, tmp_path: Path) -> None:
    completed = python(par, tmp_path)
    assert completed.returncode == 1
    assert f"can't find '__main__' module in '{tmp_path}'" in completed.stderr
    code = f"import runpy; runpy.run_path({str(tmp_path)!r})"
    assert "can't find '__main__' module in" in python(par, "-c", code).stderr


def test_the_par_as_a_path_to_run(par: Par) -> None:
    """It is the program, by whatever runs paths."""
    code = f"import runpy, sys; sys.argv[1:] = ['print(5)']; runpy.run_path({str(par.path)!r}, run_name='__main__')"
    assert printed(par, "-c", code) == "5\n"


def test_options_and_the_par_as_its_own_script(par: Par) -> None:
    """As `[sys.executable, *options, *sys.argv]` has it."""
    code = "import sys; print(sys.flags.optimize, sys.warnoptions, sys.argv[1:])"
    assert printed(par, "-O", "-W", "error", par.path, code, "a") == "1 ['error'] ['a']\n"


def test_a_module_of_the_machine_that_builds_is_no_part_of_it(par: Par, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('of the one that runs')")
    assert printed(par, "-c", "import sitecustomize", cwd=tmp_path) == "of the one that runs\n"
    assert "No module named 'sitecustomize'" in python(par, "-c", "import sitecustomize").stderr


def test_sqlite3_hands_a_path_on_as_it_is(par: Par) -> None:
    code = """
import pathlib, sqlite3
class Connection(sqlite3.Connection):
    def __init__(self, database, *args, **kwargs):
        print(type(database).__name__)
        super().__init__(":memory:", *args, **kwargs)
sqlite3.connect(pathlib.Path("a"), factory=Connection)
"""
    assert printed(par, "-c", code) == "PosixPath\n"


def test_by_a_descriptor(par: Par) -> None:
    """As fexecve(3): the kernel knows no path, and the first argument says what is started."""
    program = "import os, sys; fd = os.open(sys.argv[1], os.O_RDONLY); os.execve(fd, sys.argv[2:], {})"
    for name, code, expected in (
        (f"/proc/self/root{par.path}", ("-c", "import sys; print(sys.argv)"), "['-c']\n"),
        (str(par.path), ("import sys; print(sys.argv)", "-c"), f"['{par.path}', '-c']\n"),
        ("app", ("import sys; print(sys.argv, sys.prefix)", "-c"), f"['app', '-c'] {par.path}\n"),
        ("/proc/self/root/bin/sh", ("import sys; print(sys.prefix)",), f"{par.path}\n"),
    ):
        assert printed(par, "-c", program, par.path, name, *code) == expected
