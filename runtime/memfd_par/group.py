"""Groups: members that are mapped by way of a library that needs them all (stub.py).

Each then sees the symbols of the others. Such are cycles, and libraries that use symbols of others without naming these.
"""

from __future__ import annotations

import posix

from memfd_par import errors, format, linker, stub

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from memfd_par.copies import Copies
    from memfd_par.image_loader import ImageLoader
    from memfd_par.index import Index
    from memfd_par.native import Native


def load(
    index: Index, natives: list[Native], among: list[str], copies: Copies, image_loader: ImageLoader
) -> list[tuple[str, int]]:
    """Maps members together.

    Args:
        index: of the par.
        natives: the members.
        among: paths of loaded libraries whose symbols they see, too.
        copies: makes their memory files.
        image_loader: maps them over.

    Returns:
        Of each the path by which dlopen(3) finds it, and its tier.

    Raises:
        ParImportError: one of them cannot be loaded, with the reason and the mend.
    """
    fds: list[int] = []
    paths: list[str] = []
    try:
        for native in natives:
            fd, path = copies.of(native, native.member)
            fds.append(fd)
            paths.append(path)
        fd, together = copies.empty("cycle", natives[0].member)
        fds.append(fd)
        posix.write(fd, stub.make([*among, *paths]))
        linker.dlopen(together, natives[0].member)
        loaded = [
            (path, image_loader.map_over(native, fd, path)) for native, fd, path in zip(natives, fds, paths)
        ]
        image_loader.show(together, index.archive.root + format.OWN + "cycle.so")
        return loaded
    except OSError as error:
        if isinstance(error, errors.ParError):
            raise
        named = [pair for pair in zip(natives, paths) if pair[1] in str(error)]
        native, path = named[0] if named else (natives[0], natives[0].member)
        raise linker.refusal(index, native, native.member, path, error) from None
    finally:
        for fd in fds:
            posix.close(fd)
