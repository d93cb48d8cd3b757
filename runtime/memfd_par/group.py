"""Groups, without the loader in C: members that are mapped by way of a library that needs them all (stub.py).

Each then sees the symbols of the others. Such are cycles, and libraries that use symbols of others without naming these.
"""

from __future__ import annotations

import posix

from memfd_par import errors, linker

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from memfd_par.copies import Copies
    from memfd_par.index import Index
    from memfd_par.native import Native


def load(index: Index, natives: list[Native], among: list[str], copies: Copies) -> list[str]:
    """Maps members together.

    Args:
        index: of the par.
        natives: the members.
        among: paths of loaded libraries whose symbols they see, too.
        copies: makes their memory files.

    Returns:
        Of each the path by which dlopen(3) finds it.

    Raises:
        ParImportError: one of them cannot be loaded, with the reason and the mend.
    """
    fds: list[int] = []
    paths: list[str] = []
    what = natives[0].member
    try:
        for native in natives:
            fd, path = copies.of(native, native.member)
            fds.append(fd)
            paths.append(path)
        fd, together = copies.together([*among, *paths], what)
        fds.append(fd)
        linker.dlopen(together, what)
        return paths
    except OSError as error:
        if isinstance(error, errors.ParError):
            raise
        raise linker.refusal(index, natives, paths, what, error) from None
    finally:
        for fd in fds:
            posix.close(fd)
