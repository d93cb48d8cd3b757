"""Copies bytes into a file: small pieces gathered into few calls, large files within the kernel."""

from __future__ import annotations

import errno
import os
from typing import BinaryIO

from packer.digest import FileFacts
from packer.errors import PackError

CHANGED = (
    "{path} had {wanted} bytes when it was read first, and {found} bytes can be read of it now. It changed while it was "
    "being packed. Mend: build again, when nothing writes to it any more."
)

#: Smaller files are read and go out with what is gathered: one call for many of them.
_LARGE = 1 << 18
_MOST_GATHERED = 1 << 20
#: What copy_file_range(2) and sendfile(2) move at most in one call.
_MOST_COPIED = 0x7FFFF000
#: Kernels, file systems and sandboxes that have no copy_file_range between two files say so in one of these ways.
_CANNOT = frozenset(
    (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF, errno.ETXTBSY)
)


class Writer:
    """Appends to a file. `position` is where the next byte goes."""

    def __init__(self, file: BinaryIO) -> None:
        """Begins at the file's position."""
        file.flush()
        self._descriptor = file.fileno()
        self.position = file.tell()
        os.lseek(self._descriptor, self.position, os.SEEK_SET)
        self._gathered: list[bytes | memoryview] = []
        self._size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Appends bytes; they may stay in memory until `flush`."""
        self._gathered.append(data)
        self._size += len(data)
        self.position += len(data)
        if self._size > _MOST_GATHERED:
            self.flush()

    def copy(self, facts: FileFacts) -> None:
        """Appends the bytes of a file.

        Raises:
            PackError: the file does not have the size that its facts say.
        """
        if facts.size < _LARGE:
            self.write(self.read(facts))
            return
        self.flush()
        with open(facts.local_path, "rb", buffering=0) as source:
            copied = _copy(source.fileno(), self._descriptor, facts.size)
            if copied != facts.size or os.fstat(source.fileno()).st_size != facts.size:
                raise PackError(CHANGED.format(path=facts.local_path, wanted=facts.size, found=copied))
        self.position += facts.size

    def read(self, facts: FileFacts) -> bytes:
        """The bytes of a file. Raises PackError as `copy` does."""
        descriptor = os.open(facts.local_path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # One more, so that a file that has grown is found out.
            data = os.read(descriptor, facts.size + 1)
            while 0 < len(data) < facts.size and (more := os.read(descriptor, facts.size + 1 - len(data))):
                data += more
        finally:
            os.close(descriptor)
        if len(data) != facts.size:
            raise PackError(CHANGED.format(path=facts.local_path, wanted=facts.size, found=len(data)))
        return data

    def flush(self) -> None:
        """Hands what is gathered to the kernel."""
        data = memoryview(b"".join(self._gathered))
        self._gathered.clear()
        self._size = 0
        while data:
            data = data[os.write(self._descriptor, data) :]


def _copy(source: int, target: int, size: int) -> int:
    """Bytes copied, from the start of one file to the position of another."""
    copied = 0
    try:
        while copied < size:
            # File systems that can share blocks do so: native members begin on pages.
            count = os.copy_file_range(source, target, min(size - copied, _MOST_COPIED))
            if not count:
                return copied
            copied += count
        return copied
    except OSError as error:
        if copied or error.errno not in _CANNOT:
            raise
    while copied < size:
        count = os.sendfile(target, source, copied, min(size - copied, _MOST_COPIED))
        if not count:
            break
        copied += count
    return copied
