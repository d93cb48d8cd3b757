"""ninja: an executable in the wheel builds a file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import ninja


def main() -> None:
    """Builds one file, by the path and by `python -m ninja`."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "build.ninja"), "w") as file:
            file.write("rule copy\n  command = cp $in $out\nbuild two: copy one\n")
        for start in ([os.path.join(ninja.BIN_DIR, "ninja")], [sys.executable, "-m", "ninja"]):
            with open(os.path.join(folder, "one"), "w") as file:
                file.write(start[0])
            done = subprocess.run(start, cwd=folder, text=True, capture_output=True)
            assert done.returncode == 0, done
            with open(os.path.join(folder, "two")) as file:
                assert file.read() == start[0]
    print("ninja", ninja.__version__, "works")


if __name__ == "__main__":
    main()
