"""The digest of a dependency: all that packing needs to know of its files, worked out once and kept.

A digest file begins with a line that tells its format and whose byte-code it holds. The code objects follow, one
after the other, then a marshalled table of the files, and at the end where that table lies.
"""

from __future__ import annotations

import marshal
import mmap
import os
import pickle
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packer.bytecode import MAGIC_NUMBER
from packer.elf import ElfFacts
from packer.errors import PackError

FORMAT = 1

MISMATCH = (
    "{path} is no digest that this packer can use: it begins with {found!r}, and needed is {wanted!r}. A digest is made "
    "by the packer of the same toolchain, on the same Python, for the same optimisation level. Mend: build it again."
)
DAMAGED = "{path} is cut off or damaged: {cause}. Mend: build it again."

_END = struct.Struct("<QQ")  # offset and size of the table
#: Bytes of a file that tell what it is.
HEAD = 4


@dataclass(frozen=True)
class Native:
    """What an ELF file says about itself, or why it cannot be read as one: the error of who packs it."""

    facts: ElfFacts | None
    damage: str = ""


@dataclass(frozen=True)
class FileFacts:
    """What packing needs to know of a file.

    local_path: where it is now. size: in bytes. crc: CRC-32. digest: SHA-256, 32 bytes. head: its first bytes.
    native: of ELF files. code: the marshalled code object of a source; None where there is none.
    """

    local_path: str
    size: int
    crc: int
    digest: bytes
    head: bytes
    native: Native | None = None
    code: bytes | memoryview | None = None


def first_line(optimize: int) -> bytes:
    """What a digest for this Python and this optimisation level begins with."""
    return b"memfd_par digest %d %s %d\n" % (FORMAT, MAGIC_NUMBER.hex().encode(), optimize)


def encode(files: Iterable[FileFacts], optimize: int) -> bytes:
    """A digest file."""
    pieces = [first_line(optimize)]
    position = len(pieces[0])
    rows = []
    natives: list[Native] = []
    for facts in files:
        size, number = -1, -1
        if facts.code is not None:
            size = len(facts.code)
            pieces.append(bytes(facts.code))
        if facts.native is not None:
            number = len(natives)
            natives.append(facts.native)
        rows.append(
            (facts.local_path, facts.size, facts.crc, facts.digest, facts.head, number, position, size)
        )
        position += max(size, 0)
    table = marshal.dumps((rows, pickle.dumps(natives, 4)))
    return b"".join([*pieces, table, _END.pack(position, len(table))])


def decode(data: bytes | memoryview, path: str, optimize: int) -> list[FileFacts]:
    """The files of a digest file; their code stays where it is.

    Args:
        data: the whole digest file.
        path: of the digest file, for errors.
        optimize: the optimisation level that its code must have.

    Raises:
        PackError: it is another Python's, another level's, or damaged.
    """
    wanted = first_line(optimize)
    if bytes(data[: len(wanted)]) != wanted:
        found = bytes(data[:80]).partition(b"\n")[0] + b"\n"
        raise PackError(MISMATCH.format(path=path, found=found, wanted=wanted))
    view = memoryview(data)
    try:
        offset, size = _END.unpack(view[-_END.size :])
        if offset + size + _END.size != len(view):
            raise ValueError("its table is not where it should be")
        rows, pickled = marshal.loads(view[offset : offset + size])
        natives: Sequence[Native] = pickle.loads(pickled)
        return [
            FileFacts(
                local_path,
                size,
                crc,
                sha,
                head,
                natives[number] if number >= 0 else None,
                view[position : position + length] if length >= 0 else None,
            )
            for local_path, size, crc, sha, head, number, position, length in rows
        ]
    except (EOFError, ValueError, TypeError, IndexError, struct.error, pickle.UnpicklingError) as error:
        raise PackError(DAMAGED.format(path=path, cause=error)) from error


def read(path: str, optimize: int) -> list[FileFacts]:
    """The files of the digest file at `path`; raises PackError as `decode` does."""
    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return decode(b"", path, optimize)
        # Kept by the views of the code objects, so that these are read only where they go into the par.
        return decode(memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)), path, optimize)
