"""uv: an executable found by the wheel's own code."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import uv


def main() -> None:
    """Says its version, by the path and by `python -m uv`."""
    for start in ([uv.find_uv_bin()], [sys.executable, "-m", "uv"]):
        assert subprocess.check_output([*start, "--version"]).startswith(b"uv ")
    print("uv", importlib.metadata.version("uv"), "works")


if __name__ == "__main__":
    main()
