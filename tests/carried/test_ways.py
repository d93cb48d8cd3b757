"""Pythons that have no shared libpython: an executable with the interpreter in it, or a static libpython."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carried.carry import carried, facts, link
from tests.carried.root import PLACE, completed, output
from tests.e2e.par import Par, built
from tests.e2e.repack import pythons, version

#: What is packed by hand of Pythons that a machine may have besides Debian's: the version, and what there is of it.
_MORE = [((3, 9), "executable"), ((3, 11), "executable"), ((3, 11), "static"), ((3, 13), "executable")]


def cases() -> list[tuple[str, str]]:
    """An interpreter and what there is of it; Bazel has packed the first one (//tests/carried:static_3_14)."""
    found = [("/usr/bin/python3.14", "bazel")]
    for wanted, way in _MORE:
        others = [path for path in pythons() if version(path) == wanted and not path.startswith("/usr/bin/")]
        found += [(path, way) for path in others[:1]]
    return found


@pytest.fixture(scope="module", params=cases(), ids="-".join)
def par(request: pytest.FixtureRequest) -> Iterator[Par]:
    python, way = request.param
    if way == "bazel":
        yield Par(built("tests/carried/static_3_14.par"), python)
        return
    folder = Path(tempfile.mkdtemp(prefix="carried."))
    yield carried(python, folder, way=way)
    shutil.rmtree(folder)


def test_nothing_of_libpython_is_there(par: Par) -> None:
    with zipfile.ZipFile(par.path) as archive:
        names = [
            name for name in archive.namelist() if "libpython3" in name or name.startswith(".par/python")
        ]
    assert len(names) == 1 and names[0].startswith(".par/python")
    code = "print([line for line in open('/proc/self/maps') if 'libpython' in line])"
    assert output(par, "-c", code) == "[]\n"


def test_program(par: Par) -> None:
    code = "import sys; print(sys.version_info[:2], sys.argv, sys.executable, sys.flags.isolated, __name__)"
    major, minor = version(par.python)
    assert output(par, code, "a", interpreter=False) == (
        f"({major}, {minor}) ['{PLACE}', 'a'] /proc/self/root{PLACE} 1 __main__\n"
    )


def test_interpreter(par: Par) -> None:
    code = "import sys; print(sys.argv, sys.flags.optimize, sys.flags.dev_mode)"
    assert output(par, "-O", "-X", "dev", "-c", code, "x") == "['-c', 'x'] 1 True\n"


def test_extension_modules(par: Par) -> None:
    code = """
import _hashlib, bz2, ctypes, decimal, json, lzma, sqlite3, ssl, zlib
assert sqlite3.connect(":memory:").execute("select 40 + 2").fetchone() == (42,)
assert _hashlib.new("sha256", b"").digest() and ssl.create_default_context()
assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(abs)(-3) == 3
assert ctypes.pythonapi.Py_GetVersion
print(json.__file__)
"""
    assert output(par, "-c", code) == "{}/lib/python{}.{}/json/__init__.py\n".format(
        PLACE, *version(par.python)
    )


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes(par: Par, method: str) -> None:
    code = f"""
import multiprocessing
if __name__ == "__main__":
    multiprocessing.set_start_method({method!r})
    with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
"""
    done = completed(par, "-c", code)  # on stderr, hashlib may miss what Bazel's libpython is without
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n"), done


def test_signals_and_exit_codes(par: Par) -> None:
    for code, status in (
        ("import sys; sys.exit(7)", 7),
        ("import os; os.kill(os.getpid(), 9)", -9),
        ("1/0", 1),
    ):
        assert par.run("-c", code, env={"MEMFD_PAR_INTERPRETER": "1"}).returncode == status


def test_a_static_libpython_that_is_not_complete(tmp_path: Path) -> None:
    """Debian's lacks the objects of HACL*."""
    debian = "/usr/bin/python3.14"
    assert debian in pythons(), f"{debian} is not there: install python3.14 and libpython3.14-dev (Debian)"
    known = {line[0]: line[1] for line in facts(debian)}
    words = link(known, tmp_path / "linked").read_text()
    assert words.startswith("memfd_par: not linked\n") and "undefined reference to" in words
    with pytest.raises(
        AssertionError, match=r"static libpython could not be linked to one, as it is not complete"
    ):
        carried(debian, tmp_path, way="static")
