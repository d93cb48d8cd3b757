"""A workspace elsewhere on the machine that names this one by local_repository, and a Bazel for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_NO_BAZEL = "these tests run a Bazel of their own, and there is none on PATH: run them by ./bazelw, or install Bazel 7"

#: A BUILD file below this workspace would be a package of this one.
_SUFFIX = ".in.bazel"


class Workspace:
    """The downstream workspace in a folder of its own, and bazelw for it, with an output folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "downstream"
        self._output = folder / "output"
        if not (shutil.which("bazel") or shutil.which("bazelisk")):
            pytest.fail(_NO_BAZEL)  # bazelw would bring one, which takes minutes and root rights
        sources = Path(os.environ["TEST_SRCDIR"]) / os.environ["TEST_WORKSPACE"]
        _copy(sources, folder / "memfd_par", exclude="tests")
        self._bazelw = folder / "memfd_par/bazelw"
        _copy(sources / "tests/downstream/workspace", self.folder)

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs Bazel; its output is text without colours and progress."""
        options = [] if command == "shutdown" else ["--color=no", "--curses=no", "--noshow_progress"]
        return subprocess.run(
            [
                "bash",
                str(self._bazelw),
                "--nohome_rc",
                f"--output_user_root={self._output}",
                "--max_idle_secs=60",
                command,
                *options,
                *arguments,
            ],
            cwd=self.folder,
            # The test's own folders and variables are none of its business.
            env={
                k: v
                for k, v in os.environ.items()
                if not k.startswith(("TEST_", "RUNFILES_", "BAZEL", "PYTHON"))
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )


def _copy(source: Path, target: Path, exclude: str | None = None) -> None:
    """Real files in place of the links of a runfiles tree, and package files under their own names."""
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in (exclude, "__pycache__")]
        below = target / Path(folder).relative_to(source)
        below.mkdir(parents=True, exist_ok=True)
        for name in files:
            shutil.copyfile(Path(folder) / name, below / name.removesuffix(_SUFFIX))
