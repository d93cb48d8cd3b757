"""ziglang: a compiler that finds its libraries beside its own executable."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tempfile


def main() -> None:
    """Compiles C and runs the result."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "a.c"), "w") as file:
            file.write('#include <stdio.h>\nint main(void) { puts("hello"); }\n')
        environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", "a.c", "-o", "a"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done
        assert subprocess.check_output([os.path.join(folder, "a")]) == b"hello\n"
    print("ziglang", importlib.metadata.version("ziglang"), "works")


if __name__ == "__main__":
    main()
