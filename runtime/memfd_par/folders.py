"""Functions of `posix` that list a folder, or change those of two paths: listdir, scandir, rename, replace, link, symlink."""

from __future__ import annotations

import posix

from memfd_par.interpose import by_descriptor
from memfd_par.paths import plain
from memfd_par.tree import Outside

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from memfd_par.filesystem import FileSystem

_EXDEV = 18


def listed(files: FileSystem, real: Any, path: Any) -> Any:
    """What listdir or scandir gives for a path, which decides whether names are bytes.

    Args:
        files: the par's file system.
        real: the function as it was.
        path: as it was given; None if it was not.
    """
    name = real.__name__
    text = files.within(path)
    if text is None:
        text = by_descriptor(files, name, path, None)
    if text is None or "\0" in text:
        try:
            return real(path)
        except NotADirectoryError:
            # A file cannot be listed, so that the par's own name, without a slash behind it, means the folder.
            text = files.within(_with_slash(path)) or files.spelled_otherwise(_with_slash(path))
            if text is None:
                raise
    path = plain(path)
    binary = isinstance(path, bytes)
    try:
        entries = files.scan(text)
    except Outside as outside:
        above = outside.args[0]
        return real(above.encode("utf-8", "surrogateescape") if binary else above)
    except OSError as error:
        error.filename = path
        raise
    from memfd_par.scan import Entry, Scan

    # The path of what a descriptor leads to is its name.
    prefix = "" if isinstance(path, int) else path if path[-1:] in ("/", b"/") else _with_slash(path)
    made = []
    for child, folder in entries:
        shown: Any = child.encode("utf-8", "surrogateescape") if binary else child
        place = text + "/" + child
        made.append(shown if name == "listdir" else Entry(shown, prefix + shown, folder, place))
    return made if name == "listdir" else Scan(made)


def _with_slash(path: Any) -> Any:
    path = plain(path)
    return path + "/" if isinstance(path, str) else path + b"/" if isinstance(path, bytes) else path


def change(
    files: FileSystem, real: Any, paths: tuple[Any, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """What the function gives for two paths, of which one may be below the par, or relative to one of its folders.

    Args:
        files: the par's file system.
        real: the function as it was.
        paths: of what exists, and of what is to be made.
        args: the rest of its arguments.
        kwargs: those with names.
    """
    name = real.__name__
    src, dst = paths
    folders = kwargs.get("src_dir_fd"), kwargs.get("dir_fd" if name == "symlink" else "dst_dir_fd")
    source = None
    if name != "symlink":
        source = files.within(src)
        if source is None:
            source = by_descriptor(files, name, src, folders[0])
    target = files.within(dst)
    if target is None:
        target = by_descriptor(files, name, dst, folders[1])
    if (source or target) is None or "\0" in (source or "") + (target or ""):
        return real(src, dst, *args, **kwargs)
    try:
        if name in ("link", "symlink"):
            if source is not None:
                files.find(source)
            if target is not None:
                files.mknod(target)
            raise OSError(_EXDEV, posix.strerror(_EXDEV))
        if (source is None) is not (target is None):
            for path, text, folder in zip(paths, (source, target), folders):
                if text is None:
                    posix.stat(_folder_of(plain(path)), dir_fd=folder)
                else:
                    files.last(text)
            raise OSError(_EXDEV, posix.strerror(_EXDEV))
        files.rename(source or "", target or "")
    except OSError as error:
        raise OSError(error.errno, error.strerror, plain(src), None, plain(dst)) from None
    except Outside:
        return real(src, dst, *args, **kwargs)


def _folder_of(path: Any) -> Any:
    slash, here = (b"/", b".") if isinstance(path, bytes) else ("/", ".")
    return path.rstrip(slash).rpartition(slash)[0] or (slash if path[:1] == slash else here)
