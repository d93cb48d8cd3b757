"""Members by path or soname, for code outside Python's import system that opens them itself."""

from __future__ import annotations

import os
import posix
import sys

from memfd_par.index import Index
from memfd_par.loader import images
from memfd_par.paths import current, plain, real_stat
from memfd_par.tree import Outside

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from typing import Any

_EISDIR = 21

_OWN = "/proc/self/fd/"

_numbers: dict[int, int] = {}
_names: tuple[dict[str, int], dict[str, int]] | None = None
_fds: dict[str, int] = {}
_programs: dict[str, int] = {}


def below(path: Any) -> str | None:
    """The text of a path below the par, also where it is relative or spelled otherwise; None for any other path."""
    files = current()
    text = files.within(path)
    if text is None:
        try:
            real_stat(path)
        except NotADirectoryError:
            text = files.spelled_otherwise(path)
        except (OSError, TypeError, ValueError):
            pass
    return text


def path_of(index: Index, name: Any) -> str | None:
    """Loads the library that `name` means, a path below the par or a soname that is carried.

    Returns:
        The path by which dlopen(3) finds the loaded library; None if the par has none of that name.
    """
    if name is None:
        return None
    if "/" in os.fsdecode(name):
        try:
            number = number_by_path(index, name)
        except Outside as outside:
            return str(outside.args[0])
    else:
        number = _by_name(index)[0].get(os.fsdecode(name))
    if number is None:
        return None
    return images(index).load_library(number)


def find(index: Index, name: str) -> str | None:
    """What ctypes.util.find_library returns for a library of the par, which is loaded then.

    Its soname, by which dlopen(3) finds it from now on; its path where that is another library's soname too.
    """
    if "/" in name:
        return name if path_of(index, name) else None
    number = _by_name(index)[1].get("lib" + name + ".so")
    if number is None:
        return None
    images(index).load_library(number)
    native = index.native(number)
    return index.archive.root + native.member if native.patches else native.name


def real_path(path: Any) -> Any:
    """A path that C code can open, for a file below the par; any other path as it is."""
    text = below(path)
    if text is None:
        return path
    fd = _fds.get(text)
    if fd is None:
        files = current()
        try:
            node = files.find(text)
        except Outside as outside:
            return outside.args[0]
        if node.entry is None:
            raise IsADirectoryError(_EISDIR, posix.strerror(_EISDIR), text)
        fd = _fds[text] = files.open(text, posix.O_RDONLY)
    return "/proc/self/fd/%d" % fd


def executable_path(path: Any, in_place: bool = False) -> Any:
    """A path that can be executed, for a file below the par; any other path as it is.

    Args:
        path: of a program or a script.
        in_place: this process itself executes it, and no child does.
    """
    text = below(path)
    if text is None:
        return _seen_by_children(path, in_place)
    files = current()
    try:
        node = files.find(text)
    except Outside as outside:
        return outside.args[0]
    if node.entry is None or not files.access(text, posix.X_OK):
        raise PermissionError(13, posix.strerror(13), text)
    stored_path = node.path
    if stored_path.partition("/")[0] in files.index.header["real_files"]:
        from memfd_par.memory_tree import root_of

        # What it looks for beside itself is there.
        return _seen_by_children(root_of(files.index.header["real_files"]) + stored_path, in_place)
    fd = _programs.get(text)
    if fd is None:
        fd = _programs[text] = _program(files.open(text, posix.O_RDONLY), text)
    if in_place and posix.pread(fd, 2, 0) == b"#!":
        posix.set_inheritable(fd, True)  # the script's interpreter opens it once more
    # A child closes its descriptors before it executes, so the path is by way of this process.
    return os.fsencode("/proc/%d/fd/%d" % (posix.getpid(), fd))


def arguments(args: Any, asked: Any, found: Any, in_place: bool = False) -> Any:
    """A program's arguments: the first is its path, by which some look for what lies beside them.

    Args:
        args: as the caller gave them. Paths that `real_path` gave out are such as the program can open.
        asked: the program's path, as the caller gave it.
        found: what `executable_path` made of that.
        in_place: this process itself executes it, and no child does.
    """
    if not isinstance(args, (list, tuple)):
        return args  # which the real function refuses
    args = list(args)
    in_folder = found != asked and os.path.basename(os.fsdecode(found)) == os.path.basename(
        os.fsdecode(asked)
    )
    if in_folder and args and os.fsdecode(args[0]) == os.fsdecode(asked):
        args[0] = os.fsdecode(found)
    return [_seen_by_children(arg, in_place) for arg in args]


def _seen_by_children(path: Any, in_place: bool) -> Any:
    """A path by way of this process, for a memory file or one in the folder in memory; any other path as it is."""
    path = plain(path)
    text = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
    if not text.startswith(_OWN):
        return path
    number, _, rest = text[len(_OWN) :].partition("/")
    tree: Any = sys.modules.get("memfd_par.memory_tree")
    of_tree = bool(rest) and tree is not None and tree.root() == _OWN + number
    if not of_tree and (rest or number not in map(str, _fds.values())):
        return path
    if in_place:
        posix.set_inheritable(int(number), True)
    return os.fsencode("/proc/%d/fd/%s" % (posix.getpid(), text[len(_OWN) :]))


def working_folder(path: Any) -> Any:
    """A folder that a child process can start in, for one below the par; any other path as it is."""
    text = below(path)
    if text is None:
        return path
    try:
        stored_path = current().find(text).path
    except Outside as outside:
        return outside.args[0]
    if not stored_path:  # the par itself is a file: not all that it carries is copied by mistake
        return path
    from memfd_par.memory_tree import real_path

    return real_path(text)


def close() -> None:
    """Closes all files, at the end of an interpreter."""
    for descriptors in (_fds, _programs):
        while descriptors:
            posix.close(descriptors.popitem()[1])


def _program(source: int, text: str) -> int:
    """A memory file with the bytes of `source` that can be executed: none may be open for writing (ETXTBSY)."""
    from memfd_par import memfd

    writable = memfd.create_program(text.rpartition("/")[2])
    try:
        memfd.copy(writable, source, 0, posix.fstat(source).st_size)
        return memfd.read_only(writable)
    finally:
        posix.close(source)
        posix.close(writable)


def number_by_path(index: Index, path: Any) -> int | None:
    """The number of the native member at a path below the par; None for any other path.

    Raises:
        Outside: the path leaves the par.
    """
    text = below(path)
    if text is None:
        return None
    entry = current().find(text).entry
    if entry is None:
        return None
    if not _numbers:
        _numbers.update((native.offset, number) for number, native in enumerate(index.natives()))
    return _numbers.get(entry[0])


def _by_name(index: Index) -> tuple[dict[str, int], dict[str, int]]:
    """Numbers of native members by soname and by file name, and by name up to `.so`; the first of each name counts."""
    global _names
    if _names is None:
        names: dict[str, int] = {}
        stems: dict[str, int] = {}
        for number, native in enumerate(index.natives()):
            for name in (native.soname, native.member.rpartition("/")[2]):
                if name:
                    names.setdefault(name, number)
            end = -1
            while (end := native.name.find(".so", end + 1)) >= 0:
                if native.name[end + 3 : end + 4] in ("", "."):
                    stems.setdefault(native.name[: end + 3], number)
        _names = names, stems
    return _names
