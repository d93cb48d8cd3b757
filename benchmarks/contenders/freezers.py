"""Tools that put the interpreter in, too: PyInstaller and Nuitka."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.application import SCRIPT
from benchmarks.contenders.contender import Contender, Job, install_wheels, tool_python


def _search_path(contender: Contender, job: Job) -> str:
    """PYTHONPATH for a tool that looks at what the application imports: the wheels, unpacked, and the sources."""
    site_packages = job.folder / "site-packages"
    install_wheels(job, site_packages)
    return os.pathsep.join([str(contender.sources(job)), str(site_packages)])


class PyInstaller(Contender):
    """PyInstaller, onefile or onedir."""

    def __init__(self, name: str, mode: str) -> None:
        super().__init__(name, tool="pyinstaller")
        self._mode = mode

    def build(self, job: Job) -> None:
        """Run PyInstaller on the script."""
        collect = [f"--collect-submodules={package}" for package in job.application.packages]
        job.run(
            tool_python(job, "pyinstaller"),
            *[
                "-m",
                "PyInstaller",
                f"--{self._mode}",
                "--name=application",
                "--noconfirm",
                "--log-level=WARN",
            ],
            *collect,
            self.sources(job) / SCRIPT,
            PYTHONPATH=_search_path(self, job),
            PYINSTALLER_CONFIG_DIR=str(job.caches),
        )

    def product(self, job: Job) -> Path:
        """The file or the folder."""
        return job.folder / "dist/application"

    def start(self, job: Job) -> list[str]:
        """The program."""
        product = self.product(job)
        return [str(product / "application" if self._mode == "onedir" else product)]


class Nuitka(Contender):
    """Nuitka, onefile."""

    def build(self, job: Job) -> None:
        """Run Nuitka on the script."""
        include = [f"--include-package={package}" for package in job.application.packages]
        job.run(
            tool_python(job, "nuitka"),
            *["-m", "nuitka", "--mode=onefile", "--quiet", "--assume-yes-for-downloads"],
            *[f"--output-dir={job.folder}", "--output-filename=application.bin"],
            *include,
            self.sources(job) / SCRIPT,
            PYTHONPATH=_search_path(self, job),
            NUITKA_CACHE_DIR=str(job.caches),
        )

    def product(self, job: Job) -> Path:
        """The file."""
        return job.folder / "application.bin"
