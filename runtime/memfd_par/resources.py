"""Data in the par for importlib.resources: traversable, and as real paths to memory files."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from memfd_par import memfd
from memfd_par.index import Index

_paths: dict[str, Path] = {}


class Reader:
    """What a loader's `get_resource_reader` returns (importlib.resources.abc.TraversableResources)."""

    def __init__(self, index: Index, folder: str) -> None:
        self._folder = Resource(index, folder)

    def files(self) -> Resource:
        """The package's folder."""
        _register()
        return self._folder

    def open_resource(self, resource: str) -> IO[bytes]:
        """A file of the package, opened for reading bytes."""
        return io.BytesIO(self._folder.joinpath(resource).read_bytes())

    def resource_path(self, resource: str) -> str:
        """A path that C code can open: a memory file that lives as long as the process."""
        return str(self._folder.joinpath(resource).in_memory())

    def is_resource(self, name: str) -> bool:
        """Whether `name` is a file of the package."""
        return self._folder.joinpath(name).is_file()

    def contents(self) -> Iterator[str]:
        """Names in the package's folder."""
        return (child.name for child in self._folder.iterdir())


class Resource:
    """A file or folder in the par (importlib.resources.abc.Traversable)."""

    def __init__(self, index: Index, stored_path: str) -> None:
        self._index = index
        self._stored_path = stored_path

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._stored_path.rpartition("/")[2]

    def iterdir(self) -> Iterator[Resource]:
        """The files and folders in this folder, sorted."""
        if not self.is_dir():
            code = 20 if self.is_file() else 2
            raise OSError(code, os.strerror(code), str(self))
        for name in sorted(_children(self._index, self._stored_path)):
            yield self.joinpath(name)

    def joinpath(self, *descendants: str | os.PathLike[str]) -> Resource:
        """A path below this one."""
        parts = [os.fspath(descendant) for descendant in descendants]
        path = os.path.normpath("/".join(["/" + self._stored_path, *parts]))
        return Resource(self._index, path.lstrip("/"))

    __truediv__ = joinpath

    def is_dir(self) -> bool:
        """Whether this is a folder."""
        return not self._stored_path or any(True for _ in _children(self._index, self._stored_path))

    def is_file(self) -> bool:
        """Whether this is a file."""
        return self._stored_path in self._index.files(self._stored_path.partition("/")[0])

    def exists(self) -> bool:
        """Whether there is such a file or folder."""
        return self.is_file() or self.is_dir()

    def read_bytes(self) -> bytes:
        """The content."""
        if not self.is_file() and self.is_dir():
            raise IsADirectoryError(21, os.strerror(21), str(self))
        return self._index.data(self._stored_path)

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """The content as text."""
        with self.open("r", encoding=encoding, errors=errors) as stream:
            text: str = stream.read()
            return text

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:
        """Opens for reading: `r` or `rb`."""
        if mode not in ("r", "rb", "br", "rt"):
            raise OSError(30, os.strerror(30), str(self))
        stream = io.BytesIO(self.read_bytes())
        if "b" in mode:
            return stream
        if not args and kwargs.get("encoding") is None:
            kwargs["encoding"] = "utf-8"
        return io.TextIOWrapper(stream, *args, **kwargs)

    def in_memory(self) -> Path:
        """A path below /proc/self/fd to a memory file with this content; made once a process."""
        path = _paths.get(self._stored_path)
        if path is None:
            data = memoryview(self.read_bytes())
            fd = memfd.create(self.name)
            while data:
                data = data[os.write(fd, data) :]
            path = _paths[self._stored_path] = Path(f"/proc/self/fd/{fd}")
        return path

    def __fspath__(self) -> str:
        return self._index.archive.root + self._stored_path

    __str__ = __fspath__

    def __repr__(self) -> str:
        return f"Resource({str(self)!r})"


def _children(index: Index, folder: str) -> set[str]:
    if not folder:
        return set(index.file_tops())
    prefix = folder + "/"
    files = index.files(folder.partition("/")[0])
    return {path[len(prefix) :].partition("/")[0] for path in files if path.startswith(prefix)}


@contextmanager
def _as_file(resource: Resource) -> Iterator[Path]:
    if not resource.is_file() and resource.is_dir():
        from memfd_par.memory_tree import real_path

        yield Path(real_path(str(resource)))
    else:
        yield resource.in_memory()


def _register() -> None:
    """Keeps `as_file` from writing a temporary file, in the standard library and in its backport."""
    for name in ("importlib.resources._common", "importlib._common", "importlib_resources._common"):
        module = sys.modules.get(name)
        as_file = getattr(module, "as_file", None)
        if as_file is not None and Resource not in as_file.registry:
            as_file.register(Resource, _as_file)


def serve_3_9() -> None:
    """CPython 3.9's `importlib.resources.files` asks no loader: it takes `__spec__.origin` for a path on disk."""
    common: Any = importlib.import_module("importlib._common")
    on_disk = common.from_package

    def from_package(package: Any) -> Any:
        get_reader = getattr(package.__spec__.loader, "get_resource_reader", None)
        reader = get_reader(package.__name__) if get_reader else None
        return reader.files() if isinstance(reader, Reader) else on_disk(package)

    common.from_package = from_package
