"""Operations by the descriptor of a folder, on any root: as in operations.py."""

from __future__ import annotations

import glob
import os
import shutil
import stat
from collections.abc import Callable
from typing import Any


def _with_folder(function: Callable[[int], Any]) -> Callable[[Any, str], Any]:
    """Opens the folder for a function."""

    def operate(path: Any, _: str) -> Any:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            return function(fd)
        finally:
            os.close(fd)

    return operate


def _read(name: str, fd: int) -> str:
    file = os.open(name, os.O_RDONLY, dir_fd=fd)
    try:
        return os.read(file, 100).decode()
    finally:
        os.close(file)


def _read_by_opener(name: str, fd: int) -> str:
    with open(name, opener=lambda path, flags: os.open(path, flags, dir_fd=fd)) as file:
        return file.read()


def _kind(status: os.stat_result) -> list[object]:
    return [stat.S_IFMT(status.st_mode), status.st_size if stat.S_ISREG(status.st_mode) else None]


def _scanned(fd: int) -> list[object]:
    with os.scandir(fd) as entries:
        return sorted([entry.name, entry.path, entry.is_dir(), *_kind(entry.stat())] for entry in entries)


def _same(path: Any, _: str) -> list[bool]:
    """A descriptor's status; that of a file of the par is its copy's."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    again = os.dup(fd)
    try:
        found = os.stat(path)
        return [
            os.path.sameopenfile(fd, again),
            os.path.samestat(os.fstat(fd), found),
            os.path.samestat(os.stat(fd), found),
            os.get_inheritable(fd),
        ]
    finally:
        os.close(fd)
        os.close(again)


def _fwalked(path: Any, root: str, topdown: bool) -> list[object]:
    return sorted(
        [
            os.fsdecode(top).replace(root, "ROOT"),
            sorted(map(os.fsdecode, folders)),
            sorted(map(os.fsdecode, files)),
            sorted(os.fsdecode(name) for name in os.listdir(fd)),
        ]
        for top, folders, files, fd in os.fwalk(path, topdown=topdown)
    )


def _with_folder_below(fd: int) -> list[str]:
    below = os.open("sub", os.O_RDONLY, dir_fd=fd)
    try:
        return sorted(os.listdir(below))
    finally:
        os.close(below)


def _globbed(fd: int) -> list[str]:
    # Before Python 3.10 there is no dir_fd.
    return [*glob.iglob("*.txt", dir_fd=fd), *glob.iglob("**", dir_fd=fd, recursive=True)]


#: What reads.
READING: dict[str, Callable[[Any, str], Any]] = {
    "fd same": _same,
    "fd listdir": _with_folder(lambda fd: sorted(os.listdir(fd))),
    "fd scandir": _with_folder(_scanned),
    "fd statvfs": _with_folder(lambda fd: os.statvfs(fd).f_flag & os.ST_RDONLY),
    "fd open": _with_folder(lambda fd: _read("two.txt", fd)),
    "fd open below": _with_folder(lambda fd: _read("sub//../sub/./deep.txt", fd)),
    "fd open nothing": _with_folder(lambda fd: _read("nothing", fd)),
    "fd opener": _with_folder(lambda fd: _read_by_opener("two.txt", fd)),
    "fd opener folder": _with_folder(lambda fd: _read_by_opener("sub", fd)),
    "fd stat": _with_folder(lambda fd: _kind(os.stat("two.txt", dir_fd=fd))),
    "fd stat folder": _with_folder(lambda fd: _kind(os.stat("sub", dir_fd=fd, follow_symlinks=False))),
    "fd stat up": _with_folder(lambda fd: _kind(os.stat("..", dir_fd=fd))),
    "fd stat bytes": _with_folder(lambda fd: _kind(os.stat(b"two.txt", dir_fd=fd))),
    "fd lstat": _with_folder(lambda fd: _kind(os.lstat("sub/deep.txt", dir_fd=fd))),
    "fd stat absolute": _with_folder(lambda fd: _kind(os.stat("/etc", dir_fd=fd))),
    "fd stat null": _with_folder(lambda fd: _kind(os.stat("a\0", dir_fd=fd))),
    "fd stat empty": _with_folder(lambda fd: _kind(os.stat("", dir_fd=fd))),
    "fd access": _with_folder(
        lambda fd: [
            os.access(name, mode, dir_fd=fd)
            for name in ("two.txt", "none")
            for mode in (os.R_OK, os.W_OK, os.F_OK)
        ]
    ),
    "fd readlink": _with_folder(lambda fd: os.readlink("two.txt", dir_fd=fd)),
    "fd folder": _with_folder(_with_folder_below),
    "fd glob": _with_folder(lambda fd: sorted(_globbed(fd))),
    "fwalk": lambda path, root: _fwalked(path, root, True),
    "fwalk up": lambda path, root: _fwalked(path, root, False),
}

#: What a read-only file system refuses.
WRITING: dict[str, Callable[[Any, str], Any]] = {
    "fd creat": _with_folder(lambda fd: os.open("new", os.O_WRONLY | os.O_CREAT, dir_fd=fd)),
    "fd open w": _with_folder(lambda fd: os.open("two.txt", os.O_WRONLY, dir_fd=fd)),
    "fd mkdir": _with_folder(lambda fd: os.mkdir("new", dir_fd=fd)),
    "fd mkdir again": _with_folder(lambda fd: os.mkdir("sub", dir_fd=fd)),
    "fd unlink": _with_folder(lambda fd: os.unlink("two.txt", dir_fd=fd)),
    "fd rmdir": _with_folder(lambda fd: os.rmdir("sub", dir_fd=fd)),
    "fd rename": _with_folder(lambda fd: os.rename("two.txt", "new", src_dir_fd=fd, dst_dir_fd=fd)),
    "fd symlink": _with_folder(lambda fd: os.symlink("target", "new", dir_fd=fd)),
    "fd utime": _with_folder(lambda fd: os.utime("two.txt", dir_fd=fd)),
    "fd chmod": _with_folder(lambda fd: os.chmod("two.txt", 0o600, dir_fd=fd)),
    "fd chmod itself": _with_folder(lambda fd: os.chmod(fd, 0o700)),
    "rmtree": lambda path, _: shutil.rmtree(path) if os.path.isdir(path) else None,
}
