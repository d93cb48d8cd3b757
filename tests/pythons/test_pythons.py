"""The packer and the runtime on every Python that bazelw finds: each packs a program, and runs it."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.pythons.machine_python import MachinePython, manifest

_UNSET = (
    "MEMFD_PAR_PYTHONS is not set. It names the interpreters to test, absolute paths with colons between them; "
    "./bazelw sets it to all that the machine has. With another Bazel: --test_env=MEMFD_PAR_PYTHONS=/usr/bin/python3.14:..."
)

PYTHONS = [MachinePython(path) for path in os.environ.get("MEMFD_PAR_PYTHONS", "").split(":") if path]

PROGRAM = Path(
    os.environ.get("TEST_SRCDIR", ""), os.environ.get("TEST_WORKSPACE", ""), "tests/pythons/program"
)

#: Files that no linter would let stand in the source tree.
MORE = {
    "probe/raises.py": "import probe.fails\nprobe.fails.inner()\n",
    "probe/nonsense.py": "x = 1\ny = = 2\n",
    "probe/tool.sh": '#!/bin/sh\necho "shell $1"\n',
    "probe.dist-1.2.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: probe.dist\nVersion: 1.2.3\nSummary: Of a par\n",
    "probe.dist-1.2.3.dist-info/RECORD": "probe/state.py,,\n",
    "probe.dist-1.2.3.dist-info/entry_points.txt": "[probes]\ninspect = probe.checks:inspection\n",
}


#: Makes a certificate that is its own authority, and its key.
CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=par -days 2 -set_serial 7 "
    "-out certificate.pem -keyout key.pem"
).split()


def checks_of(module: str) -> list[str]:
    """The functions without arguments of a module of the program."""
    text = (PROGRAM / f"probe/{module}.py").read_text("utf-8")
    return re.findall(r"^def ([a-z]\w*)\(\)", text, re.MULTILINE)


CHECKS = checks_of("checks")
MECHANISMS = checks_of("mechanisms")
ENDINGS = {"uncaught", "uncaught_in_import", "uncaught_syntax_error", "interrupted", "leaves"}


#: A test fails, rather than being left out, where there is no interpreter.
_PARAMS: list[MachinePython | None] = [*PYTHONS] or [None]


@pytest.fixture(scope="module", params=_PARAMS, ids=lambda python: python and python.path)
def python(request: pytest.FixtureRequest) -> MachinePython:
    if request.param is None:
        pytest.fail(_UNSET)
    assert isinstance(request.param, MachinePython)
    return request.param


@pytest.fixture(scope="module")
def root(python: MachinePython, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, with what is compiled for one interpreter."""
    root = tmp_path_factory.mktemp("program")
    shutil.copytree(PROGRAM, root, dirs_exist_ok=True)
    for path, text in MORE.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, "utf-8")
    (root / "lib").mkdir()
    (root / "probe/more").mkdir()
    subprocess.run(CERTIFICATE, cwd=root / "probe/more", check=True, stderr=subprocess.DEVNULL)
    with closing(sqlite3.connect(root / "probe/more/rows.sqlite")) as database:
        database.executescript("create table rows (name text); insert into rows values ('one'), ('two')")
    base = python.compile(root / "probe/base.c", root / "lib/libbase.so")
    ring = [root / "lib/libring_a.so", root / "lib/libring_b.so"]
    python.compile(root / "probe/ring_b.c", ring[1])
    python.compile(root / "probe/ring_a.c", ring[0], str(ring[1]))
    python.compile(root / "probe/ring_b.c", ring[1], str(ring[0]))  # now they need each other
    for name, libraries in (("multi", [str(base)]), ("single", [])):
        python.compile(root / f"probe/{name}.c", root / f"probe/{name}{python.about['suffix']}", *libraries)
    return root


