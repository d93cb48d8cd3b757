"""Each Python that the machine has, carried, in a root that has none."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carried.carry import carried
from tests.carried.root import PLACE, output
from tests.e2e.par import Par
from tests.e2e.repack import pythons, version


@pytest.fixture(scope="module", params=pythons())
def par(request: pytest.FixtureRequest) -> Iterator[Par]:
    folder = Path(tempfile.mkdtemp(prefix="carried."))
    yield carried(str(request.param), folder)
    shutil.rmtree(folder)


def test_the_pythons_that_there_have_to_be() -> None:
    """Others are tested where the machine has them."""
    absent = {(3, 13), (3, 14)} - {version(path) for path in pythons()}
    assert not absent, (
        f"MEMFD_PAR_PYTHONS lacks {sorted(absent)}: install python3.13 and python3.14 with libpython3-dev (Debian)"
    )


def test_what_is_started(par: Par) -> None:
    """The executable, where it has the interpreter in it; nothing of libpython is in the par then."""
    with zipfile.ZipFile(par.path) as archive:
        names = [
            name for name in archive.namelist() if "libpython3" in name or name.startswith(".par/python")
        ]
    code = "import sys; print(any('libpython3' in line for line in open('/proc/self/maps')))"
    shared = [name for name in names if name.startswith("lib/")]
    assert len(names) == 1 and output(par, "-c", code) == f"{bool(shared)}\n"


def test_program(par: Par) -> None:
    major, minor = version(par.python)
    code = "import sys; print(sys.version_info[:2], sys.argv, sys.executable, sys.flags.isolated, __name__)"
    assert output(par, code, "a", interpreter=False) == (
        f"({major}, {minor}) ['{PLACE}', 'a'] /proc/self/root{PLACE} 1 __main__\n"
    )


def test_interpreter(par: Par) -> None:
    code = "import sys, warnings; print(sys.argv, sys.flags.optimize, sys.flags.dev_mode, sys.warnoptions)"
    options = ["-O", "-X", "dev", "-W", "error::UserWarning:a.b"]
    assert output(par, *options, "-c", code, "x") == (
        "['-c', 'x'] 1 True ['default', 'error::UserWarning:a.b']\n"
    )
    assert output(par, "-m", "calendar", "2026", "1").startswith("    January 2026")


def test_libraries(par: Par) -> None:
    code = """
import bz2, ctypes, hashlib, lzma, sqlite3, ssl, uuid, zlib, decimal, json, asyncio, encodings.idna, os
assert sqlite3.connect(":memory:").execute("select 40 + 2").fetchone() == (42,)
assert hashlib.sha256(b"").digest() and ssl.create_default_context()
assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(abs)(-3) == 3
print(os.__file__, json.__file__, asyncio.run(asyncio.sleep(0, 7)))
"""
    folder = "{}/lib/python{}.{}".format(PLACE, *version(par.python))
    assert output(par, "-c", code) == f"{folder}/os.py {folder}/json/__init__.py 7\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes(par: Par, method: str) -> None:
    code = f"""
import multiprocessing, subprocess, sys
if __name__ == "__main__":
    multiprocessing.set_start_method({method!r})
    with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
    command = [sys.executable, "-c", "import sys; print(sys.prefix)"]
    print(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
"""
    assert output(par, "-c", code) == f"[1, 2]\nb'{PLACE}\\n'\n"


def test_traceback(par: Par) -> None:
    code = "import json\ntry: json.loads('{')\nexcept ValueError:\n import traceback; traceback.print_exc(file=__import__('sys').stdout)"
    printed = output(par, "-c", code)
    assert "raise JSONDecodeError" in printed or "self.scan_once(s, idx)" in printed, printed
