"""The zip archive of a par: sorted, dated alike, native members on page boundaries.

Every byte is read once and written once; those of large files never reach this process (`packer.copy`).
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from packer.copy import Writer
from packer.digest import FileFacts
from packer.zip_records import Record, directory

_EXTRA_HEADER = 4
#: The extra field that zipalign uses for padding.
_PADDING_ID = 0xD935
#: An extra field's size has 16 bits, and a zip64 field may come before it.
_MOST_PADDING = 0xFFFF - 20


@dataclass(frozen=True)
class Stored:
    """Where a member's bytes lie in the file."""

    offset: int
    stored_size: int  #: less than `size` where the member is deflated
    size: int
    executable: bool = False

    def entry(self) -> tuple[int, int, int, int]:
        """As the index has it."""
        return self.offset, self.stored_size, self.size, int(self.executable)


def patched(facts: FileFacts, patches: Sequence[tuple[int, bytes]]) -> bytes:
    """A file's bytes, with others in places: (offset, bytes)."""
    with open(facts.local_path, "rb") as file:
        data = bytearray(file.read())
    for offset, piece in patches:
        data[offset : offset + len(piece)] = piece
    return bytes(data)


class ParArchive:
    """Writes members one after the other to a file that already holds the preamble."""

    def __init__(self, file: BinaryIO, page_size: int) -> None:
        """Begins at the file's position.

        Args:
            file: has a descriptor; nobody else writes to it until `close`.
            page_size: in bytes.
        """
        self._out = Writer(file)
        self._page_size = page_size
        self._records: list[Record] = []
        self._fillers = 0

    def add_file(self, stored_path: str, facts: FileFacts, *, deflate: bool) -> Stored:
        """A member from a file; a script that names its interpreter (`#!`) may be executed."""
        executable = facts.head[:2] == b"#!"
        if not deflate or not facts.size:
            place = self._begin(stored_path, facts.size, facts.size, facts.crc, executable=executable)
            self._out.copy(facts)
            return place
        compressor = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = compressor.compress(self._out.read(facts)) + compressor.flush()
        place = self._begin(
            stored_path, facts.size, len(data), facts.crc, deflated=True, executable=executable
        )
        self._out.write(data)
        return place

    def add_page_aligned(
        self,
        stored_path: str,
        facts: FileFacts,
        *,
        executable: bool,
        patches: Sequence[tuple[int, bytes]] = (),
    ) -> Stored:
        """A stored member whose first byte is at the start of a page; `patches` as for `patched`."""
        if patches:
            data = patched(facts, patches)
            return self.add_bytes(stored_path, data, align=True, executable=executable)
        padding = self._padding(stored_path, facts.size)
        place = self._begin(
            stored_path, facts.size, facts.size, facts.crc, executable=executable, padding=padding
        )
        self._out.copy(facts)
        return place

    def add_bytes(
        self, stored_path: str, *pieces: bytes | memoryview, align: bool = False, executable: bool = False
    ) -> Stored:
        """A stored member from memory: the pieces, one after the other, from the start of a page if that is wanted."""
        crc = size = 0
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            size += len(piece)
        place = self._begin(
            stored_path,
            size,
            size,
            crc,
            executable=executable,
            padding=self._padding(stored_path, size) if align else b"",
        )
        for piece in pieces:
            self._out.write(piece)
        return place

    def digest(self) -> bytes:
        """Tells the members so far from any others (SHA-256 of their names, sizes and CRCs)."""
        facts = [(record.name, record.size, record.crc) for record in self._records]
        return hashlib.sha256(repr(facts).encode()).digest()

    def close(self) -> int:
        """Writes the zip directory. Returns the size of the whole file in bytes."""
        self._out.write(directory(self._records, self._out.position))
        self._out.flush()
        return self._out.position

    def _begin(
        self,
        stored_path: str,
        size: int,
        stored_size: int,
        crc: int,
        *,
        deflated: bool = False,
        executable: bool = False,
        padding: bytes = b"",
    ) -> Stored:
        """Writes a member's header. Returns where its bytes go."""
        record = Record(stored_path, self._out.position, size, stored_size, crc, deflated, executable)
        self._records.append(record)
        self._out.write(record.local(padding))
        return Stored(self._out.position, stored_size, size, executable)

    def _padding(self, stored_path: str, size: int) -> bytes:
        """The extra field that moves the bytes of the next member to the start of a page."""
        header = len(Record(stored_path, 0, size, size, 0).local())
        padding = -(self._out.position + header) % self._page_size
        if 0 < padding < _EXTRA_HEADER or padding > _MOST_PADDING:
            self._fill()
            padding = -(self._out.position + header) % self._page_size
        if not padding:
            return b""
        size = padding - _EXTRA_HEADER
        return struct.pack("<HH", _PADDING_ID, size) + bytes(size)

    def _fill(self) -> None:
        """A member that moves the next one on, where a padding field can be neither that small nor that large."""
        self._fillers += 1
        self.add_bytes(".par/padding-{}".format(self._fillers), bytes(64))
