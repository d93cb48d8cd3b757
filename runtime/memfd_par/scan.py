"""What os.scandir returns for a folder of the par."""

from __future__ import annotations

import posix

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Entry:
    """What os.scandir yields for the par (os.DirEntry cannot be made)."""

    __slots__ = ("_folder", "_place", "name", "path")

    def __init__(self, name: Any, path: Any, folder: bool, place: str) -> None:
        self._folder = folder
        self._place = place
        self.name = name
        self.path = path

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""
        return self._folder

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a file."""
        return not self._folder

    def is_symlink(self) -> bool:
        """False: the par has none."""
        return False

    def is_junction(self) -> bool:
        """False: no such thing on Linux."""
        return False

    def stat(self, *, follow_symlinks: bool = True) -> posix.stat_result:
        """As os.stat."""
        return posix.stat(self._place)

    def inode(self) -> int:
        """The number that os.stat gives too."""
        return self.stat().st_ino

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"


class Scan:
    """What os.scandir returns: an iterator and a context manager."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries: Iterator[Entry] = iter(entries)

    def __iter__(self) -> Scan:
        return self

    def __next__(self) -> Entry:
        return next(self._entries)

    def __enter__(self) -> Scan:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the iteration."""
        self._entries = iter(())
