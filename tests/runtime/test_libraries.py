"""How a program is called that the par carries."""

from __future__ import annotations

from typing import Any

import pytest

from memfd_par.libraries import arguments


@pytest.mark.parametrize(
    ("given", "asked", "found", "called"),
    [
        (["/app.par/x/tool", "-v"], "/app.par/x/tool", b"/proc/7/fd/3/x/tool", ["/proc/7/fd/3/x/tool", "-v"]),
        (("/app.par/x/tool",), b"/app.par/x/tool", "/on/disk/x/tool", ["/on/disk/x/tool"]),
        ([b"/app.par/x/tool"], "/app.par/x/tool", "/on/disk/x/tool", ["/on/disk/x/tool"]),
        # It is called as the caller says,
        (["tool", "-v"], "/app.par/x/tool", "/on/disk/x/tool", ["tool", "-v"]),
        # or lies in no folder where anything could be beside it,
        (["/app.par/x/tool"], "/app.par/x/tool", b"/proc/7/fd/9", ["/app.par/x/tool"]),
        # or is none of the par's.
        (["/usr/bin/tool", "-v"], "/usr/bin/tool", "/usr/bin/tool", ["/usr/bin/tool", "-v"]),
        ([], "/app.par/x/tool", "/on/disk/x/tool", []),
    ],
)
def test_arguments(given: Any, asked: Any, found: Any, called: list[Any]) -> None:
    assert arguments(given, asked, found) == called
