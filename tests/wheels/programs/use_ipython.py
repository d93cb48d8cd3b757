"""IPython: a shell that runs a cell with a magic, in memory."""

from __future__ import annotations

import os
import tempfile

import IPython
from IPython.core import oinspect
from IPython.core.interactiveshell import InteractiveShell


def main() -> None:
    """Runs a cell, and asks for the source of a function."""
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
    shell = InteractiveShell.instance()
    assert shell.run_cell("%timeit -n1 -r1 -o pass\n21 * 2").result == 42
    assert "def getsource" in oinspect.getsource(oinspect.getsource)
    print("IPython", IPython.__version__, "works")


if __name__ == "__main__":
    main()
