"""A par that is not whole any more: one paragraph, status 1, and nothing runs by halves."""

from __future__ import annotations

import dataclasses
import marshal
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.par import Copy, Par, clean, says
from tests.e2e.surgery import cut, directory_offset, flip, member

_USE_ALL = """
import sys
print("started", flush=True)
import _answer, other._other, faulty, json, importlib.resources
print(_answer.answer(), faulty.__name__, importlib.resources.files("faulty").joinpath("__init__.py").read_text()[:3])
"""
_WHOLE = 'started\n42 faulty """\n'


def _fails_early(par: Par) -> None:
    """Before the program starts."""
    stderr = par.fails(_USE_ALL)
    says(stderr, "memfd_par: ", str(par.path), "truncated", "Copy it again", "original")
    assert stderr.count("\n") == 1, stderr
    assert "Traceback" not in stderr


@pytest.fixture
def par(copy: Copy) -> Par:
    return copy("natives")


def test_whole(par: Par) -> None:
    assert par.output(_USE_ALL) == _WHOLE


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("__main__.py", 0.5),
        (".par/explain.py", 0.0),
        (".par/explain.py", 0.5),
        ("_answer.so", 0.5),
        ("memfd_par/images.py", 0.5),
        (".par/code", 0.5),
        (".par/index", 0.0),
        (".par/index", 0.5),
        (".par/boot", 0.0),
        (".par/boot", 0.5),
        (".par/boot", 0.999),
        (".par/boot", 1.0),
    ],
)
def test_cut_within_a_member(par: Par, name: str, part: float) -> None:
    offset, size = member(par.path, name)
    cut(par.path, offset + int(size * part))
    _fails_early(par)


@pytest.mark.parametrize("less", [1, 10, 22, 100, 500])
def test_cut_within_the_zip_directory(par: Par, less: int) -> None:
    size = par.path.stat().st_size
    assert size - less > directory_offset(par.path)
    cut(par.path, size - less)
    _fails_early(par)


@pytest.mark.parametrize("size", [12, *range(90, 1000, 90), 1340, 1400])
def test_cut_within_the_preamble(par: Par, size: int) -> None:
    """The shell reads it, and it is the shell's error. Less than two lines are an empty script to it."""
    cut(par.path, size)
    completed = par.run(_USE_ALL)
    assert completed.returncode == 2
    assert completed.stdout == ""
    says(completed.stderr, str(par.path), "Syntax error")


@pytest.mark.parametrize("part", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_flipped_bit_in_what_every_start_reads(par: Par, part: float) -> None:
    offset, size = member(par.path, ".par/boot")
    flip(par.path, offset + int((size - 1) * part), 3)
    _fails_early(par)


def _notices(par: Par) -> bool:
    """Whether it says that it was altered; or else it works as if nothing were, as the damaged table is not used."""
    completed = par.run(_USE_ALL)
    if completed.returncode == 0:
        assert (completed.stdout, completed.stderr) == (_WHOLE, "")
        return False
    assert completed.returncode == 1, completed
    says(clean(completed.stderr), str(par.path), "truncated or was altered", "Copy it again")
    message = completed.stderr.splitlines()[-1]
    assert re.match(r"(memfd_par: |memfd_par\.errors\.Par(Import|Read)Error: )/", message), completed.stderr
    assert completed.stdout in ("", "started\n")
    return True


def test_flipped_bit_in_the_index(par: Par) -> None:
    """At 25 places: all of it but the tables of folders that are not used."""
    offset, size = member(par.path, ".par/index")
    noticed = 0
    for part in range(25):
        position = offset + (size - 1) * part // 24
        flip(par.path, position, 0)
        noticed += _notices(par)
        flip(par.path, position, 0)
    assert noticed >= 3
    assert not _notices(par)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(data=st.data())
def test_any_flipped_bit_in_the_tables(shared: Copy, folder: Path, data: st.DataObject) -> None:
    original = shared("natives").path
    name = data.draw(st.sampled_from([".par/index", ".par/boot"]))
    offset, size = member(original, name)
    position = data.draw(st.integers(0, size - 1))
    bit = data.draw(st.integers(0, 7))
    par = Par(folder / "damaged.par")
    shutil.copy(original, par.path)
    flip(par.path, offset + position, bit)
    _notices(par)


def test_flipped_bit_in_a_table_is_noticed_when_it_is_used(par: Par) -> None:
    """Every byte of the index belongs to some table; those of the modules that are used here are noticed."""
    offset, size = member(par.path, ".par/index")
    # Before it comes the table of the same module below its repository's name.
    *_, found = re.compile(rb"syntax(?!\.)").finditer(par.path.read_bytes(), offset, offset + size)
    flip(par.path, found.start())
    stderr = par.fails("import _answer; print(_answer.answer())\nimport faulty.syntax")
    says(stderr, "ParImportError: ", "the index of faulty", "checksum", "Copy it again")
    code = """
import sys
try: import faulty.syntax
except ImportError as error: assert error.name == "faulty.syntax", error.name
else: raise AssertionError
assert "faulty.syntax" not in sys.modules
import _answer, json; print(_answer.answer(), "memfd_par.errors" in sys.modules)
"""
    assert par.output(code) == "42 True\n"


def test_a_folder_on_the_path_where_the_list_of_files_is_damaged(par: Par) -> None:
    """Modules are found without it."""
    offset, size = member(par.path, ".par/boot")
    _, _, header = marshal.loads(par.path.read_bytes()[offset : offset + size])
    code = f"""
import os, sys
sys.path.insert(0, {str(par.path)!r} + "/shapes")
import base
print(base.__name__, os.path.basename(base.__file__))
"""
    whole = par.output(code)
    flip(par.path, header["index"] + header["files"][0] + header["files"][1] // 2)
    assert par.output(code) == whole == "base base.py\n"


def test_grown(par: Par) -> None:
    """What a copying program appended does no harm."""
    with par.path.open("ab") as file:
        file.write(b"\n\n")
    assert par.output(_USE_ALL) == _WHOLE


_CUT = """
import os
os.truncate({path!r}, {size})
import _answer
"""


def test_cut_while_it_runs(par: Par) -> None:
    code = _CUT.format(path=str(par.path), size=member(par.path, "_answer.so")[0] + 100)
    stderr = dataclasses.replace(par, tier="plain").fails(code)
    says(stderr, "Error: ", str(par.path), "Restart the program")


@pytest.mark.parametrize("tier", ["sparse", "full"])
def test_cut_while_it_runs_and_is_mapped(par: Par, tier: str) -> None:
    """As above. What is mapped and cut off ends a program that still uses it (SIGBUS), as with any library in use."""
    code = _CUT.format(path=str(par.path), size=member(par.path, "_answer.so")[0] + 100)
    caught = f"""
import sys
try: exec({code!r})
except ImportError as error: print(type(error).__name__, error, flush=True)
os._exit(3)
"""
    completed = dataclasses.replace(par, tier=tier).run(caught)
    assert (completed.returncode, completed.stderr) == (3, "")
    says(completed.stdout, "ParImportError ", str(par.path), "Restart the program")


def test_code_that_is_none(par: Par) -> None:
    """Code has no checksum of its own; what is none is told all the same."""
    offset, size = member(par.path, ".par/code")
    with par.path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(size))
    stderr = par.fails("import shapes")
    says(stderr, str(par.path), "truncated or was altered", "the code of", "Copy it again")
