"""mypy: compiled by mypyc, reads typeshed from its own folder."""

from __future__ import annotations

import importlib.metadata
import os
import tempfile

import mypy.api


def main() -> None:
    """Finds an error of types."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.py")
        with open(path, "w") as file:
            file.write("import json, os.path\nx: int = json.dumps(1)\n")
        text, errors, status = mypy.api.run(["--cache-dir", folder, "--strict", path])
        assert status == 1 and "Incompatible types in assignment" in text and not errors, (text, errors)
    print("mypy", importlib.metadata.version("mypy"), "works")


if __name__ == "__main__":
    main()
