"""The par's own file: read at offsets, checked to be still the one that the program started from."""

from __future__ import annotations

import posix
import sys

from memfd_par import format

#: The kernel transfers at most this much in one call (read(2), sendfile(2)).
_MOST = 0x7FFFF000

#: One request to read ahead fetches no more than the device's read_ahead_kb, by default this.
_STEP = 128 << 10

#: Less than this costs no more than a few reads.
_WORTHWHILE = 64 << 10

#: As in runtime/native/descriptor.c: programs, and those who start them, count on low numbers.
_HIGH, _LOW = 256, 32


class Archive:
    """One open par.

    The descriptor may be closed behind our back, and its number be given to another file: every read compares
    the file's identity first (one fstat(2)), and opens the path again where that is needed.
    """

    __slots__ = ("_fd", "_identity", "boot_block", "path", "proofs", "root")

    def __init__(self, path: str, fd: int, boot: tuple[int, int, bytes]) -> None:
        self.path = path
        self.root = path + "/"
        self._fd = fd
        self.boot_block = boot
        #: Blocks by which the same build is known again.
        self.proofs = [boot]
        self._identity = _identity(fd)

    def fd(self, what: str) -> int:
        """An open descriptor of the par; `what` is to be read from it, for the error's sake."""
        try:
            if _identity(self._fd) == self._identity:
                return self._fd
        except OSError:
            pass  # closed
        return self._reopen(what)

    def read(self, offset: int, size: int, what: str) -> bytes:
        """`size` bytes from `offset`.

        Raises:
            ParReadError: the file vanished, was replaced, rewritten or cut.
        """
        fd = self.fd(what)
        data = posix.pread(fd, min(size, _MOST), offset)
        if len(data) == size:
            return data
        parts = [data]
        got = len(data)
        while data and got < size:
            data = posix.pread(fd, min(size - got, _MOST), offset + got)
            parts.append(data)
            got += len(data)
        if got < size:
            raise _error("TRUNCATED", par=self.path, what="{} ends early".format(what))
        return b"".join(parts)

    def read_ahead(self, offset: int, size: int) -> None:
        """Has the kernel fetch what will be read piece by piece, if it is not in the page cache already."""
        if size < _WORTHWHILE:
            return
        try:
            fd = self.fd("its code")
            posix.preadv(fd, [bytearray(1)], offset + size // 2, posix.RWF_NOWAIT)
        except BlockingIOError:
            for position in range(offset, offset + size, _STEP):
                posix.posix_fadvise(fd, position, _STEP, posix.POSIX_FADV_WILLNEED)
        except (AttributeError, OSError):
            pass  # an old kernel, C library or file system: it is read when it is needed

    def block(self, block: tuple[int, int, bytes], what: str) -> bytes:
        """The bytes of a block, checked."""
        data = self.read(block[0], block[1], what)
        if format.checksum(data) != block[2]:
            raise _error("TRUNCATED", par=self.path, what="{} does not match its checksum".format(what))
        return data

    def check_size(self, size: int) -> None:
        """Raises ParReadError where the file is smaller than it was when it was built."""
        if self._identity[2] < size:
            raise _error("TRUNCATED", par=self.path, what="it should have %d bytes" % size)

    def _reopen(self, what: str) -> int:
        try:
            fd = moved_up(posix.open(self.path, posix.O_RDONLY | posix.O_CLOEXEC))
        except OSError as error:
            raise _error("VANISHED", par=self.path, what=what, reason=error.strerror) from None
        identity = _identity(fd)
        if identity != self._identity:
            # A new date or a second copy of the same build does no harm.
            try:
                same_build = all(
                    format.checksum(posix.pread(fd, size, offset)) == checksum
                    for offset, size, checksum in self.proofs
                )
            except OSError:
                same_build = False  # a folder
            if not same_build:
                posix.close(fd)
                same = identity[:2] == self._identity[:2]
                raise _error("REWRITTEN" if same else "REPLACED", par=self.path, what=what)
        self._fd = fd
        self._identity = identity
        return fd


def moved_up(fd: int) -> int:
    """The same file by a number of 256 or more, or the highest that is left; `fd` where the interpreter has no fcntl built in.

    Loading that module would cost more than the two system calls.
    """
    if "fcntl" not in sys.builtin_module_names:
        return fd
    from fcntl import F_DUPFD_CLOEXEC, fcntl

    number = _HIGH
    while number >= _LOW:
        try:
            high = fcntl(fd, F_DUPFD_CLOEXEC, number)
        except OSError:
            number = min(number, posix.sysconf("SC_OPEN_MAX")) - 1
        else:
            posix.close(fd)
            return high
    return fd


def _identity(fd: int) -> tuple[int, int, int, int]:
    status = posix.fstat(fd)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _error(template: str, **values: object) -> Exception:
    from memfd_par import errors

    return errors.ParReadError(getattr(errors, template).format(**values))
