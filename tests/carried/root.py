"""Roots that have no Python: what a program of glibc needs, and the par."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

from tests.e2e.par import Par
from tests.e2e.sandbox import tool

#: What the machine has in any case: the dynamic linker and glibc.
_LIBRARIES = ("libc.so.6", "libm.so.6")
LINKERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}

#: Where `bare` shows the par.
PLACE = "/app.par"


def bare(par: Path, *options: str, proc: bool = True) -> list[str]:
    """A root with glibc, the par as PLACE and /proc, and nothing else; `options` are bubblewrap's."""
    linker = LINKERS[platform.machine()]
    shown = ["--ro-bind", str(Path(linker).resolve()), linker]
    for name in _LIBRARIES:
        folder = f"/usr/lib/{platform.machine()}-linux-gnu"
        shown += ["--ro-bind", str(Path(folder, name).resolve()), f"{folder}/{name}"]
    shown += ["--ro-bind", str(par), PLACE, *(["--proc", "/proc"] if proc else []), *options]
    return [
        tool("bwrap", "bubblewrap"),
        "--unshare-all",
        "--die-with-parent",
        "--clearenv",
        *shown,
        "--",
        PLACE,
    ]


def completed(par: Par, *arguments: str, interpreter: bool = True) -> subprocess.CompletedProcess[str]:
    """A par that has run in such a root, which has devices, too."""
    options = ["--setenv", "MEMFD_PAR_INTERPRETER", "1"] if interpreter else []
    options += ["--dev", "/dev", "--tmpfs", "/dev/shm"]
    command = [*bare(par.path, *options), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def output(par: Par, *arguments: str, interpreter: bool = True) -> str:
    """What a par prints there; it must end well."""
    done = completed(par, *arguments, interpreter=interpreter)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout
