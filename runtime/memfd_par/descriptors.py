"""Descriptors of the par's folders: memory files that cannot be read, each with the folder's path as its text.

C code makes the same ones (files_open_folder in runtime/native/files.c). The kernel takes them for files, so what it is asked to
do in such a folder fails with ENOTDIR, and is answered here.
"""

from __future__ import annotations

import posix
import sys

from memfd_par import memfd
from memfd_par.filesystem import FileSystem
from memfd_par.interpose import wrapper
from memfd_par.paths import plain

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

_EISDIR = 21

#: FOLDER_NAME in runtime/native/files.c.
_NAME = "folder of a par"

#: Functions that take a descriptor in place of a path.
_BY_DESCRIPTOR = frozenset(
    "chdir chmod chown getxattr listdir listxattr pathconf removexattr scandir setxattr stat statvfs truncate utime".split()
)

_open, _readlink = posix.open, posix.readlink


def open_folder(files: FileSystem, stored_path: str) -> int:
    """A descriptor that stands for a folder of the par; closed on exec."""
    fd = memfd.create(_NAME)
    try:
        memfd.write(fd, stored_path.encode("utf-8", "surrogateescape"))
        folder = memfd.read_only(fd, posix.O_PATH)
    finally:
        posix.close(fd)
    _heed(files)
    return folder


def folder_of(fd: Any) -> str | None:
    """The stored path of the folder that a descriptor stands for; None for any other descriptor."""
    if not isinstance(fd, int) or fd < 0:
        return None
    place = "/proc/self/fd/%d" % fd
    try:
        if not _readlink(place).startswith("/memfd:" + _NAME):
            return None
        copy = _open(place, posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return None
    try:
        return posix.read(copy, 4096).decode("utf-8", "surrogateescape")
    finally:
        posix.close(copy)


def text_of(files: FileSystem, name: str, path: Any, folder: Any) -> str | None:
    """The text of a path that a folder's descriptor leads to; None for any other path.

    Args:
        files: the par's file system.
        name: of the function of `posix` that is called.
        path: as it was given: a descriptor, or a path relative to one.
        folder: `dir_fd`; None if it was not given.
    """
    if isinstance(path, int):
        found = folder_of(path) if name in _BY_DESCRIPTOR else None
        return None if found is None else files.root + found
    if folder is None:
        return None
    text = plain(path)
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if not isinstance(text, str) or text[:1] in ("", "/"):
        return None
    found = folder_of(folder)
    return None if found is None else files.root + (found + "/" if found else "") + text


def refuse(fd: Any, path: Any) -> None:
    """Raises IsADirectoryError, which names `path`, for the descriptor of a folder."""
    if folder_of(fd) is not None:
        raise OSError(_EISDIR, posix.strerror(_EISDIR), path)


_heeded = False


def _heed(files: FileSystem) -> None:
    """From now on, what is asked of a descriptor may be asked of a folder."""
    global _heeded
    if _heeded:
        return
    _heeded = True
    loader = sys.modules.get("memfd_par._native")
    if loader is not None:
        loader.heed_folders()
    _replace_fstat(files)


def _replace_fstat(files: FileSystem) -> None:
    """Lets `fstat` know the descriptors of folders; until there is one, it is as it was."""
    real = posix.fstat

    def fstat(_: FileSystem, fd: Any) -> posix.stat_result:
        text = text_of(files, "stat", fd, None)
        found: posix.stat_result = real(fd) if text is None else files.stat(text)
        return found

    ours = wrapper(files, real, fstat)
    for module in ("posix", "os"):
        namespace = getattr(sys.modules.get(module), "__dict__", {})
        if namespace.get("fstat") is real:
            namespace["fstat"] = ours
