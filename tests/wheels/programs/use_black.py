"""black: compiled by mypyc; its modules share one library that is named by a hash."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import black


def main() -> None:
    """Formats text, and files with processes."""
    assert black.format_str("x=[1,2 ,3]", mode=black.Mode()) == "x = [1, 2, 3]\n"
    assert black.__file__.endswith(".so")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.py", "b.py"):
            with open(os.path.join(folder, name), "w") as file:
                file.write("x=1\n")
        done = subprocess.run([sys.executable, "-m", "black", folder], capture_output=True, text=True)
        assert "2 files reformatted" in done.stderr, done
    print("black", black.__version__, "works")


if __name__ == "__main__":
    main()
