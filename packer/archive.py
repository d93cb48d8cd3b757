"""The zip archive of a par: sorted, dated alike, native members on page boundaries."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

#: Bytes a mapped member must be aligned to: the largest page size that kernels for the machine use.
PAGE_SIZES = {"x86_64": 4096, "i686": 4096, "aarch64": 65536}

#: The earliest date that a zip archive can hold (APPNOTE.TXT 4.4.6).
_DATE = (1980, 1, 1, 0, 0, 0)

_LOCAL_HEADER = 30
_EXTRA_HEADER = 4
#: The extra field that zipalign uses for padding.
_PADDING_ID = 0xD935
_ZIP64_EXTRA = 20

_MIB = 1 << 20


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


class ParArchive:
    """Writes members one after the other to a file that already holds the preamble."""

    def __init__(self, file: BinaryIO, page_size: int) -> None:
        self._file = file
        self._page_size = page_size
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._fillers = 0

    def add_file(self, stored_path: str, local_path: str, *, deflate: bool) -> Stored:
        """A member from a file; a script that names its interpreter (`#!`) may be executed."""
        size = os.path.getsize(local_path)
        with open(local_path, "rb") as source:
            executable = source.read(2) == b"#!"
            source.seek(0)
            return self._add(_info(stored_path, size, deflate and size > 0, executable), source)

    def add_page_aligned(self, stored_path: str, local_path: str, *, executable: bool) -> Stored:
        """A stored member whose first byte is at the start of a page."""
        size = os.path.getsize(local_path)
        info = self._aligned(stored_path, size, executable)
        with open(local_path, "rb") as source:
            stored = self._add(info, source)
        if stored.offset % self._page_size:
            raise AssertionError("{} is at {}, not on a page".format(stored_path, stored.offset))
        return stored

    def _aligned(self, stored_path: str, size: int, executable: bool) -> zipfile.ZipInfo:
        info = _info(stored_path, size, False, executable)
        # What ZipFile.open adds to a local header is known from the size (zipfile.py, _open_to_write).
        header = _LOCAL_HEADER + len(stored_path.encode())
        if size * 1.05 > zipfile.ZIP64_LIMIT:
            header += _ZIP64_EXTRA
        padding = -(self._file.tell() + header) % self._page_size
        if 0 < padding < _EXTRA_HEADER or padding > 0xFFFF - _ZIP64_EXTRA:
            self._fill()
            padding = -(self._file.tell() + header) % self._page_size
        if padding:
            info.extra = struct.pack("<HH", _PADDING_ID, padding - _EXTRA_HEADER) + bytes(
                padding - _EXTRA_HEADER
            )
        return info

    def add_bytes(self, stored_path: str, data: bytes, *, align: bool = False) -> Stored:
        """A stored member from memory, at the start of a page if that is wanted."""
        info = (
            self._aligned(stored_path, len(data), False)
            if align
            else _info(stored_path, len(data), False, False)
        )
        with self._zip.open(info, "w") as target:
            offset = self._file.tell()
            target.write(data)
        return Stored(offset, len(data), len(data))

    @contextmanager
    def stream(self, stored_path: str) -> Iterator[tuple[int, IO[bytes]]]:
        """A stored member that is written piece by piece: its offset, and where to write."""
        with self._zip.open(_info(stored_path, 0, False, False), "w", force_zip64=True) as target:
            yield self._file.tell(), target

    def digest(self) -> bytes:
        """Tells the members so far from any others (SHA-256 of their names, sizes and CRCs)."""
        facts = [(info.filename, info.file_size, info.CRC) for info in self._zip.infolist()]
        return hashlib.sha256(repr(facts).encode()).digest()

    def close(self) -> int:
        """Writes the zip directory. Returns the size of the whole file in bytes."""
        self._zip.close()
        return self._file.seek(0, 2)

    def _add(self, info: zipfile.ZipInfo, source: BinaryIO) -> Stored:
        with self._zip.open(info, "w") as target:
            offset = self._file.tell()
            shutil.copyfileobj(source, target, _MIB)
        return Stored(offset, info.compress_size, info.file_size, bool(info.external_attr >> 16 & 0o111))

    def _fill(self) -> None:
        """A member that moves the next one on, where a padding field can be neither that small nor that large."""
        self._fillers += 1
        self.add_bytes(".par/padding-{}".format(self._fillers), bytes(64))


def _info(stored_path: str, size: int, deflate: bool, executable: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(stored_path, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    info.create_system = 3  # Unix, whatever the build machine
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    info.file_size = size
    return info
