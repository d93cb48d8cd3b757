"""Stand-ins for the index of a par, with its members in a dictionary."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from memfd_par import format
from memfd_par.archive import Archive
from memfd_par.index import Index
from memfd_par.native import Native

ROOT = "/somewhere/app.par/"


class FilesIndex(Index):
    """Its files' content is in a dictionary."""

    content: dict[str, bytes]

    def data(self, stored_path: str) -> bytes:
        """As in a par."""
        if stored_path not in self.content:
            raise FileNotFoundError(2, os.strerror(2), ROOT + stored_path)
        return self.content[stored_path]


def files_index(files: dict[str, bytes]) -> Any:
    """An index that has files only, by stored path."""
    index: Any = object.__new__(FilesIndex)
    index.content = files
    index.archive = SimpleNamespace(root=ROOT, path=ROOT[:-1], fd=lambda _: -1)
    index._files = {"": {}}
    for path, data in files.items():
        folder, _, name = path.rpartition("/")
        index._files.setdefault(folder, {})[name] = (0, len(data), len(data), 0)
        while folder:
            folder, _, name = folder.rpartition("/")
            index._files.setdefault(folder, {})[name + "/"] = None
    return index


def natives_index(par: Path, natives: list[Native]) -> Any:
    """An index that has native members only; they lie in the file `par`."""
    header = {"target": "//some:target", "loader": (0, 0, "a stand-in has no loader")}
    return SimpleNamespace(archive=archive(par), header=header, native=natives.__getitem__)


def archive(par: Path, boot: tuple[int, int] = (0, 0)) -> Archive:
    """The par as a program has it open; `boot` is offset and size of what tells it from others."""
    fd = os.open(par, os.O_RDONLY | os.O_CLOEXEC)
    offset, size = boot
    return Archive(str(par), fd, (offset, size, format.checksum(os.pread(fd, size, offset))))


def descriptors() -> dict[str, str]:
    """What this process has open, by number."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the list itself
            found[name] = os.readlink(f"/proc/self/fd/{name}")
    return found
