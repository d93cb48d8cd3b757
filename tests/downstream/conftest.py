"""One downstream workspace for all tests, and one build of its broken targets."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.downstream.nested import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = Workspace(tmp_path_factory.mktemp("elsewhere"))
    try:
        yield made
    finally:
        made.run("shutdown")


@pytest.fixture(scope="session")
def broken(workspace: Workspace) -> subprocess.CompletedProcess[str]:
    """One build of all broken targets."""
    return workspace.run("build", "--keep_going", "//broken:all")
