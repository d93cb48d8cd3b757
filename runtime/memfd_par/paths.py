"""Paths: which of them lie below the par."""

from __future__ import annotations

import posix

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

    from memfd_par.filesystem import FileSystem
    from memfd_par.index import Index

real_stat = posix.stat  # which is replaced later (interpose.py)


class Paths:
    """Tells paths below the par from others; becomes the whole file system when somebody has use for that."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.root = index.archive.root
        #: The par's path as the program was started, and without symbolic links, as realpath(3) makes paths.
        self.roots = tuple({self.root: None, _real_path(index) + "/": None})
        self._roots_bytes = tuple(root.encode("utf-8", "surrogateescape") for root in self.roots)

    def __getattr__(self, name: str) -> Any:
        """What only the file system has."""
        from memfd_par.filesystem import FileSystem

        if type(self) is FileSystem:
            raise AttributeError(name)
        FileSystem.complete(self)  # first: other threads may be here as well
        self.__class__ = FileSystem
        return getattr(self, name)

    def within(self, path: Any) -> str | None:
        """The text of a path below the par, as `root` spells that; None for any other path, descriptors included."""
        if type(path) is str:
            return self._spelled(path)
        if isinstance(path, int) or path is None:
            return None
        if not isinstance(path, (str, bytes)):
            try:
                path = type(path).__fspath__(path)
            except AttributeError:
                return None
        if isinstance(path, bytes):
            if not path.startswith(self._roots_bytes):
                return None
            path = path.decode("utf-8", "surrogateescape")
        return self._spelled(path) if isinstance(path, str) else None

    def _spelled(self, path: str) -> str | None:
        for root in self.roots:
            if path.startswith(root):
                return self.root + path[len(root) :]
        return None

    def spelled_otherwise(self, path: Any) -> str | None:
        """As `within`, for paths that only the file system can tell: relative ones, with `//`, or by way of a link."""
        if isinstance(path, int) or path is None:
            return None
        text = plain(path)
        if isinstance(text, bytes):
            text = text.decode("utf-8", "surrogateescape")
        position = text.find("/", 1)
        while position > 0:
            try:
                found = real_stat(text[:position])
                par = posix.fstat(self.index.archive.fd(text))
            except OSError:
                return None
            if (found.st_dev, found.st_ino) == (par.st_dev, par.st_ino):
                below: str = self.root + text[position + 1 :]
                return below
            position = text.find("/", position + 1)
        return None


def plain(path: Any) -> Any:
    """What errors of system calls call a path: an object's text or bytes."""
    return getattr(path, "__fspath__", lambda: path)()


def _real_path(index: Index) -> str:
    try:
        path: str = posix.readlink("/proc/self/fd/%d" % index.archive.fd("its own name"))
    except OSError:
        return index.archive.path  # without /proc
    return path


_current: Any = None


def current() -> FileSystem:
    """The par's file system."""
    files: FileSystem = _current
    return files


def set_current(index: Index) -> FileSystem:
    """Makes the par's file system the current one."""
    global _current
    _current = Paths(index)
    return current()
