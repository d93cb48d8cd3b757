"""What a par begins with whose program the kernel cannot start: Python's executable, or one with a libc of its own.

runtime/bootstrap/bootstrap.c has the record that is filled in here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from packer import launcher
from packer.digest import FileFacts
from packer.errors import PackError

_MARK = b"memfd_par bootstrap 002\0"
_PART = struct.Struct("<3Q")
_NAME = 40
_MOST_LIBRARIES = 32
_RECORD_SIZE = 2 * _PART.size + 8 + _MOST_LIBRARIES * (_PART.size + _NAME) + 8
_FIRST_PAGE = 4096

_NO_BOOTSTRAP = (
    "{path} is no bootstrap that this packer can use: it has the bootstrap's mark {count} times, and needed is once. Mend: "
    "give memfd_par_toolchain an interpreter whose bootstrap is of this version."
)
_TOO_MANY = (
    "{target}: the program that it starts needs {count} libraries that are carried, and at most {most} can be loaded before "
    "it. Mend: use a Python that needs fewer, such as one with a shared libpython."
)


@dataclass(frozen=True)
class Part:
    """A file in the par: its offset and its bytes."""

    offset: int
    data: bytes

    def packed(self) -> bytes:
        """As the record has it."""
        return _PART.pack(self.offset, len(self.data), launcher.checksum(self.data[:_FIRST_PAGE]))


def before(bootstrap: FileFacts, program: bytes, page_size: int) -> bytes:
    """The bootstrap, and another program from the start of a page on."""
    with open(bootstrap.local_path, "rb") as file:
        own = file.read()
    return own + bytes(-len(own) % page_size) + program


def fill(
    beginning: bytes,
    bootstrap: FileFacts,
    *,
    target: str,
    program: Part,
    linker: Part | None,
    libraries: Sequence[tuple[str, Part]],
    par_size: int,
) -> bytes:
    """What `before` gave, with the bootstrap's record.

    Args:
        beginning: of the par.
        bootstrap: for errors.
        target: label, for errors.
        program: what is started.
        linker: the dynamic linker; None for the machine's.
        libraries: name and file of each that is loaded first, in this order.
        par_size: bytes of the whole par.
    """
    count = beginning.count(_MARK)
    if count != 1:
        raise PackError(_NO_BOOTSTRAP.format(path=bootstrap.local_path, count=count))
    if len(libraries) > _MOST_LIBRARIES:
        raise PackError(_TOO_MANY.format(target=target, count=len(libraries), most=_MOST_LIBRARIES))
    rows = b"".join(
        part.packed() + name.encode("utf-8", "surrogateescape")[: _NAME - 1].ljust(_NAME, b"\0")
        for name, part in libraries
    )
    record = program.packed() + (linker.packed() if linker else bytes(_PART.size))
    record += struct.pack("<Q", len(libraries)) + rows
    record = record.ljust(_RECORD_SIZE - 8, b"\0") + struct.pack("<Q", par_size)
    place = beginning.index(_MARK) + len(_MARK)
    return beginning[:place] + record + beginning[place + len(record) :]
