"""The table by which the loader in C finds the par's files (struct row in runtime/native/files.c)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from packer.archive import Stored

_ROW = struct.Struct("<IIQQQQ")


def encode(stored: Mapping[str, Stored]) -> bytes:
    """The number of rows, the rows sorted by the bytes of their paths, and the paths.

    Args:
        stored: where each file lies, by stored path.
    """
    names = bytearray()
    rows = []
    for path, place in sorted((path.encode("utf-8", "surrogateescape"), p) for path, p in stored.items()):
        row = (len(names), len(path), place.offset, place.stored_size, place.size, int(place.executable))
        rows.append(_ROW.pack(*row))
        names += path
    return struct.pack("<Q", len(rows)) + b"".join(rows) + bytes(names)
