"""A par that carries its interpreter and more bytes than 32 bits can count, which lie before all that is read first."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carried.carry import carried
from tests.carried.root import PLACE, output
from tests.e2e.par import Par
from tests.e2e.surgery import member

_SIZE = 4 * 1024**3 + 5


@pytest.fixture(scope="module", params=["whole", "library"])
def par(request: pytest.FixtureRequest) -> Iterator[Par]:
    """What is started is Python's executable, or a launcher that loads libpython."""
    folder = Path(tempfile.mkdtemp(prefix="carried."))
    large = folder / "large.bin"
    with large.open("wb") as file:
        file.seek(_SIZE - 4)
        file.write(b"tail")
    packed = carried(sys.executable, folder, way=request.param, data=[large.name])
    large.unlink()
    yield packed
    shutil.rmtree(folder)


def test_it_runs(par: Par) -> None:
    assert member(par.path, ".par/index")[0] > _SIZE
    code = """
import ctypes, json, sqlite3, ssl, sys
with open(sys.argv[0] + "/large.bin", "rb") as file:
    print(file.seek(-4, 2), file.read(), json.__file__)
"""
    printed = output(par, code, interpreter=False)
    assert printed == f"{_SIZE - 4} b'tail' {PLACE}/lib/python3.{sys.version_info[1]}/json/__init__.py\n"


def test_sources(par: Par) -> None:
    """Those of tracebacks lie behind the large file, too."""
    code = """
import json, traceback
try:
    json.loads("{")
except ValueError:
    print("self.scan_once(s, idx)" in traceback.format_exc())
"""
    assert output(par, "-c", code) == "True\n"
