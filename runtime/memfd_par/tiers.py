"""Tiers: the ways to make an image, and the best one that this par, interpreter and machine allow.

sparse  holds only what ld.so needs; text is mapped from the par. By the loader in C.
full    a copy, which the par is mapped over, so that processes share its pages. By the loader in C.
plain   a copy. In Python alone.
"""

from __future__ import annotations

import _imp
import posix
import sys
from _frozen_importlib import ModuleSpec

from memfd_par import format

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

    from memfd_par.index import Index

#: Names the best tier that may be used.
VARIABLE = "MEMFD_PAR_TIER"

#: By the loader's numbers (enum tier in runtime/native/image.h).
NAMES = ("plain", "full", "sparse")
PLAIN, FULL, SPARSE = range(3)


class Tiers:
    """What can be used in this process.

    Attributes:
        best: the best tier.
        why: what forbids a better one; empty for SPARSE.
        loader: the loader in C, `memfd_par._native`; None where `best` is PLAIN.
        path: by which dlopen(3) finds the loader again; empty without one.
    """

    __slots__ = ("best", "loader", "path", "why")

    def __init__(self, best: int, why: str, loader: Any = None, path: str = "") -> None:
        self.best = best
        self.why = why
        self.loader = loader
        self.path = path


def wanted() -> int | None:
    """The tier that MEMFD_PAR_TIER names, SPARSE without it; None if it names none."""
    value = posix.environ.get(VARIABLE.encode(), b"").decode("utf-8", "surrogateescape")
    if not value:
        return SPARSE
    return NAMES.index(value) if value in NAMES else None


def probe(index: Index, copy: Any) -> Tiers:
    """Loads the loader in C and tries what it needs.

    Args:
        index: of the par.
        copy: function of offset, size and name that makes a memory file; returns its descriptor and a new path.
    """
    best = wanted()
    if best is None:
        best = SPARSE
    if best == PLAIN:
        return Tiers(PLAIN, VARIABLE + " is plain")
    offset, size, why = index.header["loader"]
    if not size:
        return Tiers(PLAIN, why)
    try:
        loader, fd, path = _load(index, offset, size, copy)
    except (ImportError, OSError) as error:
        return Tiers(PLAIN, "the image loader in C cannot be loaded: %s" % error)
    if "memfd_par.descriptors" in sys.modules:
        loader.heed_folders()
    try:
        loader.share(index.archive.fd("its native code"), offset, fd)
    except OSError as error:
        return Tiers(PLAIN, "the par cannot be mapped executable, as on a noexec mount: %s" % error.strerror)
    finally:
        posix.close(fd)
    _serve(index, loader)
    return Tiers(best, "" if best == SPARSE else VARIABLE + " is " + NAMES[best], loader, path)


def take_over(index: Index, state: tuple[int, str, str]) -> Tiers:
    """What another interpreter of this process has found out: `best`, `why` and `path` of its Tiers."""
    best, why, path = state
    if not path:
        return Tiers(best, why)
    loader = _create(path)
    loader.find_by(_finder(index))
    return Tiers(best, why, loader, path)


def _finder(index: Index) -> Any:
    """What the loader in C asks for libraries of the par."""

    def find(name: bytes) -> bytes | None:
        from memfd_par.libraries import path_of

        path = path_of(index, name.decode("utf-8", "surrogateescape"))
        return None if path is None else path.encode()

    return find


def _serve(index: Index, loader: Any) -> None:
    """Lets the C code of members open the par's files and libraries by paths below the par."""
    archive = index.archive
    offset, size = index.header["file_table"]
    if not size:  # there are no members
        return
    fd = archive.fd("its files")
    paths = (archive.path, posix.readlink("/proc/self/fd/%d" % fd))
    encoded = [path.encode("utf-8", "surrogateescape") for path in paths]
    loader.serve(fd, *encoded, offset, size, _finder(index))


def _load(index: Index, offset: int, size: int, copy: Any) -> tuple[Any, int, str]:
    """The loader in C, the memory file that it was loaded from, which the caller closes, and that one's path."""
    fd, path = copy(offset, size, "memfd_par._native")
    try:
        loader = _create(path)
    except ImportError:
        posix.close(fd)
        raise
    shown = index.archive.root + format.OWN + "loader.so"
    loader.rename(path.encode(), shown.encode("utf-8", "surrogateescape"))
    return loader, fd, path


def _create(path: str) -> Any:
    spec = ModuleSpec("memfd_par._native", None, origin=path)
    module = _imp.create_dynamic(spec)
    _imp.exec_dynamic(module)
    sys.modules[module.__name__] = module
    return module