@pytest.fixture(scope="module")
def par(python: MachinePython, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    par = tmp_path_factory.mktemp("par") / "program.par"
    pack(python, root, par)
    return par


def pack(python: MachinePython, root: Path, par: Path) -> None:
    lines = manifest(root, ["left", "right"])
    python.pack(par, lines, "--main=main/main.py", "--interpreter_arg=-W", "--interpreter_arg=error")


def test_at_least_two_versions_are_tested() -> None:
    versions = {python.about["version"] for python in PYTHONS}
    assert len(versions) >= 2, (
        f"{_UNSET} It has {sorted(versions) or 'none'}, and at least two versions are needed."
    )


@pytest.mark.parametrize("check", [name for name in CHECKS if name not in ENDINGS | {"spec"}])
def test_check(check: str, python: MachinePython, par: Path) -> None:
    result = python.run(par, check)
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")


@pytest.mark.parametrize("mechanism", [name for name in MECHANISMS if name != "entry"])
def test_mechanism(mechanism: str, python: MachinePython, par: Path) -> None:
    result = python.run(par, mechanism, "mechanisms")
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")


def test_traceback_of_an_uncaught_exception(python: MachinePython, par: Path) -> None:
    result = python.run(par, "uncaught")
    assert result.returncode == 1
    # Underlines come and go with the versions.
    shown = [line for line in result.stderr.splitlines() if not re.fullmatch(r"[ ~^]+", line)]
    assert shown == [
        "Traceback (most recent call last):",
        f'  File "{par}/main.py", line {line_of("main.py", "getattr(checks")}, in <module>',
        "    getattr(checks, sys.argv[1])()",
        f'  File "{par}/probe/checks.py", line {line_of("probe/checks.py", "fails.outer()")}, in uncaught',
        "    fails.outer()",
        f'  File "{par}/probe/fails.py", line 7, in outer',
        "    inner()",
        f'  File "{par}/probe/fails.py", line 11, in inner',
        '    raise ValueError("on purpose")  # this line is to be seen',
        "ValueError: on purpose",
    ]


def test_traceback_through_an_import(python: MachinePython, par: Path) -> None:
    result = python.run(par, "uncaught_in_import")
    assert result.returncode == 1
    files = re.findall(r'^  File "(.*)", line', result.stderr, re.MULTILINE)
    assert files == [
        f"{par}/{name}" for name in ("main.py", "probe/checks.py", "probe/raises.py", "probe/fails.py")
    ]


def test_traceback_of_a_syntax_error(python: MachinePython, par: Path) -> None:
    result = python.run(par, "uncaught_syntax_error")
    assert result.returncode == 1
    files = re.findall(r'^  File "(.*)", line', result.stderr, re.MULTILINE)
    assert files == [f"{par}/{name}" for name in ("main.py", "probe/checks.py", "probe/nonsense.py")]
    assert "    y = = 2\n" in result.stderr
    assert result.stderr.splitlines()[-1] == "SyntaxError: invalid syntax"


def test_endings(python: MachinePython, par: Path) -> None:
    assert python.run(par, "leaves").returncode == 3
    result = python.run(par, "interrupted")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (-2, "KeyboardInterrupt")


def test_an_entry_point_without_its_function(python: MachinePython, root: Path, tmp_path: Path) -> None:
    par = tmp_path / "lacks.par"
    python.pack(par, manifest(root), "--entry_point=probe.fails:main")
    result = python.run(par)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"memfd_par: Module probe.fails in {par} has no main, which the entry point of //tests/pythons:program names. "
        "It has: inner, outer. Correct `entry_point`.\n"
    )


def test_the_same_input_gives_the_same_bytes(
    python: MachinePython, par: Path, root: Path, tmp_path: Path
) -> None:
    shutil.copytree(root, tmp_path / "elsewhere")
    again = tmp_path / "again.par"
    pack(python, tmp_path / "elsewhere", again)
    assert again.read_bytes() == par.read_bytes()


def test_another_version_is_refused(python: MachinePython, par: Path) -> None:
    version = python.about["version"]
    others = {other.about["version"]: other for other in PYTHONS if other.about["version"] != version}
    assert others, f"all of MEMFD_PAR_PYTHONS are CPython {version}: install another version"
    for other in others.values():
        result = other.run(par, "attributes")
        assert result.returncode == 1
        assert result.stdout == ""
        assert (
            f"was built for CPython {version}, and {other.path} is CPython {other.about['version']}"
            in result.stderr
        )
        assert "name it in MEMFD_PAR_PYTHON" in result.stderr
        assert result.stderr.count("\n") == 1, result.stderr


def line_of(path: str, beginning: str) -> int:
    """The number of the one line that begins so."""
    lines = (PROGRAM / path).read_text("utf-8").splitlines()
    (number,) = [
        number
        for number, line in enumerate(lines, 1)
        if line.lstrip().startswith(inspect.cleandoc(beginning))
    ]
    return number
