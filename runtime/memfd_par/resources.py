"""Data in the par for importlib.resources: paths below the par, which `as_file` turns into such as C code can open."""

from __future__ import annotations

import io
import os
import posix
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PosixPath
from typing import IO, Any

from memfd_par.index import Index
from memfd_par.libraries import number_by_path, real_path
from memfd_par.paths import current


class Reader:
    """What a loader's `get_resource_reader` returns (importlib.resources.abc.TraversableResources)."""

    def __init__(self, index: Index, folder: str) -> None:
        self._folder = Path(index.archive.root + folder)

    def files(self) -> Path:
        """The package's folder, as for a package on disk: Python's file functions take it."""
        _register()
        return self._folder

    def open_resource(self, resource: str) -> IO[bytes]:
        """A file of the package, opened for reading bytes."""
        return io.BytesIO((self._folder / resource).read_bytes())

    def resource_path(self, resource: str) -> str:
        """A path that C code can open: a memory file that lives as long as the process."""
        path: str = real_path(str(self._folder / resource))
        return path

    def is_resource(self, name: str) -> bool:
        """Whether `name` is a file of the package."""
        return (self._folder / name).is_file()

    def contents(self) -> Iterator[str]:
        """Names in the package's folder."""
        return iter(os.listdir(self._folder))


class FileInMemory(PosixPath):
    """A memory file's path, by which C code opens it, with the name, the suffix and the folder that the file has in the par.

    So that `path.suffix` still tells what the file is, and `path.parent / "other"` is what lies beside it.
    """

    __slots__ = ("_in_par",)
    _in_par: Path

    @classmethod
    def of(cls, path: Path) -> FileInMemory:
        """The path for a file below the par, which is copied if that did not happen before."""
        made = cls(real_path(str(path)))
        made._in_par = path
        return made

    def __reduce__(self) -> Any:
        return Path, (str(self._in_par),)  # another process has other descriptors

    def with_segments(self, *parts: Any) -> Path:
        """What pathlib calls for paths that it derives from this, from Python 3.12 on."""
        return Path(*parts)


def _told_by_the_par(attribute: str) -> property:
    def get(self: FileInMemory) -> Any:
        # What older versions of pathlib derive from it, such as `path / "x"`, is of its class, but made otherwise.
        path = getattr(self, "_in_par", None) or Path(*self.parts)
        return getattr(path, attribute)

    return property(get)


for _name in (
    "is_relative_to match name parent parents relative_to resolve stem suffix suffixes with_name with_stem with_suffix"
).split():
    setattr(FileInMemory, _name, _told_by_the_par(_name))


def _is_program(index: Index, path: Path) -> bool:
    """Whether a file can be executed: by its path in the par, from which `subprocess` runs it in memory."""
    if not os.access(path, posix.X_OK) or number_by_path(index, str(path)) is not None:
        return False
    with path.open("rb") as file:
        return file.read(4).startswith((b"#!", b"\x7fELF"))


def _as_file(otherwise: Any) -> Any:
    """The `as_file` of paths: a memory file or a folder in memory, both as long as the process; or `otherwise`."""

    @contextmanager
    def in_memory(path: Path) -> Iterator[Path]:
        if path.is_dir():
            from memfd_par.memory_tree import real_path as real_folder

            yield Path(real_folder(str(path)))
        else:
            yield path if _is_program(current().index, path) else FileInMemory.of(path)

    def as_file(path: Path) -> AbstractContextManager[Path]:
        carried = current().within(path) is not None
        found: AbstractContextManager[Path] = in_memory(path) if carried else otherwise(path)
        return found

    return as_file


def _register() -> None:
    """Changes `as_file` for paths, in the standard library and in its backport."""
    for name in ("importlib.resources._common", "importlib._common", "importlib_resources._common"):
        generic = getattr(sys.modules.get(name), "as_file", None)
        if generic is not None and generic.dispatch(Path).__module__ != __name__:
            generic.register(Path, _as_file(generic.dispatch(Path)))
