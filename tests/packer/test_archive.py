"""The zip archive: alignment, dates, sizes beyond 32 bits."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packer.archive import PAGE_SIZES, ParArchive


@pytest.mark.parametrize("page_size", sorted(set(PAGE_SIZES.values())))
@pytest.mark.parametrize("before", [0, 1, 4061, 4062, 4063, 4064, 4065, 4066, 65500, 65510])
def test_native_members_start_on_pages(tmp_path: Path, page_size: int, before: int) -> None:
    library = tmp_path / "lib.so"
    library.write_bytes(b"\x7fELF" + bytes(100))
    with open(tmp_path / "a.par", "w+b") as file:
        file.write(bytes(before))
        archive = ParArchive(file, page_size)
        places = [
            archive.add_page_aligned(f"lib{number}.so", str(library), executable=False) for number in range(3)
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
    file = io.BytesIO(bytes(before))
    file.seek(0, 2)
    archive = ParArchive(file, 65536)
    assert archive.add_page_aligned("x.so", __file__, executable=True).offset % 65536 == 0


def test_members_are_dated_alike_and_name_no_user(tmp_path: Path) -> None:
    with open(tmp_path / "a.par", "w+b") as file:
        archive = ParArchive(file, 4096)
        archive.add_bytes("a.txt", b"a")
        archive.add_file("b.py", __file__, deflate=True)
        archive.add_page_aligned("c", __file__, executable=True)
        archive.close()
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        facts = [
            (i.filename, i.date_time[0], i.create_system, i.external_attr >> 16) for i in read.infolist()
        ]
    assert facts == [("a.txt", 1980, 3, 0o100644), ("b.py", 1980, 3, 0o100644), ("c", 1980, 3, 0o100755)]


def test_a_stream_lies_where_it_says(tmp_path: Path) -> None:
    with open(tmp_path / "a.par", "w+b") as file:
        archive = ParArchive(file, 4096)
        with archive.stream("code") as (offset, stream):
            stream.write(b"one")
            stream.write(b"two")
        archive.close()
        file.seek(offset)
        assert file.read(6) == b"onetwo"


def test_the_digest_tells_contents_apart() -> None:
    digests = set()
    for data in (b"a", b"b"):
        archive = ParArchive(io.BytesIO(), 4096)
        archive.add_bytes("x", data)
        digests.add(archive.digest())
    assert len(digests) == 2


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
        stored = archive.add_file("script", str(script), deflate=deflate)
        archive.close()
    assert stored.entry()[2:] == (len(content), int(executable))
    with zipfile.ZipFile(tmp_path / "a.par") as read:
        assert read.read("script") == content
        assert read.infolist()[0].external_attr >> 16 == (0o100755 if executable else 0o100644)


@pytest.mark.parametrize("executable", [False, True])
def test_programs_may_be_executed_and_libraries_not(executable: bool) -> None:
    archive = ParArchive(io.BytesIO(), 4096)
    stored = archive.add_page_aligned("x", __file__, executable=executable)
    assert stored.executable is executable
    assert stored.entry() == (stored.offset, stored.size, stored.size, int(executable))
