"""Zip records, as zipfile reads them."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packer.zip_records import Record, directory

GIB = 1 << 30


def read(records: list[Record], before: int = 0) -> list[zipfile.ZipInfo]:
    """What zipfile finds in an archive that is all directory; the directory begins after `before` bytes."""
    end = directory(records, before)
    file = io.BytesIO(bytes(before) + end)
    with zipfile.ZipFile(file) as archive:
        return archive.infolist()


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=50), st.booleans(), st.booleans()),
        max_size=8,
        unique_by=lambda member: member[0],
    )
)
def test_zipfile_reads_what_is_written(members: list[tuple[str, bytes, bool, bool]]) -> None:
    members = [member for member in members if "\0" not in member[0] and _encodable(member[0])]
    file = io.BytesIO()
    records = []
    for name, data, deflated, executable in members:
        stored = zlib.compress(data, wbits=-15) if deflated and data else data
        record = Record(
            name,
            file.tell(),
            len(data),
            len(stored),
            zlib.crc32(data),
            deflated and bool(data),
            executable,
        )
        records.append(record)
        file.write(record.local(b"\x35\xd9\x02\x00ab") + stored)
    file.write(directory(records, file.tell()))
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert [(i.filename, archive.read(i)) for i in archive.infolist()] == [m[:2] for m in members]
        modes = [info.external_attr >> 16 for info in archive.infolist()]
        assert modes == [0o100755 if member[3] else 0o100644 for member in members]


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("size", [4 * GIB - 2, 4 * GIB - 1, 4 * GIB, 9 * GIB])
@pytest.mark.parametrize("header", [0, 4 * GIB - 2, 4 * GIB - 1, 5 * GIB])
def test_numbers_beyond_32_bits(size: int, header: int) -> None:
    (info,) = read([Record("x", header, size, size, 1)])
    assert (info.file_size, info.compress_size, info.header_offset) == (size, size, header)
    local = Record("x", header, size, size, 1).local()
    big = size >= 4 * GIB - 1
    assert len(local) == 30 + 1 + (20 if big else 0)
    assert int.from_bytes(local[22:26], "little") == (0xFFFFFFFF if big else size)
    if big:
        assert [int.from_bytes(local[35 + n : 43 + n], "little") for n in (0, 8)] == [size, size]


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536])
def test_more_members_than_16_bits_can_count(count: int) -> None:
    found = read([Record(str(number), number, 0, 0, 0) for number in range(count)], before=100)
    assert len(found) == count
    assert found[-1].header_offset == count - 1
