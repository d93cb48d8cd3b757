"""File operations by name, on any root: what each returns or raises, as plain data that can be compared."""

from __future__ import annotations

import glob
import io
import json
import linecache
import mmap
import os
import pathlib
import shutil
import sys
import tempfile
import tokenize
import zipfile
from collections.abc import Callable
from typing import Any

from tests.filesystem import folders


def _open_and_close(path: Any, flags: int) -> str:
    fd = os.open(path, flags)
    try:
        return os.read(fd, 100).decode()
    finally:
        os.close(fd)


def _read(path: Any, mode: str) -> Any:
    with open(path, mode) as file:
        data = file.read()
        return [str(data), *_named(file.name, path), file.readable(), file.seekable(), file.mode]


def _mapped(path: Any) -> str:
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return mapped[:].decode()


def _kind(path: Any, stat: Callable[[Any], os.stat_result]) -> list[object]:
    found = stat(path)
    size = found.st_size if found.st_mode & 0o100000 else None
    return [oct(found.st_mode & ~0o777), size]


def _scanned(path: Any) -> list[object]:
    with os.scandir(path) as entries:
        return sorted(
            [os.fsdecode(entry.name), entry.is_dir(), entry.is_file(), entry.is_symlink()]
            for entry in entries
        )


def _relative(paths: Any, root: str) -> list[str]:
    return sorted(str(path).replace(root, "ROOT") for path in paths)


def _entries(paths: Any) -> list[list[object]]:
    return sorted([path.name, path.is_dir(), path.is_file(), path.is_symlink()] for path in paths)


def _named(name: Any, path: Any) -> list[object]:
    """A name that an object carries: its type, and whether it is the path that was given."""
    return [type(name).__name__, name == path]


def _read_raw(path: Any) -> list[object]:
    with io.FileIO(path) as file:
        return [file.read().decode(), *_named(file.name, path), file.mode, isinstance(file, io.FileIO)]


def _read_by_opener(path: Any) -> str:
    with open(path, opener=os.open) as file:
        return file.read()


def _closed(function: Callable[[Any], Any], path: Any) -> Any:
    """The text of the file that a function opens."""
    with function(path) as file:
        return file.read()


def _read_unbuffered(path: Any) -> list[object]:
    with open(path, "rb", buffering=0) as file:
        return [file.read().decode(), isinstance(file, io.FileIO), isinstance(file, io.RawIOBase)]


def _into(path: Any, function: Callable[[Any, str], object]) -> object:
    """What a function does with the path and a place in a new folder, and what lies there afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        function(path, os.path.join(folder, "copy"))
        return sorted(
            [os.path.relpath(file, folder), file.read_text() if file.is_file() else None]
            for file in pathlib.Path(folder).rglob("*")
        )


def _from(path: Any, function: Callable[[str, Any], object]) -> object:
    """What a function does with a file elsewhere and the path."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "new")
        file.write_text("new")
        return function(str(file), path)


def _walked(path: Any, root: str, topdown: bool) -> list[object]:
    return sorted(
        [os.fsdecode(top).replace(root, "ROOT"), *(sorted(map(os.fsdecode, names)) for names in more)]
        for top, *more in os.walk(path, topdown=topdown)
    )


def _opened(path: Any, flags: int) -> Any:
    """What os.open makes of a path, and reading from that; folders.py uses what it makes of a folder."""
    if not os.path.isdir(path):
        return _open_and_close(path, flags)
    os.close(os.open(path, flags))
    return "a folder"


def _text(value: Any, root: str) -> list[str]:
    return [type(value).__name__, os.fsdecode(value).replace(root, "ROOT")]


def _in_folder(path: Any, function: Callable[[str], Any]) -> Any:
    """What a function does with the path, when it is given relative to another working directory."""
    before = os.getcwd()
    os.chdir("/usr")
    try:
        return function("../" + os.fsdecode(path).lstrip("/"))
    finally:
        os.chdir(before)


def _join(path: Any, name: str) -> Any:
    return os.path.join(os.fspath(path), os.fsencode(name) if isinstance(path, bytes) else name)


