"""What the end-to-end tests share."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.par import Copy, Par
from tests.e2e.repack import pythons, repack

#: Set by a target that runs its tests with all other Pythons than Bazel's.
_OTHERS = bool(os.environ.get("WITH_OTHER_PYTHONS"))

#: Where the programs are; a target may name others, which are the same but for their interpreter.
_PROGRAMS = os.environ.get("PROGRAMS", "tests/e2e/programs")


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    # Not pytest's tmp_path: other users may not enter that.
    path = Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user may read."""
    with _folder("par.") as path:
        yield path


@pytest.fixture(scope="session", params=pythons() if _OTHERS else [sys.executable])
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter that the programs are packed for."""
    return str(request.param)


@pytest.fixture(scope="session")
def shared(python: str) -> Iterator[Copy]:
    """Gives a par of tests/e2e/programs, the same to every test: for those that change nothing."""
    with _folder("pars.") as path:
        pars: dict[str, Par] = {}

        def get(name: str) -> Par:
            if name not in pars:
                place = path / name
                place.mkdir(exist_ok=True)
                pars[name] = repack(name, python, place) if _OTHERS else _built(name, place)
            return pars[name]

        yield get
        left = {file.name for file in path.rglob("*")} - {"manifest"}
        assert left == {*pars, *(par.path.name for par in pars.values())}


@pytest.fixture
def copy(folder: Path, shared: Copy) -> Copy:
    """As `shared`, for one test only: in `folder`."""

    def get(name: str) -> Par:
        par = Par(folder / f"{name}.par", shared(name).python)
        shutil.copy(shared(name).path, par.path)
        return par

    return get


@pytest.fixture
def probe(shared: Copy) -> Par:
    """probe.par: it runs its first argument, and has pure Python dependencies."""
    return shared("probe")


@pytest.fixture
def natives(shared: Copy) -> Par:
    """natives.par: it runs its first argument, and has native code."""
    return shared("natives")


def _built(name: str, folder: Path) -> Par:
    return Par.copied(f"{_PROGRAMS}/{name}.par", folder)
