"""A par as its user has it: one file, copied away from where it was built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What every par finds in its environment here: no HOME, no PYTHON*, no MEMFD_PAR_*.
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}

_FRAME = re.compile(r'^[ |+-]*File "(.*)", line (\d+), in (.*)$', re.MULTILINE)
_OF_THE_RUNTIME = ("/memfd_par/", "<frozen", '"<string>"')


def built(path: str) -> Path:
    """Absolute path of a file that this test lists in `data`, such as "tests/e2e/programs/probe.par"."""
    place = Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], path)
    assert place.exists(), f"{place} is not there: add //{path.rpartition('/')[0]} to the test's data"
    return place.resolve()


@dataclass(frozen=True)
class Par:
    """A copy of a par in a folder of its own, in which it runs.

    python: the interpreter that it is for. tier: MEMFD_PAR_TIER; empty: not set.
    """

    path: Path
    python: str = sys.executable
    tier: str = ""

    @classmethod
    def copied(cls, built_path: str, folder: Path) -> Par:
        """Copy a built par to a folder, for every user to run."""
        path = folder / built_path.rpartition("/")[2]
        shutil.copyfile(built(built_path), path)
        path.chmod(0o755)
        return cls(path)

    def surroundings(self, **kw: Any) -> dict[str, Any]:
        """Arguments of subprocess; `env` adds to ENVIRONMENT."""
        own = {"MEMFD_PAR_PYTHON": self.python} if self.python != sys.executable else {}
        own.update({"MEMFD_PAR_TIER": self.tier} if self.tier else {})
        env = {**ENVIRONMENT, **own, **kw.pop("env", {})}
        return {"cwd": self.path.parent, "env": env, "text": True, **kw}

    def run(self, *arguments: str, prefix: Sequence[str] = (), **kw: Any) -> subprocess.CompletedProcess[str]:
        """Run it to its end, at most a minute; `prefix` comes before it on the command line."""
        if "input" not in kw:
            kw.setdefault("stdin", subprocess.DEVNULL)
        settings = self.surroundings(**kw)
        for stream in ("stdout", "stderr"):
            settings.setdefault(stream, subprocess.PIPE)
        return subprocess.run([*prefix, str(self.path), *arguments], timeout=60, check=False, **settings)

    def output(self, *arguments: str, **kw: Any) -> str:
        """Run it; it must succeed and say nothing on standard error. Returns what it prints."""
        completed = self.run(*arguments, **kw)
        assert (completed.returncode, completed.stderr) == (0, ""), completed
        return str(completed.stdout)

    def start(self, *arguments: str, **kw: Any) -> subprocess.Popen[str]:
        """Start it with pipes."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen([str(self.path), *arguments], **self.surroundings(**{**pipes, **kw}))

    def fails(self, *arguments: str, **kw: Any) -> str:
        """Run it; it must end with status 1 and show no frame of the runtime. Returns standard error."""
        completed = self.run(*arguments, **kw)
        assert completed.returncode == 1, completed
        return clean(str(completed.stderr))


#: Gives a copy of a par of tests/e2e/programs, by its name.
Copy = Callable[[str], Par]


def clean(stderr: str) -> str:
    """The text itself, which must be there and show nothing from inside the runtime."""
    assert stderr
    for line in stderr.splitlines():
        assert not ("File " in line and any(mark in line for mark in _OF_THE_RUNTIME)), stderr
    return stderr


def says(stderr: str, *phrases: str) -> None:
    """Asserts that a message has all of these, in this order."""
    position = 0
    for phrase in phrases:
        position = stderr.find(phrase, position)
        assert position >= 0, f"{phrase!r} is missing or not where it should be in:\n{stderr}"


def frames(stderr: str) -> list[tuple[str, int, str]]:
    """The entries of all tracebacks: file, line, function."""
    return [(file, int(line), function) for file, line, function in _FRAME.findall(stderr)]
