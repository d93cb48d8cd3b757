"""What a target sets for its program, and what it keeps out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.par import Copy, Par, clean


def _state(par: Par, *arguments: str, status: int = 0, **kw: Any) -> dict[str, Any]:
    completed = par.run(*arguments, **kw)
    assert completed.returncode == status, completed
    state: dict[str, Any] = json.loads(completed.stdout)
    return state


def test_arguments_come_before_the_callers(shared: Copy) -> None:
    state = _state(shared("options"), "--mine", "", "a b", status=1)
    assert state["argv"] == ["first word", "it's $5", "--mine", "", "a b"]


def test_environment_of_the_caller_wins(shared: Copy) -> None:
    options = shared("options")
    assert _state(options, status=1)["color"] == "blue"
    assert _state(options, status=1)["shape"] == 'it\'s "round"'
    assert _state(options, env={"COLOR": "red"}, status=1)["color"] == "red"
    assert _state(options, env={"COLOR": ""}, status=1)["color"] == ""


def test_interpreter_options_and_optimisation(shared: Copy) -> None:
    state = _state(shared("options"), status=1)
    assert (state["debug"], state["optimize"], state["warnings"], state["doc"]) == (False, 1, ["error"], None)


def test_what_an_entry_point_returns(shared: Copy) -> None:
    completed = shared("options").run()
    assert (completed.returncode, completed.stderr) == (1, "returned\n")


def _rubbish(folder: Path) -> dict[str, str]:
    """An environment whose Python variables lead to modules that would be noticed."""
    site = folder / ".local" / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    site.mkdir(parents=True)
    (site / "rubbish.pth").write_text("import sys; print('pth rubbish')\n")
    path = folder / "path"
    path.mkdir()
    for name in ("json", "importlib", "gc", "shapes", "usercustomize", "sitecustomize", "startup"):
        (path / f"{name}.py").write_text(f"print('rubbish {name}')\n")
    return {
        "HOME": str(folder),
        "PYTHONPATH": str(path),
        "PYTHONSTARTUP": str(path / "startup.py"),
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "2",
        "PYTHONINSPECT": "1",
        "PYTHONVERBOSE": "1",
        "PYTHONPROFILEIMPORTTIME": "1",
        "PYTHONUTF8": "0",
        "PYTHONHOME": "/nonexistent",
        "PYTHONDEVMODE": "1",
    }


def test_isolated(probe: Par, folder: Path) -> None:
    code = "import sys, json, shapes; print(sys.flags.isolated, sys.flags.optimize, 'site' in sys.modules, __debug__)"
    assert probe.output(code, env=_rubbish(folder)) == "1 0 False True\n"


def test_not_isolated(shared: Copy, folder: Path) -> None:
    """The variables count, but what PYTHONPATH has comes behind the par's own modules."""
    path = folder / "path"
    path.mkdir()
    (path / "sitecustomize.py").write_text("import builtins; builtins.customized = True\n")
    env = {"PYTHONPATH": str(path), "PYTHONOPTIMIZE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    par = shared("open")
    state = _state(par, "x", env=env)
    assert (state["isolated"], state["optimize"], state["site"]) == (0, 1, True)
    assert state["path"][:2] == [f"{par.path}/", str(path)]
    assert state["argv"] == ["x"]


def test_not_isolated_and_the_working_directory(shared: Copy, folder: Path) -> None:
    """`python -c` puts the working directory on sys.path; a script, and a par, do not."""
    (folder / "json.py").write_text("print('rubbish')\n")
    state = _state(shared("open"), cwd=folder)
    assert "" not in state["path"]
    assert str(folder) not in state["path"]


_USE_MUCH = """
import shapes, commons.far, pkgutil, inspect, runpy, importlib, importlib.resources, importlib.metadata
inspect.getsource(shapes)
list(pkgutil.walk_packages(shapes.__path__))
list(importlib.metadata.distributions()), importlib.metadata.version("shapes-dist")
importlib.resources.files("shapes").joinpath("names.txt").read_text()
runpy.run_module("shapes.deep.er"), runpy.run_module("shapes")
importlib.reload(shapes)
"""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("examples/hello/hello.par", []),
        ("mysql_repl.par", ["-c", "import MySQLdb, requests, memfd_par; str(memfd_par.loaded())"]),
        (
            "tests/e2e/programs/natives.par",
            ["import _answer, other._other, inspect; inspect.getfile(_answer)"],
        ),
        (
            "tests/e2e/programs/probe.par",
            [
                _USE_MUCH,
            ],
        ),
    ],
)
def test_no_warning(folder: Path, name: str, arguments: list[str]) -> None:
    """Every warning is an error here, those of the interpreter's developer mode too."""
    par = Par.copied(name, folder)
    settings = par.surroundings(capture_output=True, timeout=60)
    command = [sys.executable, "-X", "dev", "-W", "error", str(par.path), *arguments]
    completed = subprocess.run(command, **settings)
    assert (completed.returncode, completed.stderr) == (0, ""), clean(completed.stderr)


def test_a_warning_is_an_error_there(probe: Par) -> None:
    code = "import warnings; warnings.warn('x')"
    command = [sys.executable, "-W", "error", str(probe.path), code]
    completed = subprocess.run(command, **probe.surroundings(capture_output=True))
    assert completed.returncode == 1
    assert clean(completed.stderr).endswith("UserWarning: x\n")


def test_deflated_is_smaller_and_the_same(shared: Copy) -> None:
    stored, deflated = shared("probe"), shared("deflated")
    assert deflated.path.stat().st_size < stored.path.stat().st_size - 10_000
    code = (
        "import shapes, commons.far, inspect, importlib.resources as r\n"
        "print(inspect.getsource(shapes.circle), r.files(shapes).joinpath('names.txt').read_bytes(), commons.far.PLACE)"
    )
    assert deflated.output(code) == stored.output(code)
