"""A workspace with README.adoc's WORKSPACE and what it says of carrying Python makes a par that runs where there is nothing.

The workspace is a user's own: what this repository registers and carries for its tests is not there.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.libc.root import PLACE, empty
from tests.readme import readme
from tests.readme.machine import Machine

_PYTHON = "python3.14"
_ALONE = """
import json, os, sys, zlib
print(json.dumps([sys.version_info[:2], sorted(os.listdir("/")), sys.argv[1:], zlib.decompress(zlib.compress(b"x")).decode()]))
"""


def _snippet(title: str) -> str:
    (found,) = [block.text for block in readme.blocks() if block.title == title]
    return found


def test_carried(machine: Machine) -> None:
    carrying = _snippet("WORKSPACE, to carry Python")
    assert f'python = "{_PYTHON}"' in carrying
    assert shutil.which(_PYTHON), (
        f"README.adoc carries {_PYTHON}, and it is not installed: put one on the PATH"
    )
    downstream = Path("tests/downstream/workspace")
    for name in (".bazelrc", "requirements_lock.txt"):
        shutil.copy(downstream / name, machine.workspace)
    (machine.workspace / "BUILD").touch()
    (machine.workspace / "WORKSPACE").write_text(_snippet("WORKSPACE") + "\n" + carrying, "utf-8")
    alone = machine.workspace / "alone"
    alone.mkdir()
    (alone / "BUILD").write_text(_snippet("alone/BUILD"), "utf-8")
    (alone / "alone.py").write_text(_ALONE, "utf-8")
    machine.run("../memfd_par/bazelw build //alone:alone.par")
    par = (machine.workspace / "bazel-bin/alone/alone.par").resolve()
    printed = _run([*empty(par), "a", "-b"])
    assert printed == '[[3, 14], ["app.par", "proc"], ["a", "-b"], "x"]\n'
    code = "import sys; print(sys.executable, sys.prefix)"
    python = empty(par, "--setenv", "MEMFD_PAR_INTERPRETER", "1")
    assert _run([*python, "-c", code]) == f"/proc/self/root{PLACE} {PLACE}\n"


def _run(command: list[str]) -> str:
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stderr) == (0, ""), completed
    return completed.stdout
