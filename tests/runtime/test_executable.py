"""How a par is asked to be an interpreter, and which variables its children never see."""

from __future__ import annotations

import os
import posix
import sys
from typing import Any, ClassVar

import pytest

from memfd_par import executable
from memfd_par.program import _main


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posix, "environ", {})
    monkeypatch.setattr(sys, "argv", ["/x/app.par", "argument"])


def ask(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """As the kernel hands a variable over."""
    monkeypatch.setenv(name, value)
    posix.environ[name.encode()] = value.encode()


@pytest.mark.parametrize(("value", "asked"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_variable_is_for_one_process(value: str, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch, executable.VARIABLE, value)
    assert executable.take_request() is asked
    assert executable.VARIABLE.encode() not in posix.environ
    if value:
        assert executable.VARIABLE not in os.environ
    assert executable.take_request() is False
    assert sys.argv == ["/x/app.par", "argument"]


def test_the_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    assert executable.take_request() is False
    monkeypatch.setattr(sys, "argv", ["/proc/self/root/x/app.par", "-c", "1"])
    assert executable.take_request() is True
    assert sys.argv == ["/x/app.par", "-c", "1"]
    monkeypatch.setattr(sys, "argv", ["/proc/self/rooted.par"])
    assert executable.take_request() is False


def test_sys_executable(monkeypatch: pytest.MonkeyPatch) -> None:
    python = sys.executable
    monkeypatch.setattr(sys, "executable", python)
    monkeypatch.setattr(sys, "_base_executable", "")
    executable.set_executable("/bin/sh", False)
    assert sys.executable == "/proc/self/root/bin/sh"
    assert os.path.samefile(sys.executable, "/bin/sh")
    assert sys._base_executable == python  # type: ignore[attr-defined]
    executable.set_executable("/bin/sh", True)
    assert sys._base_executable == sys.executable == "/proc/self/root/bin/sh"  # type: ignore[attr-defined]


def test_a_par_that_cannot_be_executed_is_named_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", sys.executable)
    monkeypatch.setattr(sys, "_base_executable", "")
    executable.set_executable("/nonexistent/app.par", False)  # on a noexec mount, or without the mode
    assert sys.executable == "/nonexistent/app.par"


class Index:
    """A par with any module below `package`."""

    header: ClassVar[dict[str, Any]] = {"main": ("script", "main")}

    def module(self, key: str) -> tuple[int, int, int, None] | None:
        """An entry, if the par has the module."""
        return (0, 0, 0, None) if key.partition("/")[0] == "package" else None


INDEX: Any = Index()


@pytest.mark.parametrize(
    ("name", "value", "main"),
    [
        ("MEMFD_PAR_MODULE", "package.tool", ("module", "package.tool")),
        ("MEMFD_PAR_ENTRY_POINT", "package.tool:main", ("function", "package.tool:main")),
        ("MEMFD_PAR_MODULE", "calendar", ("elsewhere", "calendar")),
        ("MEMFD_PAR_MODULE", "", ("script", "main")),
        ("MEMFD_PAR_ENTRY_POINT", "", ("script", "main")),
    ],
)
def test_another_program(
    name: str, value: str, main: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, name, value)
    assert _main(INDEX) == main
    assert name.encode() not in posix.environ
    assert _main(INDEX) == ("script", "main")
