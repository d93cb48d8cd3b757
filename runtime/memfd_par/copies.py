"""Copies of native members, in memory files that ld.so can open."""

from __future__ import annotations

import posix

from memfd_par import errors, memfd

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from memfd_par.index import Index
    from memfd_par.native import Native

_ENODATA = 61

_FOLDER = "/proc/self/fd/"


class Copies:
    """Makes memory files, and paths to them.

    Attributes:
        count: paths that were given out.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.count = 0
        self._folder = _FOLDER
        interpreter = index.header.get("interpreter", 0)
        if interpreter:
            self._folder += _bits(interpreter) + "../fd/"

    def of(self, native: Native, what: str) -> tuple[int, str]:
        """A memory file with the member's bytes, patched, and a path to it that was never used before."""
        archive = self._index.archive
        if not native.size:
            values = {
                "member": native.member,
                "par": archive.path,
                "module": what,
                "target": self._index.header["target"],
            }
            raise errors.ParImportError(
                errors.EMPTY_NATIVE.format(**values), name=what, path=archive.root + native.member
            )
        fd, path = self.empty(native.member, what)
        try:
            self._send(fd, native.offset, native.size, what)
            for position, data in native.patches:
                posix.pwrite(fd, data, position)
        except OSError as error:
            posix.close(fd)
            raise self.error(native, what, error) from None
        return fd, path

    def part(self, offset: int, size: int, what: str) -> tuple[int, str]:
        """A memory file with bytes of the par, and a path to it that was never used before."""
        fd, path = self.empty(what, what)
        self._send(fd, offset, size, what)
        return fd, path

    def empty(self, member: str, what: str) -> tuple[int, str]:
        """An empty memory file, and a path to it that was never used before."""
        try:
            fd = memfd.create(member.rpartition("/")[2])
        except OSError as error:
            raise errors.ParImportError(errors.refused(self._index.archive.path, error), name=what) from None
        return fd, self.spelling(fd)

    def together(self, paths: list[str], what: str) -> tuple[int, str]:
        """A library that needs those at the paths, so that each sees the symbols of the others, and a path to it."""
        from memfd_par import stub

        fd, path = self.empty("together", what)
        try:
            posix.write(fd, stub.make(paths))
        except OSError:
            posix.close(fd)
            raise
        return fd, path

    def _send(self, fd: int, offset: int, size: int, what: str) -> None:
        if not memfd.copy(fd, self._index.archive.fd(what), offset, size):
            raise OSError(_ENODATA, posix.strerror(_ENODATA))

    def error(self, native: Native, what: str, error: OSError) -> Exception:
        """What an error means that came while a member was copied."""
        if isinstance(error, errors.ParError):
            return error
        par = self._index.archive.path
        if error.errno == _ENODATA:
            return errors.import_error("TRUNCATED", what, par=par, what=native.member + " ends early")
        return errors.import_error(
            "NO_SPACE", what, what=native.member, size=native.size, par=par, reason=error.strerror
        )

    def spelling(self, fd: int) -> str:
        """A path to `fd` that this process never used before.

        ld.so compares path strings before it opens anything (_dl_map_object in elf/dl-load.c): a number that is
        used again would give the library that had it first. A counter, one bit a step, as `/` and `./`, makes
        each spelling new; a fork inherits the counter with the libraries. Each interpreter of a process counts in a
        spelling of the folder of its own.
        """
        self.count += 1
        return self._folder + _bits(self.count) + str(fd)


def _bits(number: int) -> str:
    """A number spelled as parts of a path that mean nothing."""
    return f"{number:b}".replace("0", "/").replace("1", "./")
