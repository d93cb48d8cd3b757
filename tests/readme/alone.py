"""README.adoc's program that carries its interpreter and its libc, in a user's workspace."""

from __future__ import annotations

import shutil
import subprocess

from tests.libc.root import PLACE, empty
from tests.readme import readme
from tests.readme.machine import Machine

_PYTHON = "python3.14"
_PROGRAM = """
import json, os, sys, zlib
print(json.dumps([sys.version_info[:2], sorted(os.listdir("/")), sys.argv[1:], zlib.decompress(zlib.compress(b"x")).decode()]))
"""


def carrying(file: str) -> str:
    """What makes the toolchain, in the file of that name."""
    text = readme.titled(file + ", to carry Python")
    assert f'python = "{_PYTHON}"' in text
    assert shutil.which(_PYTHON), (
        f"README.adoc carries {_PYTHON}, and it is not installed: put one on the PATH"
    )
    return text


def check(machine: Machine) -> None:
    """Build it, and run it where there is nothing."""
    folder = machine.workspace / "alone"
    folder.mkdir()
    (folder / "BUILD").write_text(readme.titled("alone/BUILD"), "utf-8")
    (folder / "alone.py").write_text(_PROGRAM, "utf-8")
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
