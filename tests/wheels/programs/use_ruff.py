"""ruff: an executable in the wheel, found and started by the wheel's own code."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

from ruff.__main__ import find_ruff_bin


def main() -> None:
    """Lints a line, by the path and by `python -m ruff`."""
    command = ["check", "--isolated", "--no-cache", "-"]
    for start in ([find_ruff_bin()], [sys.executable, "-m", "ruff"]):
        done = subprocess.run([*start, *command], input="import os\n", text=True, capture_output=True)
        assert done.returncode == 1 and "F401" in done.stdout, (start, done)
    print("ruff", importlib.metadata.version("ruff"), "works")


if __name__ == "__main__":
    main()
