"""cmake: an executable that looks for its modules in a folder relative to itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import cmake


def main() -> None:
    """Runs a script that includes one of CMake's own modules."""
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "script.cmake")
        with open(script, "w") as file:
            file.write("include(CMakePrintHelpers)\nset(x 5)\ncmake_print_variables(x)\n")
        for start in ([os.path.join(cmake.CMAKE_BIN_DIR, "cmake")], [sys.executable, "-m", "cmake"]):
            done = subprocess.run([*start, "-P", script], text=True, capture_output=True)
            assert 'x="5"' in done.stdout, (start, done)
    print("cmake", cmake.__version__, "works")


if __name__ == "__main__":
    main()
