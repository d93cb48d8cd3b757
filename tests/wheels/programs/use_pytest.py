"""pytest: rewrites asserts in a test file, loads plug-ins by entry points, and runs in a child."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pytest

TEST = "def test_good(tmp_path, mocker):\n    assert mocker.Mock()\n\ndef test_bad():\n    assert [1, 2] == [1, 3]\n"


def main() -> None:
    """One test passes and one fails, with an explained assertion."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "test_it.py")
        with open(path, "w") as file:
            file.write(TEST)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n2", path],
            capture_output=True,
            text=True,
            cwd=folder,
        )
        assert "1 failed, 1 passed" in done.stdout and "At index 1 diff: 2 != 3" in done.stdout, done
        assert pytest.main(["-q", "-p", "no:cacheprovider", path]) == 1
    print("pytest", pytest.__version__, "works")


if __name__ == "__main__":
    main()
