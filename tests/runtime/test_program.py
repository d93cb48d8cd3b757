"""A program that the par lacks is told of; its own absence is no traceback."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from memfd_par import format, program

#: Modules by key, as the index has them.
MODULES = {
    "package": (format.PACKAGE, 0, 0, None),
    "fast": (format.EXTENSION, 0, 0, "fast.so"),
    "spaces": (format.PACKAGE | format.NAMESPACE, 0, 0, None),
}


@pytest.fixture
def index() -> Any:
    return SimpleNamespace(
        archive=SimpleNamespace(path="/x/app.par"), header={"target": "//some:target"}, module=MODULES.get
    )


def says(module: str) -> str:
    return rf"^memfd_par: /x/app\.par has no module {module}, which it was built to run\. Build //some:target again"


def test_no_script(index: Any) -> None:
    with pytest.raises(SystemExit, match=says("main")):
        program._run_script(index, "main")


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("absent", "absent"),
        ("package.absent", r"package\.absent"),
        ("package", r"package\.__main__"),
        ("spaces", r"spaces\.__main__"),
        ("fast", "fast"),  # no source to run
    ],
)
def test_no_module(name: str, missing: str, index: Any) -> None:
    with pytest.raises(SystemExit, match=says(missing)):
        program._run_module(index, name)


def test_no_module_of_an_entry_point(index: Any) -> None:
    with pytest.raises(SystemExit, match=says("absent")):
        program._run_function(index, "absent", "main")
