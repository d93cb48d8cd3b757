"""Runs peers' own tests from a par and in a virtual environment, and prints what became of them side by side.

`--peer=FILE` (by BUILD) names what peers.bzl says of one; the other arguments are the suites to run, or all. `--write` puts
the counts into docs/peers.md. It ends with status 1 where a test does not fare alike in both, or where none passed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import side_by_side
from tests.peers import document, outcomes
from tests.side_by_side import Outcomes

_LOG_LIMIT = 3000  # characters of pytest's output that are printed where it made no report


@dataclasses.dataclass(frozen=True)
class Peer:
    """A distribution, with a par of pytest and it. Paths are absolute.

    `tests` are files below a folder `root`, which the wheel lacks; `env` is for both runs; `title` is what the table calls it.
    """

    name: str
    par: Path
    suites: tuple[str, ...]
    wheels: tuple[Path, ...]
    tests: tuple[Path, ...] = ()
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    title: str = ""


class RunFailedError(Exception):
    """pytest came to no report; the message has the end of what it said."""


def read_peer(file: Path) -> Peer:
    """What the rule wrote, with paths relative to the current folder, which is that of the runfiles."""
    facts = json.loads(file.read_text("utf-8"))
    return Peer(
        facts["name"],
        Path.cwd() / facts["par"],
        tuple(facts["suites"]),
        tuple(Path.cwd() / path for path in facts["wheels"]),
        tuple(Path.cwd() / path for path in facts["tests"]),
        facts["env"],
        facts["title"],
    )


def choose(peers: list[Peer], chosen: list[str]) -> list[tuple[Peer, str]]:
    """The suites to run, with their peers.

    Raises:
        ValueError: one is no suite; the message lists those that are.
    """
    every = {suite: peer for peer in peers for suite in peer.suites}
    return [(every[suite], suite) for suite in side_by_side.choose(chosen, list(every))]


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a peer is installed: a command that is pytest, and the folder that its packages are in."""

    command: tuple[str, ...]
    packages: Path


def copy_par(peer: Peer, folder: Path) -> Place:
    """The par, away from its build tree, and with a short path as pytest names tests after short paths only."""
    par = folder / "app.par"
    if not par.exists():
        shutil.copy(peer.par, par)
    return Place((str(par),), par)


def make_environment(peer: Peer, folder: Path) -> Place:
    """A new virtual environment that has the peer's wheels."""
    environment = folder / "environment"
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        options = ["--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
        # As links are followed, a wheel keeps its own name.
        wheels = [os.path.realpath(wheel) for wheel in peer.wheels]
        subprocess.run([python, "-I", "-m", "pip", "install", *options, *wheels], check=True)
    (packages,) = environment.glob("lib/python3.*/site-packages")
    for test in peer.tests:
        copy = packages.joinpath(*test.parts[test.parts.index("root", len(Path.cwd().parts)) + 1 :])
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(test, copy)
    return Place((str(python), "-I", "-m", "pytest"), packages)


def run(place: Place, suite: str, folder: Path, env: dict[str, str]) -> Outcomes:
    """The outcomes of a suite: `folder` is a new one to run in.

    Raises:
        RunFailedError: there is no report.
    """
    folder.mkdir()
    report = folder / "report.xml"
    work = folder / "work"
    work.mkdir()
    options = ["-q", "--tb=no", "-pno:cacheprovider", "-c", os.devnull, f"--rootdir={work}"]
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    done = subprocess.run(
        [*place.command, *options, f"--junit-xml={report}", "--pyargs", suite],
        cwd=work,
        env={**environment, "HOME": str(work), "TMPDIR": str(folder), **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        return outcomes.read(report, str(place.packages))
    except (OSError, outcomes.ET.ParseError) as error:
        raise RunFailedError(
            f"{suite}: {place.command[0]} ended with status {done.returncode} and without a report:\n{done.stdout[-_LOG_LIMIT:]}"
        ) from error


def compare(peer: Peer, suite: str, folder: Path) -> tuple[document.Row, list[str]]:
    """Runs a suite in both, prints the counts, and returns them and the differences."""
    here = folder / peer.name
    here.mkdir(exist_ok=True)
    # One after the other, so that each has the machine to itself.
    par = run(copy_par(peer, here), suite, here / f"{suite}.par", peer.env)
    environment = run(make_environment(peer, here), suite, here / f"{suite}.environment", peer.env)
    side_by_side.show(suite, par, environment, "virtual environment")
    found = side_by_side.differences(par, environment, "in the virtual environment")
    different = [f"{test}: {how}" for test, how in found.items()]
    version = document.version_of(peer.name, [wheel.name for wheel in peer.wheels])
    row = document.Row(peer.title, version, suite, par, environment, len(different))
    if "passed" not in par.values():
        different.append(f"no test of {suite} passed: it needs more than peers.bzl's caller gives it")
    return row, different


def main(arguments: list[str]) -> int:
    """Compares what the command line names; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("suite", nargs="*")
    options = parser.parse_args(arguments)
    try:
        pairs = choose([read_peer(file) for file in options.peer], options.suite)
    except ValueError as error:
        parser.error(str(error))
    failed = False
    rows: list[document.Row] = []
    # Short, as some tests make sockets in it.
    with tempfile.TemporaryDirectory(prefix="peers.", ignore_cleanup_errors=True) as folder:
        for peer, suite in pairs:
            try:
                row, different = compare(peer, suite, Path(folder))
                rows.append(row)
            except RunFailedError as error:
                different = [str(error)]
            side_by_side.tell("DIFFERS", different)
            failed = failed or bool(different)
    if options.write:
        path = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], "docs/peers.md")
        path.write_text(document.update(path.read_text("utf-8"), rows), "utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
