"""Data in the par for importlib.resources: paths below the par, which `as_file` turns into such as C code can open."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

from memfd_par.filesystem import current
from memfd_par.index import Index
from memfd_par.libraries import real_path


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


def _as_file(otherwise: Any) -> Any:
    """The `as_file` of paths: a memory file or a folder in memory, both as long as the process; or `otherwise`."""

    @contextmanager
    def in_memory(path: Path) -> Iterator[Path]:
        if path.is_dir():
            from memfd_par.memory_tree import real_path as real_folder

            yield Path(real_folder(str(path)))
        else:
            yield Path(real_path(str(path)))

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
