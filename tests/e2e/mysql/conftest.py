"""What the tests of the MySQL REPL share: a copy of the par, and a server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.mysql import mariadb
from tests.e2e.mysql.program import Program
from tests.e2e.mysql.terminal import Terminal, terminal


def _folder(prefix: str) -> Iterator[Path]:
    # Not pytest's tmp_path: other users may not enter that, and its length is too much for a socket.
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def copied_par() -> Iterator[Program]:
    for folder in _folder("par."):
        yield Program.copied_to(folder)


@pytest.fixture
def repl(copied_par: Program) -> Iterator[Program]:
    """The program; it must have left nothing in its folders."""
    for folder in (copied_par.cwd, copied_par.temporary):
        assert list(folder.iterdir()) == []
    yield copied_par
    for folder in (copied_par.cwd, copied_par.temporary):
        left = list(folder.iterdir())
        for path in left:  # so that the next test does not fail for this one
            shutil.rmtree(path)
        assert left == []


@pytest.fixture(scope="module")
def server() -> Iterator[mariadb.Server]:
    for folder in _folder("db."):
        with mariadb.running(folder) as answering:
            yield answering


@pytest.fixture
def prompt(repl: Program) -> Iterator[Terminal]:
    surroundings = repl.surroundings
    surroundings["env"]["TERM"] = "xterm"
    with terminal([str(repl.par)], **surroundings) as opened:
        yield opened


@pytest.fixture
def scripts(copied_par: Program) -> Iterator[Path]:
    folder = copied_par.par.parent.parent / "scripts"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
