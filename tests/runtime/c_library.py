"""Shared libraries that tests compile."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def compiled(folder: Path, soname: str, text: str, *needed: str, version: str = "") -> bytes:
    """A shared library, which then lies in `folder` by its soname.

    Args:
        folder: where it is made.
        soname: its own.
        text: C source.
        needed: names of libraries in `folder` that it says that it needs, whether it uses them or not.
        version: of all its symbols, if any.
    """
    gcc = shutil.which("gcc")
    if not gcc:
        pytest.fail("this test compiles libraries, and there is no gcc on PATH: install gcc")
    (folder / "x.c").write_text(text)
    options = ["-shared", "-fPIC", "-Wl,--no-as-needed", f"-Wl,-soname,{soname}"]
    if version:
        (folder / "versions").write_text(f"{version} {{ *; }};")
        options.append("-Wl,--version-script=versions")
    subprocess.run([gcc, *options, "x.c", *needed, "-o", soname], cwd=folder, check=True)
    return (folder / soname).read_bytes()
