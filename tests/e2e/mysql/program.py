"""The par under test, as a user has it: one file, copied away from where it was built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A program that prints the version of the server.
VERSION = 'c = connect().cursor(); c.execute("select version()"); print(c.fetchone())'
CLOSED_STDIN = ("sh", "-c", 'exec "$@" <&-', "sh")


def built_par() -> Path:
    """Absolute path of the par that MYSQL_REPL_PAR names: an rlocation path, or one from here."""
    name = os.environ.get("MYSQL_REPL_PAR")
    assert name, "MYSQL_REPL_PAR is not set: it names the par under test"
    runfiles = os.environ.get("RUNFILES_DIR") or os.environ.get("TEST_SRCDIR") or ""
    places = [Path(name), Path(runfiles, name), Path(runfiles, os.environ.get("TEST_WORKSPACE", ""), name)]
    found = [place.resolve() for place in places if place.is_file()]
    assert found, f"MYSQL_REPL_PAR={name} is none of {[str(place.absolute()) for place in places]}"
    return found[0]


@dataclass(frozen=True)
class Program:
    """A copy of the par, and the surroundings to run it in: no HOME, and folders of its own.

    par: its path; cwd: where it runs; temporary: its TMPDIR, empty until a throw-away server is made.
    """

    par: Path
    cwd: Path
    temporary: Path

    @classmethod
    def copied_to(cls, folder: Path) -> Program:
        """Copy the built par to a folder, for every user to run."""
        program = cls(folder / "bin" / "mysql_repl.par", folder / "cwd", folder / "tmp")
        for made in (program.par.parent, program.cwd, program.temporary):
            made.mkdir()
            made.chmod(0o755)
        program.temporary.chmod(0o1777)
        shutil.copyfile(built_par(), program.par)
        program.par.chmod(0o755)
        return program

    @property
    def surroundings(self) -> dict[str, Any]:
        """Arguments of subprocess for running it."""
        return {"cwd": self.cwd, "env": {"PATH": "/usr/bin:/bin", "TMPDIR": str(self.temporary)}}

    def run(
        self, *arguments: str | Path, prefix: Sequence[str] = (), stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, at most a minute, with this text as its standard input."""
        command = [*prefix, str(self.par), *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=60, **self.surroundings
        )

    def output(self, *arguments: str | Path, **kw: Any) -> str:
        """Run it, which must succeed and say nothing on standard error; return what it prints."""
        completed = self.run(*arguments, **kw)
        assert (completed.returncode, completed.stderr) == (0, ""), completed
        return completed.stdout

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start it, with pipes."""
        pipe = subprocess.PIPE
        command = [str(self.par), *map(str, arguments)]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, **self.surroundings)


def frames(stderr: str) -> list[tuple[str, int, str]]:
    """The entries of a traceback: file, line, function."""
    found = re.findall(r'^  File "(.*)", line (\d+), in (.*)$', stderr, re.MULTILINE)
    return [(file, int(line), function) for file, line, function in found]
