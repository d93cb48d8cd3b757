"""The par as a read-only file system: what a path below it names, as path_resolution(7) has it."""

from __future__ import annotations

import posix

from memfd_par import format

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from memfd_par.index import Index

_ENOENT = 2
_ENOTDIR = 20
_ENAMETOOLONG = 36

_FOLDER_MODE = 0o040555
_FILE_MODE = 0o100444
_PROGRAM_MODE = 0o100555

#: limits.h
_NAME_MAX = 255
_PATH_MAX = 4096


class Node:
    """A file or folder of the par.

    Attributes:
        path: stored path; empty for the par's own root folder.
        entry: of a file, as in the index; None for a folder.
    """

    __slots__ = ("entry", "path")

    def __init__(self, path: str, entry: tuple[int, ...] | None) -> None:
        self.path = path
        self.entry = entry


class Outside(Exception):
    """A path that leaves the par by `..`; its text is the path that remains."""


class Tree:
    """All files and folders of the par, read from the index as far as they are asked for."""

    __slots__ = ("index", "root")

    def __init__(self, index: Index) -> None:
        self.index = index
        self.root = index.archive.root

    def find(self, path: str) -> Node:
        """The node that an absolute path below the par names.

        Raises:
            FileNotFoundError, NotADirectoryError, OSError: as stat(2) of the same path in a real folder.
            Outside: the path leaves the par.
        """
        parts: list[str] = []
        _check_length(path)
        rest = path[len(self.root) :].split("/")
        for number, part in enumerate(rest):
            if part in ("", "."):
                continue
            if part == "..":
                if not parts:
                    above = self.root.rstrip("/").rpartition("/")[0]
                    raise Outside("/".join([above or "/", *rest[number + 1 :]]))
                parts.pop()
                continue
            if len(part.encode("utf-8", "surrogateescape")) > _NAME_MAX:
                raise _error(_ENAMETOOLONG, path)
            parts.append(part)
            last = not any(later not in ("", ".") for later in rest[number + 1 :])
            if not self._is_folder("/".join(parts)) and (not last or rest[-1] in ("", ".")):
                raise _error(_ENOTDIR if self.index.file("/".join(parts)) is not None else _ENOENT, path)
        stored_path = "/".join(parts)
        entry = self.index.file(stored_path)
        if entry is None and not self._is_folder(stored_path):
            raise _error(_ENOENT, path)
        return Node(stored_path, entry)

    def last(self, path: str) -> str:
        """The last component of a path, whose folder exists; empty for the par's own folder.

        Raises:
            OSError: the folder does not exist; the error names `path`.
            Outside: the path leaves the par.
        """
        _check_length(path)
        folder, _, name = path.rstrip("/").rpartition("/")
        if len(folder) < len(self.root) - 1:
            return ""
        try:
            node = self.find(folder + "/")
        except Outside as outside:
            raise Outside(outside.args[0].rstrip("/") + "/" + name) from None
        except OSError as error:
            raise _error(error.errno or 0, path) from None
        assert node.entry is None
        if name == ".." and not node.path:
            raise Outside(self.root.rstrip("/").rpartition("/")[0] or "/")
        return name

    def children(self, folder: str) -> list[str]:
        """Names in a folder, sorted."""
        return sorted(name.rstrip("/") for name in self.index.files(folder) or ())

    def stat(self, node: Node) -> posix.stat_result:
        """Its status as stat has it: owner, date and device are the par's own."""
        par = posix.fstat(self.index.archive.fd(node.path))
        times = (par.st_atime, par.st_mtime, par.st_ctime)
        inode = int.from_bytes(format.checksum(node.path.encode("utf-8", "surrogateescape")), "little") >> 1
        if node.entry is None:
            values = (_FOLDER_MODE, inode, par.st_dev, 2, par.st_uid, par.st_gid, 4096)
        else:
            mode = _PROGRAM_MODE if node.entry[3] else _FILE_MODE
            values = (mode, inode, par.st_dev, 1, par.st_uid, par.st_gid, node.entry[2])
        ns = {"st_atime_ns": par.st_atime_ns, "st_mtime_ns": par.st_mtime_ns, "st_ctime_ns": par.st_ctime_ns}
        more = {"st_blksize": 4096, "st_blocks": -(-values[6] // 512), "st_rdev": 0}
        floats = {"st_atime": times[0], "st_mtime": times[1], "st_ctime": times[2]}
        return posix.stat_result((*values, *(int(time) for time in times)), {**floats, **ns, **more})

    def _is_folder(self, stored_path: str) -> bool:
        return self.index.files(stored_path) is not None


def _check_length(path: str) -> None:
    if len(path.encode("utf-8", "surrogateescape")) >= _PATH_MAX:
        raise _error(_ENAMETOOLONG, path)


def _error(code: int, path: str) -> OSError:
    return OSError(code, posix.strerror(code), path)
