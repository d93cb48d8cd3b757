"""What was compared, and where: versions.json."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from benchmarks import command, tool
from benchmarks.command import Unavailable
from benchmarks.workspace import Workspace

_UNKNOWN = "unknown"


def versions(workspace: Workspace, python: Path, wheels: list[Path]) -> dict[str, str]:
    """Versions of everything that takes part, by name."""
    repository = workspace.repository
    module = (repository / "MODULE.bazel").read_text("utf-8")
    declared = re.search(r'version = "([^"]+)"', module)
    found = {
        "memfd_par": (declared[1] if declared else _UNKNOWN) + _commit(repository),
        "cpython": _output(python, "-I", "-c", "import platform; print(platform.python_version())"),
        "libc": " ".join(platform.libc_ver()),
        "linux": platform.release(),
        "machine": f"{platform.machine()}, {_processor()}, {os.cpu_count()} CPUs",
        "bazel": _bazel(workspace),
        "gcc": _output("gcc", "-dumpfullversion"),
        "strace": _output("strace", "--version").removeprefix("strace -- version "),
        **tool.versions(),
    }
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        found[name] = version
    return found


def _commit(repository: Path) -> str:
    commit = _output("git", "-C", str(repository), "rev-parse", "--short=12", "HEAD")
    return "" if commit == _UNKNOWN else f" at commit {commit}"


def _bazel(workspace: Workspace) -> str:
    try:
        release = workspace.bazel("info", "release").strip()
    except Unavailable:
        return _UNKNOWN
    # Debian's says no number there.
    return release.removeprefix("release ") if "development" not in release else _output("bazel", "--version")


def _processor() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8", "replace"))
    return model[1] if model else platform.processor() or _UNKNOWN


def _output(*words: str | Path) -> str:
    """The first line that a program prints."""
    try:
        result = subprocess.run(
            [str(word) for word in words],
            env=command.outer_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
    except OSError:
        return _UNKNOWN
    lines = result.stdout.splitlines()
    return lines[0].strip() if result.returncode == 0 and lines else _UNKNOWN
