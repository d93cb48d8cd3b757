"""Python is formatted, and has none of the faults that ruff knows; pyproject.toml says which."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.lint.tree import check, sources

_VERSION = "the ruff that requirements_lock.txt names"


@pytest.fixture(scope="module")
def ruff(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, out of its wheel: versions of rules_python differ in where they put a wheel's programs."""
    with zipfile.ZipFile(os.environ["RUFF_WHEEL"]) as wheel:
        (member,) = [name for name in wheel.namelist() if name.endswith("/scripts/ruff")]
        program = Path(wheel.extract(member, tmp_path_factory.mktemp("ruff")))
    program.chmod(0o755)
    return program


def _run(ruff: Path, command: list[str], mend: str) -> None:
    files = sources("python", but=(".toml",))
    check([str(ruff), *command, "--no-cache", "--config=pyproject.toml", "--force-exclude", *files], mend)


def test_lint(ruff: Path) -> None:
    _run(ruff, ["check", "--quiet"], f"ruff check --fix, with {_VERSION}; what that leaves, by hand.")


def test_format(ruff: Path) -> None:
    _run(ruff, ["format", "--quiet", "--diff"], f"ruff format, with {_VERSION}.")
