"""What lies in a par, where, and that the same inputs give the same bytes."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.packing import digest, pack
from tests.e2e.par import Copy, built
from tests.e2e.surgery import directory_offset, member

_PAGE = 65536 if os.uname().machine == "aarch64" else 4096
_NATIVE = "tests/e2e/programs/native"

_MEND = """
{golden} is not what the packer makes now. If that is meant, put this there:
{listing}"""


def _listing(par: Path) -> str:
    lines = []
    with zipfile.ZipFile(par) as archive:
        for info in archive.infolist():
            kind = "stored" if info.compress_type == zipfile.ZIP_STORED else "deflated"
            aligned = member(par, info.filename)[0] % _PAGE == 0 if kind == "stored" else False
            lines.append(f"{info.filename} {kind}{' at a page' * aligned}\n")
    return "".join(lines)


def test_golden_listing() -> None:
    listing = _listing(built("examples/hello/hello.par"))
    golden = "tests/e2e/hello.listing"
    assert listing == built(golden).read_text(), _MEND.format(golden=golden, listing=listing)


@pytest.mark.parametrize("name", ["mysql_repl", "natives"])
def test_native_members_are_stored_at_pages(shared: Copy, name: str) -> None:
    place, found = shared(name).path, 0
    with zipfile.ZipFile(place) as archive, place.open("rb") as file:
        for info in archive.infolist():
            if archive.read(info)[:4] == b"\x7fELF":
                found += 1
                offset, size = member(place, info.filename)
                assert info.compress_type == zipfile.ZIP_STORED
                assert offset % _PAGE == 0, info.filename
                file.seek(offset)
                assert file.read(size) == archive.read(info)
    assert found >= 2


@pytest.mark.parametrize("name", ["mysql_repl", "hello", "natives", "deflated"])
def test_archive_is_sound(shared: Copy, name: str) -> None:
    """All dates and rights are the same, no name twice, nothing between the members and the directory's end."""
    place = shared(name).path
    with zipfile.ZipFile(place) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.create_system for info in archive.infolist()} == {3}
        assert {info.external_attr >> 16 for info in archive.infolist()} <= {0o100644, 0o100755}
        users = [n for n in names if not n.startswith(".par/") and n != "__main__.py"]
    assert users == sorted(users)
    last = [".par/code", ".par/index", ".par/boot"]
    last += [name for name in (".par/start",) if name in names]  # of a par with its interpreter
    assert names[-len(last) :] == last
    offset, size = member(place, last[-1])
    assert offset + size == directory_offset(place)
    assert place.stat().st_mode & 0o111


def test_deflated(shared: Copy) -> None:
    place = shared("deflated").path
    with zipfile.ZipFile(place) as archive:
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert kinds["shapes/circle.py"] == zipfile.ZIP_DEFLATED
    assert {kinds[name] for name in kinds if name.startswith(".par/")} == {zipfile.ZIP_STORED}


# Determinism

_SOURCES = {
    "main.py": "import sys, package.module, _answer\nprint(package.module.NAMES == {'b', 'a'}, _answer.answer())\n",
    "package/__init__.py": "",
    "package/module.py": "NAMES = {'a', 'b'}\nA = 'a'\nFROZEN = A in {'x', 'y', 'a', 'zzz', 'long text of several words'}\n",
    "package/text.txt": "text\n" * 500,
    "other.py": "def f(x=1, *, y: int = 2) -> None: ...\nlambda: (yield)\n",
    "broken.py": "x = = 1\n",
    "\u00fcnicode.py": "NAME = '\u00fc'\n",
}
_LIBRARIES = ["libinner.so", "libouter.so"]


def _inputs(folder: Path, sources: Mapping[str, str], time: int) -> None:
    """Writes the inputs in this order, with this date."""
    for name, text in sources.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    for name in [*_LIBRARIES, "_answer.so"]:
        shutil.copyfile(built(f"{_NATIVE}/{name}"), folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (time, time))


@pytest.mark.parametrize("options", [[], ["--compression=deflate", "--optimize=2"]])
def test_same_inputs_give_same_bytes(tmp_path: Path, options: list[str]) -> None:
    here, there = tmp_path / "a", tmp_path / "another, much longer folder" / "\u00fc" / "b"
    here.mkdir()
    there.mkdir(parents=True)
    _inputs(here, _SOURCES, 1_000_000_000)
    _inputs(there, dict(reversed(_SOURCES.items())), 2_000_000_000)
    for path in there.rglob("*.py"):
        path.chmod(0o700)
    files = [*_SOURCES, *_LIBRARIES, "_answer.so"]
    common = [f"--machine={os.uname().machine}", *options]
    first = pack(here, files, *common, natives=_LIBRARIES, extensions={"_answer": "_answer.so"})
    second = pack(
        there,
        files,
        *common,
        prefix=f"{there}/",
        output="elsewhere.par",
        natives=_LIBRARIES,
        extensions={"_answer": "_answer.so"},
        env={
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Tokyo",
            "LC_ALL": "C",
            "USER": "x",
            "HOME": "/",
            "PYTHONOPTIMIZE": "",
        },
        umask=0o077,
    )
    assert first.path.read_bytes() == second.path.read_bytes()
    assert str(tmp_path).encode() not in first.path.read_bytes()
    assert first.output() == "True 42\n"


@pytest.mark.parametrize("optimize", [0, 2])
def test_same_bytes_however_the_files_are_digested(tmp_path: Path, optimize: int) -> None:
    """By the packer itself, in one digest, in one digest each, and in some that do not have them all."""
    _inputs(tmp_path, _SOURCES, 1)
    natives, files = [*_LIBRARIES, "_answer.so"], [*_SOURCES, *_LIBRARIES, "_answer.so"]
    groupings = [[], [files], [[file] for file in reversed(files)], [natives, files[:2]]]
    contents = set()
    for number, groups in enumerate(groupings):
        digests = [
            digest(tmp_path, group, output=f"{number}-{n}.digest", optimize=optimize)
            for n, group in enumerate(groups)
        ]
        par = pack(
            tmp_path,
            files,
            f"--optimize={optimize}",
            *digests,
            natives=_LIBRARIES,
            extensions={"_answer": "_answer.so"},
        )
        contents.add(par.path.read_bytes())
    assert len(contents) == 1
    assert par.output() == "True 42\n"


def test_other_inputs_give_other_bytes(tmp_path: Path) -> None:
    """One change of one byte changes the par: the test above would see it."""
    _inputs(tmp_path, _SOURCES, 1)
    files = [*_SOURCES, *_LIBRARIES, "_answer.so"]
    extensions = {"_answer": "_answer.so"}
    first = pack(tmp_path, files, output="1.par", natives=_LIBRARIES, extensions=extensions)
    (tmp_path / "package" / "text.txt").write_text("texT\n" * 500)
    second = pack(tmp_path, files, output="2.par", natives=_LIBRARIES, extensions=extensions)
    assert first.path.read_bytes() != second.path.read_bytes()
