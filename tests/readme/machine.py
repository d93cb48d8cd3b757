"""A machine of a user who follows README.adoc, with a Bazel of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SUFFIX = ".in.bazel"


class Machine:
    """A user's folder, with this repository and a workspace beside it, and an empty home."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "memfd_par"
        self.workspace = folder / "workspace"
        self._output = folder / "output"
        home = folder / "home"
        home.mkdir()
        copy(Path(), self.checkout)
        self.workspace.mkdir()
        outer = ("BAZEL", "PYTHON", "RUNFILES_", "TEST_")
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
        # TEST_TMPDIR is where Bazel puts its output, if set.
        self._environment.update(HOME=str(home), TEST_TMPDIR=str(self._output))

    def run(self, commands: str) -> str:
        """Run lines of shell as the user would, one of the two folders being the current one; what they print."""
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.workspace if "../memfd_par/" in commands else self.checkout,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def clean_up(self) -> None:
        """Stop the Bazels, and let their output be removed."""
        for folder in (self.checkout, self.workspace):
            subprocess.run(
                [self.checkout / "bazelw", "shutdown"], cwd=folder, env=self._environment, check=False
            )
        for path, _, _ in os.walk(self._output):
            os.chmod(path, 0o755)


def copy(source: Path, target: Path) -> None:
    """Files in place of the links of a runfiles tree, and package files of a nested workspace under their own names."""
    for folder, folders, files in os.walk(source):
        skipped = {"__pycache__", "external", "tests"}
        if Path(folder) == Path():
            skipped.remove("tests")
        elif Path(folder) == Path("tests"):  # of which WORKSPACE itself needs three packages
            skipped = {*folders} - {"aarch64", "carried", "libc"}
            files.clear()
        folders[:] = [name for name in folders if name not in skipped]
        below = target / Path(folder).relative_to(source)
        below.mkdir(parents=True, exist_ok=True)
        for name in files:
            shutil.copy(Path(folder, name), below / name.removesuffix(_SUFFIX))
