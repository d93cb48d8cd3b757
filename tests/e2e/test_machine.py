"""Native code for another machine, interpreter or C library is refused before anything runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.par import Copy, says
from tests.e2e.surgery import change_header

Change = Callable[[dict[str, Any]], None]


def _set(**values: object) -> Change:
    return lambda header: header.update(values)


_OTHER_MACHINE = "aarch64" if os.uname().machine == "x86_64" else "x86_64"


@pytest.mark.parametrize(
    ("change", "phrases"),
    [
        (
            _set(machine=_OTHER_MACHINE),
            [f"native code for {_OTHER_MACHINE}, and this machine is {os.uname().machine}", "--platforms"],
        ),
        (
            _set(abi="cpython-31"),
            ["extension modules for cpython-31, and ", " is cpython-3", "MEMFD_PAR_PYTHON"],
        ),
        (_set(glibc=(2, 99)), ["needs glibc 2.99 or newer, and this machine has 2.", "attribute `policy`"]),
    ],
)
def test_a_par_for_elsewhere(copy: Copy, change: Change, phrases: list[str]) -> None:
    par = copy("natives")
    change_header(par.path, change)
    stderr = par.fails("print('never')")
    says(stderr, f"memfd_par: {par.path} ", *phrases)
    assert "//tests/e2e/programs:natives" in stderr
    assert len(stderr.splitlines()) == 1


def test_a_par_that_is_changed_in_no_way_that_matters(copy: Copy) -> None:
    par = copy("natives")
    change_header(par.path, _set(glibc=(2, 1)))
    assert par.output("import _answer; print(_answer.answer())") == "42\n"


def test_pure_python_runs_on_every_machine(copy: Copy) -> None:
    par = copy("probe")
    change_header(par.path, _set(abi="cpython-31", glibc=(2, 99)))
    assert par.output("import shapes; print(shapes.Circle())") == "<circle>\n"
