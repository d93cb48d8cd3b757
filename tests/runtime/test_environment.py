"""The one variable that is looked up and never listed."""

from __future__ import annotations

import os
import posix
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from memfd_par import environment

PLACES = {"main": "", "main/lib": "lib", "with space": "left out"}


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    before: Any = posix.environ
    os.environ["RUNFILES_DIR"] = "/inherited"
    index: Any = SimpleNamespace(archive=SimpleNamespace(root="/x y/app.par/"), header={"runfiles": PLACES})
    environment.install(index)
    yield
    posix.environ = os.environ._data = os.environb._data = before  # type: ignore[attr-defined]
    del os.environ["RUNFILES_DIR"]


def test_a_manifest_is_found() -> None:
    path = os.environ["RUNFILES_MANIFEST_FILE"]
    with open(path) as file:
        assert file.read() == "main /x y/app.par\nmain/lib /x y/app.par/lib\n"
    assert os.environ.get("RUNFILES_MANIFEST_FILE") == path  # one file a process
    assert os.environb[b"RUNFILES_MANIFEST_FILE"] == path.encode()


def test_no_copy_of_the_environment_has_it() -> None:
    assert os.environ["RUNFILES_MANIFEST_FILE"]
    assert not [name for name in {**os.environ, **os.environ.copy()} if name.startswith("RUNFILES")]


def test_others_variables_are_as_before() -> None:
    with pytest.raises(KeyError, match="RUNFILES_DIR"):
        os.environ["RUNFILES_DIR"]
    assert os.environ["PATH"]
    os.environ["RUNFILES_DIR"] = "/set/by/the/program"
    assert os.environ["RUNFILES_DIR"] == "/set/by/the/program"
    assert os.getenv("MEMFD_PAR_NOT_THERE") is None
