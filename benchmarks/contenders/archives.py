"""Tools that make zip files: pex, shiv and the standard library's zipapp."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.application import ENTRY_POINT
from benchmarks.command import Unavailable
from benchmarks.contenders.contender import Contender, Job, install_wheels, tool_python


class Pex(Contender):
    """pex, with its options of choice."""

    def __init__(self, name: str, *options: str, product: str = "application.pex") -> None:
        super().__init__(name, tool="pex")
        self._options = options
        self._product = product

    def build(self, job: Job) -> None:
        """Run pex on the wheels and the sources."""
        what = ["--sources-directory", str(self.sources(job)), "--entry-point", ENTRY_POINT]
        where = ["--output-file", str(job.folder / "application.pex"), "--python", str(job.python)]
        # By way of a resolver it would fetch a pip of its own choice.
        pinned = [f"--pre-resolved-dist={wheel}" for wheel in job.wheels]
        pinned += ["==".join(wheel.name.split("-")[:2]) for wheel in job.wheels]
        try:
            job.run(tool_python(job, "pex"), "-I", "-m", "pex", *what, *where, *self._options, *pinned)
        except Unavailable as error:
            if self._product == "application.pex":
                raise
            raise Unavailable(
                f"{' '.join(self._options)} takes programs that pex fetches from GitHub; {error}"
            ) from error

    def product(self, job: Job) -> Path:
        """The file."""
        return job.folder / self._product


class Shiv(Contender):
    """shiv."""

    def build(self, job: Job) -> None:
        """Run shiv on the wheels and the sources."""
        what = ["--entry-point", ENTRY_POINT, "--site-packages", str(self.sources(job))]
        where = ["--output-file", str(self.product(job)), "--python", str(job.python)]
        pinned = ["--no-index", "--no-deps", *map(str, job.wheels)] if job.wheels else []
        job.run(tool_python(job, "shiv"), "-I", "-m", "shiv", *what, *where, *pinned)

    def product(self, job: Job) -> Path:
        """The file."""
        return job.folder / "application.pyz"


class Zipapp(Contender):
    """The standard library's zipapp, of the wheels' files and the sources."""

    def build(self, job: Job) -> None:
        """Put all files into one folder, and zip it."""
        staging = job.folder / "staging"
        install_wheels(job, staging)
        shutil.copytree(self.sources(job), staging, dirs_exist_ok=True)
        options = ["--main", ENTRY_POINT, "--python", str(job.python), "--output", str(self.product(job))]
        job.run(job.python, "-I", "-m", "zipapp", staging, *options)

    def product(self, job: Job) -> Path:
        """The file."""
        return job.folder / "application.pyz"
