"""What every contender can do: build an application into a folder, and say how it starts."""

from __future__ import annotations

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command
from benchmarks.application import Application
from benchmarks.program import Program
from benchmarks.tool import LOCK, Tools
from benchmarks.workspace import Workspace


@dataclass(frozen=True)
class Job:
    """One application to be built by one contender.

    Attributes:
        application: what to build.
        wheels: the files of the wheels that it needs.
        folder: the contender's own, for this application.
        python: the interpreter that the application is for.
        tools: the tools from PyPI.
        workspace: the Bazel workspace.
        timeout: of each program that builds, in seconds.
    """

    application: Application
    wheels: tuple[Path, ...]
    folder: Path
    python: Path
    tools: Tools
    workspace: Workspace
    timeout: float

    @property
    def caches(self) -> Path:
        """A home for what a builder keeps from one build to the next."""
        return self.folder / "caches"

    def run(self, *words: str | Path, **environment: str) -> str:
        """Run a builder. Its home and its caches are in the job's own folder.

        Raises:
            Unavailable: it failed.
        """
        self.caches.mkdir(exist_ok=True)
        own = {
            "HOME": str(self.caches),
            "TMPDIR": str(self.caches),
            "XDG_CACHE_HOME": str(self.caches),
            "PEX_ROOT": str(self.caches / "pex"),
        }
        everything = {**command.outer_environment(), **own, **environment}
        return command.run(words, everything, self.folder, self.timeout)


class Contender:
    """A way of deploying a Python program.

    Attributes:
        name: as in results.json.
        builder: contenders of one builder share what it builds.
        environment: variables that the application is started with.
        tool: the tool of tools_lock.txt that it needs, or nothing.
    """

    def __init__(self, name: str, builder: str = "", tool: str = "", **environment: str) -> None:
        self.name = name
        self.builder = builder or name
        self.tool = tool
        self.environment = environment

    def check(self, job: Job) -> None:
        """See whether the contender can be had, and fetch what it needs.

        Raises:
            Unavailable: it cannot.
        """
        if self.tool:
            job.tools.provide(self.tool)

    def fingerprint(self, job: Job) -> str:
        """What the outcome of a build depends on; an empty one means that it has to be built in any case."""
        here = Path(__file__).parent
        sources = [
            here.parent / "application.py",
            LOCK,
            *here.glob("*.py"),
            *here.parent.glob("programs/*.py"),
        ]
        parts = [
            *(path.read_bytes() for path in sorted(sources)),
            sys.version.encode(),
            *(str(path).encode() for path in (job.python, *job.wheels)),
        ]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def prepare(self, job: Job, clean: bool) -> None:
        """Remove what an earlier build left, and write the sources. Its time is not measured.

        Args:
            job: what is to be built.
            clean: whether the build is measured, so that nothing may be known of an earlier one.
        """
        shutil.rmtree(job.folder, ignore_errors=True)
        job.folder.mkdir(parents=True)
        job.application.write(self.sources(job))

    def build(self, job: Job) -> None:
        """Build the application, or build it again after an edit. Its time is measured.

        Raises:
            Unavailable: the application cannot be built.
        """
        raise NotImplementedError

    def collect(self, job: Job) -> None:
        """Put what was built into the job's folder, if it is not there. Its time is not measured."""

    def verify(self, program: Program) -> None:
        """See whether what was built is what the contender's name says.

        Raises:
            Unavailable: it is not.
        """

    def sources(self, job: Job) -> Path:
        """The folder of the application's sources."""
        return job.folder / "src"

    def product(self, job: Job) -> Path:
        """The file or folder that is deployed."""
        raise NotImplementedError

    def start(self, job: Job) -> list[str]:
        """The command that starts the application."""
        return [str(self.product(job))]


def tool_python(job: Job, tool: str) -> Path:
    """The Python that has a tool."""
    return job.tools.provide(tool)


def install_wheels(job: Job, folder: Path) -> None:
    """Unpack the application's wheels into a folder, once."""
    if folder.exists():
        return
    folder.mkdir()
    if job.wheels:
        options = ["--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
        job.run(job.python, "-I", "-m", "pip", "install", *options, "--target", folder, *job.wheels)
