"""What the tests that run a Bazel have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.readme.machine import Machine


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine that is removed after the test."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    try:
        yield made
    finally:
        made.clean_up()
