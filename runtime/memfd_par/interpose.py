"""Puts the par's file system (filesystem.py) below Python's own file functions.

It replaces functions of `posix` before `os` takes them over, and lets others replace what opens files in `io` (file_objects.py), what loads
extension modules (loader.py), and what is imported later (after.py). A path elsewhere costs one comparison with the par's own; what the real
function gets and returns for it is untouched.
"""

from __future__ import annotations

import posix
import sys

from memfd_par.paths import plain, set_current

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from memfd_par.filesystem import FileSystem
    from memfd_par.index import Index

#: Functions whose first argument is the path; each is a method of FileSystem.
_BY_PATH = (
    "access chdir chmod chown getxattr lchown listxattr lstat mkdir mkfifo mknod open pathconf readlink remove "
    "removexattr rmdir setxattr stat statvfs truncate unlink utime"
).split()

_namespace: dict[str, Any] = posix.__dict__

#: Functions as they were, and what has taken their place: passed_on.py replaces them once more.
replaced: list[tuple[Any, Callable[..., Any]]] = []

#: Calls that are answered in Python before it pays to load the loader in C for them.
ticks: Iterator[int] = iter(range(2000))
#: As many once more, where they cannot be replaced just then.
_AGAIN = 200


def install(index: Index) -> None:
    """Replaces the functions in `posix` and `io`; where `os` is imported already, there too."""
    from memfd_par.after import After
    from memfd_par.file_objects import install as install_io
    from memfd_par.loader import install as install_extensions

    files = set_current(index)
    _install_posix(files)
    install_io(files)
    install_extensions(files)
    sys.meta_path.insert(0, After(files))


def _install_posix(files: FileSystem) -> None:
    made = {}
    for make, names in (
        (_first, _BY_PATH),
        (_listing, ("listdir", "scandir")),
        (_pair, ("rename", "replace", "link", "symlink")),
        (_program, ("execv", "execve", "posix_spawn", "posix_spawnp")),
    ):
        for name in names:
            real = _namespace.get(name)
            if real is not None:
                made[name] = ours = make(files, name, real)
                if make is not _program:
                    replaced.append((real, ours))
    _namespace.update(made)
    if "os" in sys.modules:
        namespace = sys.modules["os"].__dict__
        namespace.update((name, ours) for name, ours in made.items() if name in namespace)
        add_abilities(dict(replaced))


def add_abilities(functions: Mapping[Any, Any]) -> None:
    """What `os` says of its functions' abilities, it says of the functions themselves, and so of those in their place."""
    for kind in ("supports_dir_fd", "supports_effective_ids", "supports_fd", "supports_follow_symlinks"):
        able: set[Any] = getattr(sys.modules.get("os"), kind, set())
        able.update([new for old, new in functions.items() if old in able])


def enough(files: FileSystem) -> None:
    """Loads the loader in C, which puts functions of its own into the place of these."""
    global ticks
    ticks = iter(int, 1)  # never ends
    from memfd_par.loader import images

    try:
        from memfd_par import passed_on

        if passed_on.is_bad_time():
            ticks = iter(range(_AGAIN))
            return
        found = images(files.index)
    except ImportError:  # it is being imported, or the par cannot be read any more
        return
    loader = found.load_loader()
    if loader is not None:
        passed_on.install(loader)


def wrapper(files: FileSystem, real: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that looks like the real one; its own first argument is left out by the caller."""
    function.__name__ = function.__qualname__ = real.__name__
    function.__doc__ = real.__doc__
    function.__module__ = real.__module__
    # A bound method stays what it is as a class attribute, as built-in functions do (pathlib 3.9 relies on it).
    method: Any = type(files.within)
    bound: Callable[..., Any] = method(function, files)
    return bound


def _program(files: FileSystem, name: str, real: Any) -> Callable[..., Any]:
    """A function that executes a program: those that the par carries are executed from memory."""

    def function(_: FileSystem, path: Any, argv: Any, *args: Any, **kwargs: Any) -> Any:
        if files.within(path) is None and "memfd_par.libraries" not in sys.modules:
            try:
                return real(path, argv, *args, **kwargs)
            except NotADirectoryError:
                pass  # as it may have another name for the par's own path
        from memfd_par.libraries import arguments, executable_path

        in_place = name.startswith("exec")
        found = executable_path(path, in_place)
        return real(found, arguments(argv, path, found, in_place), *args, **kwargs)

    return wrapper(files, real, function)


def _first(files: FileSystem, name: str, real: Any) -> Callable[..., Any]:
    """A function whose first argument is the path."""
    roots = files.roots
    within = files.within
    named = name not in ("mkfifo", "mknod")  # as in posixmodule.c

    def function(_: FileSystem, path: Any, *args: Any, **kwargs: Any) -> Any:
        if next(ticks, None) is None:
            enough(files)
        text = None if type(path) is str and not path.startswith(roots) else within(path)
        if text is None and "memfd_par.descriptors" in sys.modules:
            text = by_descriptor(files, name, path, kwargs.get("dir_fd"))
        if text is None or "\0" in text:
            try:
                found = real(path, *args, **kwargs)
                if found is not False or kwargs.get("dir_fd") is not None or _is_plain(path):
                    return found
                text = files.spelled_otherwise(path)  # access raises nothing
                if text is None:
                    return found
            except NotADirectoryError:
                text = None if kwargs.get("dir_fd") is not None else files.spelled_otherwise(path)
                if text is None:
                    raise
        try:
            return getattr(files, name)(text, *args, **kwargs)
        except _outside() as outside:
            return real(outside.args[0], *args, **kwargs)
        except OSError as error:
            if error.filename is not None:
                error.filename = plain(path) if named else None
            raise

    return wrapper(files, real, function)


def _outside() -> type[Exception]:
    """What is raised for a path that leaves the par by `..`; asked for where something was raised."""
    from memfd_par.tree import Outside

    return Outside


def by_descriptor(files: FileSystem, name: str, path: Any, folder: Any) -> str | None:
    """As `within`, for what the descriptor of a folder leads to, where there is any."""
    descriptors = sys.modules.get("memfd_par.descriptors")
    return descriptors.text_of(files, name, path, folder) if descriptors is not None else None


def _is_plain(path: Any) -> bool:
    """Whether a path has one spelling, but for links: absolute, without `.`, `..` and empty parts."""
    if isinstance(path, int):
        return True
    path = plain(path)
    if isinstance(path, bytes):
        path = path.decode("utf-8", "surrogateescape")
    return path[:1] == "/" and "//" not in path and "/." not in path


def _listing(files: FileSystem, _name: str, real: Any) -> Callable[..., Any]:
    """Listdir or scandir: the path may be left out."""

    def function(_: FileSystem, path: Any = None) -> Any:
        if files.within(path) is None and "memfd_par.descriptors" not in sys.modules:
            try:
                return real(path)
            except NotADirectoryError:
                pass  # as it may have another name for the par's own path
        from memfd_par.folders import listed

        return listed(files, real, path)

    return wrapper(files, real, function)


def _pair(files: FileSystem, name: str, real: Any) -> Callable[..., Any]:
    """A function that changes the folders of two paths."""

    def function(_: FileSystem, src: Any, dst: Any, *args: Any, **kwargs: Any) -> Any:
        if (
            (name == "symlink" or files.within(src) is None)
            and files.within(dst) is None
            and "memfd_par.descriptors" not in sys.modules
        ):
            return real(src, dst, *args, **kwargs)
        from memfd_par.folders import change

        return change(files, real, (src, dst), args, kwargs)

    return wrapper(files, real, function)
