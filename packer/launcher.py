"""The ELF program that a par with its own interpreter begins with, and the block that it reads first.

runtime/launcher/par.h has the record that is filled in here, and runtime/launcher/start.h the block.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from packer.errors import PackError

_MARK = b"memfd_par launcher 0001\0"
_RECORD = struct.Struct("<4Q")
_FORMAT = 2

#: `Library.number` of what is no member of the index.
NO_MEMBER = (1 << 64) - 1

_NO_LAUNCHER = (
    "{path} is no launcher that this packer can use: it has the launcher's mark {count} times, and needed is once. Mend: "
    "give memfd_par_toolchain an interpreter whose launcher is of this version."
)

_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Library:
    """A native member that is loaded before Python starts.

    number: in the index, or NO_MEMBER. offset, size: of the member. name: stored path, or the whole l_name if `named`.
    plan, patches: as the index has them.
    """

    number: int
    offset: int
    size: int
    name: str
    named: bool
    plan: bytes
    patches: Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Start:
    """What the launcher has to know.

    boot: offset, size and checksum of the boot block. siphash: its checksum in the index. files: offset and size of the
    table of files. program: text that Python runs. encodings: marshalled code of the module that Python imports first.
    early: what is loaded before the launcher runs. executable: Python's, where that is the program.
    """

    glibc: tuple[int, int]
    boot: tuple[int, int, int]
    siphash: bytes
    files: tuple[int, int]
    version: str
    target: str
    program: str
    program_options: Sequence[str]
    interpreter_options: Sequence[str]
    encodings: bytes
    libraries: Sequence[Library]
    early: Sequence[Library] = ()
    executable: Library | None = None


class _Pieces:
    """Bytes behind the tables; a piece is its offset in the block and its size, and a null character follows it."""

    def __init__(self, base: int) -> None:
        self.data = bytearray()
        self._base = base

    def add(self, data: bytes) -> tuple[int, int]:
        self.data += bytes(-len(self.data) % 8)  # a plan is read as words
        place = self._base + len(self.data), len(data)
        self.data += data + b"\0"
        return place

    def text(self, text: str) -> tuple[int, int]:
        return self.add(text.encode("utf-8", "surrogateescape"))


def encode(start: Start) -> bytes:
    """The start block (struct start)."""
    head, library = struct.Struct("<24Q"), struct.Struct("<10Q")
    libraries = [*start.libraries, *start.early, *([start.executable] if start.executable else [])]
    base = head.size + library.size * len(libraries)
    pieces = _Pieces(base)
    fixed = head.pack(
        _FORMAT,
        *start.glibc,
        *start.boot,
        int.from_bytes(start.siphash, "little"),
        *start.files,
        *pieces.text(start.version),
        *pieces.text(start.target),
        *pieces.text(start.program),
        *pieces.add(_words(start.program_options)),
        *pieces.add(_words(start.interpreter_options)),
        *pieces.add(start.encodings),
        len(start.libraries),
        len(start.early),
        1 if start.executable else 0,
    )
    rows = [
        library.pack(
            each.number,
            each.offset,
            each.size,
            int(each.named),
            *pieces.text(each.name),
            *pieces.add(each.plan),
            *pieces.add(_patches(each.patches)),
        )
        for each in libraries
    ]
    return fixed + b"".join(rows) + bytes(pieces.data)


def fill(launcher: bytes, path: str, start: tuple[int, int, int], par_size: int) -> bytes:
    """The launcher's bytes with the record of where its par's parts are.

    Args:
        launcher: the ELF file.
        path: of it, for errors.
        start: offset, size and checksum of the start block.
        par_size: bytes of the whole par.
    """
    count = launcher.count(_MARK)
    if count != 1:
        raise PackError(_NO_LAUNCHER.format(path=path, count=count))
    place = launcher.index(_MARK) + len(_MARK)
    return launcher[:place] + _RECORD.pack(*start, par_size) + launcher[place + _RECORD.size :]


def checksum(data: bytes) -> int:
    """FNV-1a over little-endian words of 64 bits, the last one filled with zeros (par_checksum in par.c)."""
    padded = data + bytes(-len(data) % 8)
    value = 14695981039346656037
    for word in memoryview(padded).cast("Q"):
        value = (value ^ word) * 1099511628211 & _MASK
    return value


def _words(words: Sequence[str]) -> bytes:
    return b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in words)


def _patches(patches: Sequence[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack("<QQ", offset, len(data)) + data for offset, data in patches)
