"""watchfiles: sees by inotify that a file is new."""

from __future__ import annotations

import os
import tempfile
import threading

import watchfiles


def main() -> None:
    """Waits for a new file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "new")

        def create() -> None:
            with open(path, "w") as file:
                file.write("x")

        timer = threading.Timer(0.3, create)
        timer.start()
        for changes in watchfiles.watch(folder, yield_on_timeout=True, rust_timeout=5000):
            assert (watchfiles.Change.added, path) in changes
            break
    print("watchfiles", watchfiles.__version__, "works")


if __name__ == "__main__":
    main()
