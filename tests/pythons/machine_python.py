"""An interpreter of the machine, and pars that are made by it, and for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import elftools
import pytest

import memfd_par
import packer

_ABOUT = """
import json, sys, sysconfig
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2],
    "include": sysconfig.get_path("include"),
    "suffix": sysconfig.get_config_var("EXT_SUFFIX"),
}))
"""

_RUNTIME = Path(memfd_par.__file__).parent

#: What the packer imports, for an interpreter that knows nothing of runfiles.
_PYTHONPATH = os.pathsep.join(
    str(Path(str(module.__file__)).parents[1]) for module in (packer, memfd_par, elftools)
)

_NO_GCC = "these tests compile extension modules, and there is no gcc on PATH: install gcc (Debian: apt-get install gcc)"


@dataclass(frozen=True)
class MachinePython:
    """An interpreter, by its path."""

    path: str

    @cached_property
    def about(self) -> dict[str, str]:
        """Its `version` (3.14), the folder of its headers and the suffix of its extension modules."""
        output = subprocess.run([self.path, "-I", "-c", _ABOUT], stdout=subprocess.PIPE, check=True).stdout
        about: dict[str, str] = json.loads(output)
        return about

    def compile(self, source: Path, output: Path, *flags: str) -> Path:
        """A shared library of a C source; its soname is its file name."""
        gcc = shutil.which("gcc")
        if not gcc:
            pytest.fail(_NO_GCC)
        command = [gcc, "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f"-I{self.about['include']}"]
        command += [f"-Wl,-soname,{output.name}", str(source), *flags, "-o", str(output)]
        subprocess.run(command, check=True)
        return output

    def pack(self, par: Path, manifest: Sequence[str], *options: str) -> None:
        """Runs the packer on this interpreter, with warnings as errors."""
        lines = par.with_suffix(".manifest")
        lines.write_text("\n".join(manifest) + "\n", "utf-8")
        launcher = Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "runtime/launcher")
        result = subprocess.run(
            [
                *(self.path, "-B", "-s", "-Werror", "-m", "packer.main"),
                *("--target=//tests/pythons:program", f"--output={par}", f"--manifest={lines}"),
                *("--workspace=main", "--policy=manylinux_2_28"),
                *(f"--runtime={path}" for path in sorted(_RUNTIME.glob("*.py"))),
                *(f"--launcher={path}" for path in sorted(launcher.glob("*.*"))),
                *options,
            ],
            cwd=par.parent,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": _PYTHONPATH},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert (result.returncode, result.stdout) == (0, ""), result.stdout

    def run(self, par: Path, *arguments: str, **kw: Any) -> subprocess.CompletedProcess[str]:
        """Runs a par on this interpreter, away from where it was made."""
        return subprocess.run(
            [str(par), *arguments],
            cwd="/",
            env={"MEMFD_PAR_PYTHON": self.path, "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            **kw,
        )


def manifest(root: Path, imports: Sequence[str] = ()) -> list[str]:
    """Manifest lines for all files below a folder, which stands for the main repository."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    lines = [f"I\tmain/{path}" for path in imports]
    return lines + [f"F\t{path.relative_to(root)}\t{path}" for path in files]
