"""The tools that the contenders are made with, each in a virtual environment of its own, pinned by tools_lock.txt."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command

LOCK = Path(__file__).parent / "tools_lock.txt"

#: The distributions that each of them needs, itself last.
_CLOSURES = {
    "nuitka": ("setuptools", "nuitka"),
    "pex": ("pex",),
    "pyinstaller": ("altgraph", "packaging", "setuptools", "pyinstaller-hooks-contrib", "pyinstaller"),
    "shiv": ("click", "pip", "setuptools", "packaging", "shiv"),
}


@dataclass(frozen=True)
class Tools:
    """Where the tools are.

    Attributes:
        folder: for the virtual environments.
        python: the interpreter that they run on, and that the applications are for. It has pip.
        timeout: for installing one, in seconds.
    """

    folder: Path
    python: Path
    timeout: float

    def provide(self, name: str) -> Path:
        """The Python of the virtual environment that has the tool; makes it if it is not there yet.

        Raises:
            Unavailable: pip could not install it.
        """
        pins = [_pins()[distribution] for distribution in _CLOSURES[name]]
        fingerprint = hashlib.sha256("".join([str(self.python), *pins]).encode()).hexdigest()[:12]
        environment = self.folder / f"{name}-{fingerprint}"
        python = environment / "bin/python"
        if environment.exists():
            return python
        try:
            make_environment(self.python, environment, self.timeout)
            # What is built from source takes the setuptools of the first call.
            for step, some in enumerate([pins[:-1], pins[-1:]]):
                if some:
                    requirements = self.folder / f"{name}-{step}.txt"
                    requirements.write_text("".join(some), "utf-8")
                    options = [
                        "--no-deps",
                        "--require-hashes",
                        "--no-build-isolation",
                        "-r",
                        str(requirements),
                    ]
                    pip_install(self.python, python, options, self.timeout)
        except BaseException:
            shutil.rmtree(environment, ignore_errors=True)
            raise
        return python


def versions() -> dict[str, str]:
    """The pinned versions of the tools."""
    return {name: _pins()[name].split("==")[1].split()[0] for name in _CLOSURES}


def _pins() -> dict[str, str]:
    """The lines of tools_lock.txt that pin each distribution."""
    pins: dict[str, str] = {}
    name = ""
    for line in LOCK.read_text("utf-8").splitlines(keepends=True):
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            name = line.split("==")[0]
            pins[name] = ""
        pins[name] += line
    return pins


def make_environment(python: Path, folder: Path, timeout: float) -> None:
    """Make a virtual environment, without pip."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["-I", "-m", "venv", "--without-pip", str(folder)]
    command.run([python, *arguments], command.outer_environment(), folder.parent, timeout)


def pip_install(python: Path, environment: Path, options: list[str], timeout: float) -> None:
    """Install into the virtual environment whose Python is `environment`, by the pip of `python`."""
    arguments = [
        "-I",
        "-m",
        "pip",
        "--python",
        str(environment),
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    command.run([python, *arguments, *options], command.outer_environment(), environment.parent, timeout)
