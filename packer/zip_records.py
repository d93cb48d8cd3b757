"""The records of a zip archive whose members are known before they are written (APPNOTE.TXT 4.3).

`zipfile` computes a member's checksum while the bytes pass through it; here size and checksum are at hand, so
that the bytes can go from file to file within the kernel.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

STORED, DEFLATED = 0, 8

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_ZIP64_END = struct.Struct("<IQHHIIQQQQ")
_ZIP64_LOCATOR = struct.Struct("<IIQI")

#: What a field says whose value is in a zip64 extra field or record.
_16_BITS, _32_BITS = 0xFFFF, 0xFFFFFFFF

_ZIP64_ID = 0x0001
_ZIP64_VERSION, _VERSION = 45, 20
_UNIX = 3 << 8
_UTF_8 = 0x800

#: 1980-01-01 00:00:00, the earliest that a zip archive can hold (4.4.6).
_DATE = 1 << 5 | 1


@dataclass(frozen=True)
class Record:
    """A member, as its local header and the directory describe it.

    name: stored path. header: offset of the local header in the file. crc: CRC-32 of its `size` bytes.
    stored_size: in the file; less than `size` where it is deflated. executable: whether its mode is 0755.
    """

    name: str
    header: int
    size: int
    stored_size: int
    crc: int
    deflated: bool = False
    executable: bool = False

    def local(self, padding: bytes = b"") -> bytes:
        """The local header; `padding` is an extra field that comes last."""
        name, flags = _name(self.name)
        extra = b""
        sizes = self.stored_size, self.size
        if max(sizes) >= _32_BITS:
            extra = struct.pack("<HHQQ", _ZIP64_ID, 16, self.size, self.stored_size)
            sizes = _32_BITS, _32_BITS
        version = _ZIP64_VERSION if extra else _VERSION
        extra += padding
        fields = version, flags, self._method, 0, _DATE, self.crc, *sizes, len(name), len(extra)
        return _LOCAL.pack(0x04034B50, *fields) + name + extra

    def central(self) -> bytes:
        """The entry of the directory."""
        name, flags = _name(self.name)
        big = [value for value in (self.size, self.stored_size, self.header) if value >= _32_BITS]
        extra = struct.pack("<HH%dQ" % len(big), _ZIP64_ID, 8 * len(big), *big) if big else b""
        version = _ZIP64_VERSION if extra else _VERSION
        stored_size, size, header = (min(n, _32_BITS) for n in (self.stored_size, self.size, self.header))
        mode = (0o100755 if self.executable else 0o100644) << 16
        return (
            _CENTRAL.pack(
                *(0x02014B50, _UNIX | version, version, flags, self._method, 0, _DATE, self.crc, stored_size),
                *(size, len(name), len(extra), 0, 0, 0, mode, header),
            )
            + name
            + extra
        )

    @property
    def _method(self) -> int:
        return DEFLATED if self.deflated else STORED


def directory(records: Sequence[Record], offset: int) -> bytes:
    """The directory of an archive, with its end records; `offset` is where it begins in the file."""
    entries = b"".join([record.central() for record in records])
    count, size = len(records), len(entries)
    end = b""
    if count >= _16_BITS or size >= _32_BITS or offset >= _32_BITS:
        end = _ZIP64_END.pack(
            *(0x06064B50, _ZIP64_END.size - 12, _UNIX | _ZIP64_VERSION, _ZIP64_VERSION),
            *(0, 0, count, count, size, offset),
        )
        end += _ZIP64_LOCATOR.pack(0x07064B50, 0, offset + size, 1)
        count, size, offset = min(count, _16_BITS), min(size, _32_BITS), min(offset, _32_BITS)
    return entries + end + _END.pack(0x06054B50, 0, 0, count, count, size, offset, 0)


def _name(name: str) -> tuple[bytes, int]:
    """Its bytes and the flags that tell their encoding (4.4.4, bit 11)."""
    encoded = name.encode()
    return encoded, 0 if len(encoded) == len(name) else _UTF_8
