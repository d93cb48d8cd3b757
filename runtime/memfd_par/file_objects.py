"""File objects for paths below the par: what opens files in `io`, and `open`."""

from __future__ import annotations

import posix
import sys

from memfd_par import interpose

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from memfd_par.filesystem import FileSystem


def install(files: FileSystem) -> None:
    """Replaces `open` and `open_code`, also where they are taken over from `_io`."""
    import _io
    import builtins

    real_open, real_code = _io.open, _io.open_code
    within = files.within
    roots = files.roots

    def open_path(
        _: FileSystem,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if next(interpose.ticks, None) is None:
            interpose.enough(files)
        if opener is not None:
            opener = _files_only(opener)
        else:
            if type(file) is int and "memfd_par.descriptors" in sys.modules:
                sys.modules["memfd_par.descriptors"].refuse(file, file)
            if file.startswith(roots) if type(file) is str else within(file) is not None:
                opener = _files_only(posix.open)
            else:
                try:
                    return real_open(file, mode, buffering, encoding, errors, newline, closefd)
                except NotADirectoryError:
                    if files.spelled_otherwise(file) is None:
                        raise
                    opener = _files_only(posix.open)
        return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)

    def open_code(_: FileSystem, path: str) -> Any:
        return open_path(files, path, "rb") if within(path) is not None else real_code(path)

    for real, function in ((real_open, open_path), (real_code, open_code)):
        wrapper = interpose.wrapper(files, real, function)
        interpose.replaced.append((real, wrapper))
        # `io`, which not every program imports, takes them over from `_io`.
        for module in (_io, sys.modules.get("io")):
            if module is not None:
                setattr(module, real.__name__, wrapper)
    builtins.open = _io.open


def _files_only(opener: Callable[[Any, int], int]) -> Callable[[Any, int], int]:
    """An opener that refuses folders, as C code does that finds out what its descriptor is."""

    def open_file(path: Any, flags: int) -> int:
        fd = opener(path, flags)
        descriptors = sys.modules.get("memfd_par.descriptors")
        if descriptors is not None:
            try:
                descriptors.refuse(fd, path)
            except OSError:
                posix.close(fd)
                raise
        return fd

    return open_file


def replace_raw_files(files: FileSystem, io: Any) -> None:
    """Replaces the class `io.FileIO`, which opens files itself."""
    import _io

    io.FileIO = _io.FileIO = _raw_file(files, _io.FileIO)  # type: ignore[misc]


def _raw_file(files: FileSystem, real: Any) -> Any:
    """The class `io.FileIO`: what `open` makes is an instance of it, too."""

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real) if cls is FileIO else type.__instancecheck__(cls, instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, real) if cls is FileIO else type.__subclasscheck__(cls, subclass)

    class FileIO(real, metaclass=Kind):  # type: ignore[misc]
        __doc__ = real.__doc__

        def __init__(self, file: Any, mode: str = "r", closefd: bool = True, opener: Any = None) -> None:
            if opener is None and files.within(file) is None:
                real.__init__(self, file, mode, closefd)
                return
            try:
                real.__init__(self, file, mode, closefd, _files_only(opener or posix.open))
            except OSError as error:
                error.filename = file
                raise

    FileIO.__module__, FileIO.__qualname__ = real.__module__, real.__qualname__
    return FileIO
