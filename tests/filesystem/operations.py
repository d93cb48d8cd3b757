"""File operations by name, on any root: what each returns or raises, as plain data that can be compared."""

from __future__ import annotations

import glob
import json
import mmap
import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Callable
from typing import Any


def _open_and_close(path: str, flags: int) -> str:
    fd = os.open(path, flags)
    try:
        return os.read(fd, 100).decode()
    finally:
        os.close(fd)


def _read(path: str, mode: str) -> Any:
    with open(path, mode) as file:
        data = file.read()
        return [str(data), file.name == path, file.readable(), file.seekable(), file.mode]


def _read_bytes_path(path: str) -> str:
    with open(os.fsencode(path)) as file:
        return file.read()


def _mapped(path: str) -> str:
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return mapped[:].decode()


def _copied(path: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        target = shutil.copyfile(path, os.path.join(folder, "copy"))
        return pathlib.Path(target).read_text()


def _kind(path: str, stat: Callable[[str], os.stat_result]) -> list[object]:
    found = stat(path)
    size = found.st_size if found.st_mode & 0o100000 else None
    return [oct(found.st_mode & ~0o777), size]


def _scanned(path: str) -> list[object]:
    with os.scandir(path) as entries:
        return sorted([entry.name, entry.is_dir(), entry.is_file(), entry.is_symlink()] for entry in entries)


def _relative(paths: Any, root: str) -> list[str]:
    return sorted(str(path).replace(root, "ROOT") for path in paths)


#: What reads: (path, root) to plain data.
READING: dict[str, Callable[[str, str], Any]] = {
    "open r": lambda path, _: _read(path, "r"),
    "open rb": lambda path, _: _read(path, "rb"),
    "open bytes path": lambda path, _: _read_bytes_path(path),
    "open Path": lambda path, _: pathlib.Path(path).read_bytes().decode(),
    "os.open": lambda path, _: os.path.isdir(path) or _open_and_close(path, os.O_RDONLY),
    "os.open directory": lambda path, _: _open_and_close(path, os.O_RDONLY | os.O_DIRECTORY | os.O_WRONLY),
    "stat": lambda path, _: _kind(path, os.stat),
    "lstat": lambda path, _: _kind(path, os.lstat),
    "stat bytes": lambda path, _: _kind(path, lambda p: os.stat(os.fsencode(p))),
    "access r": lambda path, _: os.access(path, os.R_OK),
    "access w": lambda path, _: os.access(path, os.W_OK),
    "access f": lambda path, _: os.access(path, os.F_OK),
    "listdir": lambda path, _: sorted(os.listdir(path)),
    "listdir bytes": lambda path, _: sorted(name.decode() for name in os.listdir(os.fsencode(path))),
    "scandir": lambda path, _: _scanned(path),
    "readlink": lambda path, _: os.readlink(path),
    "walk": lambda path, root: sorted(
        [top.replace(root, "ROOT"), sorted(folders), sorted(files)] for top, folders, files in os.walk(path)
    ),
    "exists": lambda path, _: [
        os.path.exists(path),
        os.path.lexists(path),
        os.path.isfile(path),
        os.path.isdir(path),
        os.path.islink(path),
    ],
    "getsize": lambda path, _: os.path.getsize(path) if os.path.isfile(path) else None,
    "realpath": lambda path, root: os.path.realpath(path).replace(root, "ROOT"),
    "Path.resolve": lambda path, root: str(pathlib.Path(path).resolve()).replace(root, "ROOT"),
    "Path.iterdir": lambda path, root: _relative(pathlib.Path(path).iterdir(), root),
    "Path.glob": lambda path, root: _relative(pathlib.Path(path).glob("**/*"), root),
    "glob": lambda path, root: _relative(glob.glob(path + "/**", recursive=True), root),
    "mmap": lambda path, _: _mapped(path),
    "copyfile": lambda path, _: _copied(path),
    "samefile": lambda path, _: os.path.samefile(path, path + "/."),
}

#: What a read-only file system refuses.
WRITING: dict[str, Callable[[str, str], Any]] = {
    "open w": lambda path, _: open(path, "w").close(),
    "open a": lambda path, _: open(path, "a").close(),
    "open x": lambda path, _: open(path, "x").close(),
    "open r+": lambda path, _: open(path, "r+").close(),
    "mkdir": lambda path, _: os.mkdir(path),
    "makedirs": lambda path, _: os.makedirs(path, exist_ok=True),
    "unlink": lambda path, _: os.unlink(path),
    "rmdir": lambda path, _: os.rmdir(path),
    "rename": lambda path, _: os.rename(path, path + ".new"),
    "chmod": lambda path, _: os.chmod(path, 0o644),
    "utime": lambda path, _: os.utime(path),
    "truncate": lambda path, _: os.truncate(path, 0),
    "symlink": lambda path, _: os.symlink("target", path),
}


def outcome(operation: str, path: str, root: str) -> Any:
    """What the operation returns, or the type and errno of what it raises."""
    try:
        return {**READING, **WRITING}[operation](root + "/" + path, root)
    except OSError as error:
        if operation == "utime":
            return [type(error).__name__, error.errno]  # the file is named from 3.13 on
        filename = error.filename
        if isinstance(filename, bytes):
            filename = filename.decode()
        return [type(error).__name__, error.errno, str(filename).replace(root, "ROOT")]
    except ValueError as error:
        return [type(error).__name__, str(error)]


def main() -> None:
    """Answers `[operation, path, real root]` lines with what the par and the real folder say."""
    par = __file__.partition(".par/")[0] + ".par/tests/filesystem/data"
    for line in sys.stdin:
        operation, path, root = json.loads(line)
        print(json.dumps([outcome(operation, path, par), outcome(operation, path, root)]), flush=True)


if __name__ == "__main__":
    main()