#: What reads: (path, root) to plain data.
READING: dict[str, Callable[[Any, str], Any]] = {
    **folders.READING,
    "open r": lambda path, _: _read(path, "r"),
    "open rb": lambda path, _: _read(path, "rb"),
    "open raw": lambda path, _: _read_raw(path),
    "open unbuffered": lambda path, _: _read_unbuffered(path),
    "open by opener": lambda path, _: _read_by_opener(path),
    "open_code": lambda path, _: io.open_code(os.fsdecode(path)).close(),
    "tokenize.open": lambda path, _: _closed(tokenize.open, path),
    "linecache": lambda path, _: (
        linecache.updatecache(os.fsdecode(path)) or linecache.getline(os.fsdecode(path), 1)
    ),
    "is_zipfile": lambda path, _: zipfile.is_zipfile(path),
    "Path.read_bytes": lambda path, _: pathlib.Path(os.fsdecode(path)).read_bytes().decode(),
    "os.open": lambda path, _: _opened(path, os.O_RDONLY),
    "os.open nofollow": lambda path, _: _opened(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK),
    "os.open directory": lambda path, _: _opened(path, os.O_RDONLY | os.O_DIRECTORY),
    "os.open directory w": lambda path, _: _opened(path, os.O_RDONLY | os.O_DIRECTORY | os.O_WRONLY),
    "stat": lambda path, _: _kind(path, os.stat),
    "lstat": lambda path, _: _kind(path, os.lstat),
    "stat nofollow": lambda path, _: _kind(path, lambda p: os.stat(p, follow_symlinks=False)),
    "access r": lambda path, _: os.access(path, os.R_OK),
    "access w": lambda path, _: os.access(path, os.W_OK),
    "access f": lambda path, _: os.access(path, os.F_OK),
    "access effective": lambda path, _: os.access(path, os.R_OK, effective_ids=True),
    "listdir": lambda path, _: sorted(_text(name, "/") for name in os.listdir(path)),
    "scandir": lambda path, _: _scanned(path),
    "scandir paths": lambda path, root: sorted(_text(entry.path, root) for entry in os.scandir(path)),
    "readlink": lambda path, _: os.readlink(path),
    "statvfs": lambda path, _: os.statvfs(path).f_flag & os.ST_RDONLY,
    "disk_usage": lambda path, _: len(shutil.disk_usage(path)),
    "pathconf": lambda path, _: os.pathconf(path, "PC_NAME_MAX"),
    "listxattr": lambda path, _: len(os.listxattr(path)),
    "getxattr": lambda path, _: os.getxattr(path, "user.none"),
    "walk": lambda path, root: _walked(path, root, True),
    "walk up": lambda path, root: _walked(path, root, False),
    "exists": lambda path, _: [
        os.path.exists(path),
        os.path.lexists(path),
        os.path.isfile(path),
        os.path.isdir(path),
        os.path.islink(path),
        os.path.ismount(path),
    ],
    "getsize": lambda path, _: os.path.getsize(path) if os.path.isfile(path) else None,
    "realpath": lambda path, root: _text(os.path.realpath(path), root),
    "abspath": lambda path, root: _text(os.path.abspath(path), root),
    "Path.resolve": lambda path, root: _text(pathlib.Path(os.fsdecode(path)).resolve(), root),
    "Path.resolve strict": lambda path, root: _text(
        pathlib.Path(os.fsdecode(path)).resolve(strict=True), root
    ),
    "Path.iterdir": lambda path, root: _relative(pathlib.Path(os.fsdecode(path)).iterdir(), root),
    "Path.glob": lambda path, root: _relative(pathlib.Path(os.fsdecode(path)).glob("**/*"), root),
    "Path.glob *": lambda path, root: _relative(pathlib.Path(os.fsdecode(path)).glob("*.txt"), root),
    "Path.glob dots": lambda path, root: _relative(pathlib.Path(os.fsdecode(path)).glob("*/../*.txt"), root),
    "Path.rglob": lambda path, root: _relative(pathlib.Path(os.fsdecode(path)).rglob("*[pt].txt"), root),
    "Path.kind": lambda path, _: _entries([pathlib.Path(os.fsdecode(path))]),
    "glob": lambda path, root: _relative(glob.glob(os.fsdecode(path) + "/**", recursive=True), root),
    "glob *": lambda path, root: sorted(_text(found, root) for found in glob.glob(_join(path, "*.txt"))),
    "mmap": lambda path, _: _mapped(path),
    "copyfile": lambda path, _: _into(path, shutil.copyfile),
    "copy": lambda path, _: _into(path, shutil.copy),
    "copytree": lambda path, _: _into(path, shutil.copytree) if os.path.isdir(path) else None,
    "samefile": lambda path, _: os.path.samefile(path, _join(path, ".")),
    "relative open": lambda path, _: _in_folder(path, lambda name: _closed(open, name)),
    "relative stat": lambda path, _: _in_folder(path, lambda name: _kind(name, os.stat)),
    "relative exists": lambda path, _: _in_folder(path, os.path.exists),
    "relative access": lambda path, _: _in_folder(path, lambda name: os.access(name, os.R_OK)),
    "relative listdir": lambda path, _: _in_folder(path, lambda name: sorted(os.listdir(name))),
    "relative glob": lambda path, _: _in_folder(
        path, lambda name: sorted(map(os.path.basename, glob.glob(name + "/*.txt")))
    ),
    "relative realpath": lambda path, root: _in_folder(
        path, lambda name: _text(os.path.realpath(name), root)
    ),
}

