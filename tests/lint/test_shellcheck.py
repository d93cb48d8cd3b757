"""Shell scripts have none of the faults that shellcheck knows."""

from __future__ import annotations

from tests.lint.tree import check, sources, tool


def test_shellcheck() -> None:
    program = tool("shellcheck", "install the package shellcheck.")
    # preamble.sh is a template: no shell until the packer has filled it in.
    files = sources("shell", but=("/preamble.sh",))
    check([program, "--external-sources", *files], "https://www.shellcheck.net/wiki explains each code.")
