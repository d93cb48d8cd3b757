"""Starlark is formatted, and has none of the faults that buildifier knows."""

from __future__ import annotations

from tests.lint.tree import check, sources, tool

_INSTALL = (
    "bazelw brings it, unless npm could not fetch it. Install buildifier 8 "
    "(https://github.com/bazelbuild/buildtools) in /usr/local/bin."
)


def test_buildifier() -> None:
    check(
        [tool("buildifier", _INSTALL), "-mode=diff", "-lint=warn", *sources("starlark")],
        "buildifier -lint=fix on these files; what that leaves, by hand.",
    )