#: What a read-only file system refuses.
WRITING: dict[str, Callable[[Any, str], Any]] = {
    **folders.WRITING,
    "open w": lambda path, _: open(path, "w").close(),
    "open a": lambda path, _: open(path, "a").close(),
    "open x": lambda path, _: open(path, "x").close(),
    "open r+": lambda path, _: open(path, "r+").close(),
    "open raw w": lambda path, _: io.FileIO(path, "w").close(),
    "os.open creat": lambda path, _: _opened(path, os.O_RDONLY | os.O_CREAT),
    "os.open excl": lambda path, _: _opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL),
    "os.open trunc": lambda path, _: _opened(path, os.O_RDONLY | os.O_TRUNC),
    "os.open append": lambda path, _: _opened(path, os.O_RDWR | os.O_APPEND),
    "mkdir": lambda path, _: os.mkdir(path),
    "makedirs": lambda path, _: os.makedirs(path, exist_ok=True),
    "mkfifo": lambda path, _: os.mkfifo(path),
    "mknod": lambda path, _: os.mknod(path),
    "unlink": lambda path, _: os.unlink(path),
    "Path.unlink": lambda path, _: pathlib.Path(os.fsdecode(path)).unlink(missing_ok=True),
    "rmdir": lambda path, _: os.rmdir(path),
    "rename": lambda path, _: os.rename(
        path, os.fspath(path) + (b".new" if isinstance(path, bytes) else ".new")
    ),
    "rename in": lambda path, _: _from(path, os.rename),
    "rename out": lambda path, _: _into(path, os.rename),
    "replace": lambda path, _: os.replace(path, path),
    "link in": lambda path, _: _from(path, os.link),
    "link out": lambda path, _: _into(path, os.link),
    "symlink": lambda path, _: os.symlink("target", path),
    "symlink out": lambda path, _: _into(
        path, lambda target, link: (os.symlink(target, link), os.unlink(link))
    ),
    "copy in": lambda path, _: _from(path, shutil.copyfile),
    "move out": lambda path, _: _into(path, shutil.move) if os.path.isfile(path) else None,
    "chmod": lambda path, _: os.chmod(path, 0o644),
    "chown": lambda path, _: os.chown(path, -1, -1),
    "utime": lambda path, _: os.utime(path),
    "touch": lambda path, _: pathlib.Path(os.fsdecode(path)).touch(),
    "truncate": lambda path, _: os.truncate(path, 0),
    "setxattr": lambda path, _: os.setxattr(path, "user.name", b"value"),
    "temporary file": lambda path, _: tempfile.TemporaryFile(dir=path).close(),
}

#: How a path is handed over.
KINDS: dict[str, Callable[[str], Any]] = {"str": str, "bytes": os.fsencode, "Path": pathlib.Path}

# The two sides see them in different places, or under random names.
_UNNAMED = (
    "utime",
    "temporary file",
    "move out",
    "rename in",
    "rename out",
    "link in",
    "link out",
    "copy in",
    "fd chmod itself",
)


def outcome(operation: str, kind: str, path: str, root: str) -> Any:
    """What the operation returns, or the type and errno of what it raises."""
    try:
        return {**READING, **WRITING}[operation](KINDS[kind](root + "/" + path), root)
    except OSError as error:
        if operation in _UNNAMED or operation.startswith("relative"):
            return [type(error).__name__, error.errno]
        return [type(error).__name__, error.errno, *map(_shown(root), (error.filename, error.filename2))]
    except (TypeError, ValueError, SyntaxError, shutil.Error) as error:
        return [type(error).__name__, str(error).replace(root, "ROOT")]


def _shown(root: str) -> Callable[[Any], str]:
    return lambda name: repr(name).replace(root, "ROOT")


def main() -> None:
    """Answers `[operation, kind, path, real root]` lines with what the par and the real folder say."""
    par = __file__.partition(".par/")[0] + ".par/tests/filesystem/data"
    for _ in range(3000):  # after so many, the loader in C answers
        os.stat("/")
    for line in sys.stdin:
        *what, root = json.loads(line)
        print(json.dumps([outcome(*what, par), outcome(*what, root)]), flush=True)


if __name__ == "__main__":
    main()
