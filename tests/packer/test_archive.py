"""The zip archive: alignment, dates, sizes beyond 32 bits."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packer.archive import ParArchive
from packer.digest import FileFacts
from packer.digester import digest
from packer.image import PAGE_SIZES


def facts(path: Path | str) -> FileFacts:
    (found,) = digest([str(path)], 0)
    return found


@contextmanager
def archive_after(before: int) -> Iterator[ParArchive]:
    """An archive behind so many bytes."""
    with tempfile.TemporaryFile() as file:
        file.write(bytes(before))
        yield ParArchive(file, 65536)


@pytest.mark.parametrize("page_size", sorted(set(PAGE_SIZES.values())))
@pytest.mark.parametrize("before", [0, 1, 4061, 4062, 4063, 4064, 4065, 4066, 65500, 65510])
def test_native_members_start_on_pages(tmp_path: Path, page_size: int, before: int) -> None:
    library = tmp_path / "lib.so"
    library.write_bytes(b"\x7fELF" + bytes(100))
    with open(tmp_path / "a.par", "w+b") as file:
        file.write(bytes(before))
        archive = ParArchive(file, page_size)
        places = [
            archive.add_page_aligned(f"lib{number}.so", facts(library), executable=False)
            for number in range(3)
        ]
        size = archive.close()
    content = (tmp_path / "a.par").read_bytes()
    assert len(content) == size
    for place in places:
        assert place.offset % page_size == 0
        assert content[place.offset : place.offset + place.size] == library.read_bytes()
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        assert read.testzip() is None


@given(st.integers(min_value=0, max_value=2**17))
def test_any_padding_can_be_made(before: int) -> None:
    with archive_after(before) as archive:
        assert archive.add_page_aligned("x.so", facts(__file__), executable=True).offset % 65536 == 0


def test_members_are_dated_alike_and_name_no_user(tmp_path: Path) -> None:
    with open(tmp_path / "a.par", "w+b") as file:
        archive = ParArchive(file, 4096)
        archive.add_bytes("a.txt", b"a")
        archive.add_file("b.py", facts(__file__), deflate=True)
        archive.add_page_aligned("c", facts(__file__), executable=True)
        archive.close()
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        found = [(i.filename, i.date_time, i.create_system, i.external_attr >> 16) for i in read.infolist()]
    date = (1980, 1, 1, 0, 0, 0)
    assert found == [("a.txt", date, 3, 0o100644), ("b.py", date, 3, 0o100644), ("c", date, 3, 0o100755)]


def test_pieces_lie_one_after_the_other(tmp_path: Path) -> None:
    with open(tmp_path / "a.par", "w+b") as file:
        archive = ParArchive(file, 4096)
        offset = archive.add_bytes("code", b"one", memoryview(b"two")).offset
        archive.close()
        file.seek(offset)
        assert file.read(6) == b"onetwo"
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        assert read.testzip() is None


def test_the_digest_tells_contents_apart() -> None:
    digests = set()
    for data in (b"a", b"b"):
        with archive_after(0) as archive:
            archive.add_bytes("x", data)
            digests.add(archive.digest())
    assert len(digests) == 2


@pytest.mark.parametrize("name", ["é.txt", "日本/x.py", "plain.txt"])
def test_names_in_any_script(name: str, tmp_path: Path) -> None:
    with open(tmp_path / "a.par", "w+b") as file:
        archive = ParArchive(file, 4096)
        archive.add_bytes(name, b"text")
        archive.close()
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        assert read.namelist() == [name]
        assert read.read(name) == b"text"


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize(
    ("content", "executable"),
    [
        (b"#!/bin/sh\nexit 0\n", True),
        (b"#!", True),
        (b"#", False),
        (b"", False),
        (b" #!/bin/sh\n", False),
        (b"\xef\xbb\xbf#!/bin/sh\n", False),  # the kernel sees a byte order mark
    ],
)
def test_scripts_may_be_executed(content: bytes, executable: bool, deflate: bool, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(content)
    with open(tmp_path / "a.par", "w+b") as file:
        archive = ParArchive(file, 4096)
        stored = archive.add_file("script", facts(script), deflate=deflate)
        archive.close()
    assert stored.entry()[2:] == (len(content), int(executable))
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        assert read.read("script") == content
        assert read.infolist()[0].external_attr >> 16 == (0o100755 if executable else 0o100644)


@pytest.mark.parametrize("executable", [False, True])
def test_programs_may_be_executed_and_libraries_not(executable: bool) -> None:
    with archive_after(0) as archive:
        stored = archive.add_page_aligned("x", facts(__file__), executable=executable)
    assert stored.executable is executable
    assert stored.entry() == (stored.offset, stored.size, stored.size, int(executable))
