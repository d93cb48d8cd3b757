"""Puts the par's file system (filesystem.py) below Python's own file functions.

It replaces functions of `posix` before `os` takes them over, what opens files in `io`, and what loads extension modules. A path elsewhere costs
one comparison with the par's own; what the real function gets and returns for it is untouched.
"""

from __future__ import annotations

import posix
import sys

from memfd_par.filesystem import FileSystem, set_current
from memfd_par.tree import Outside

TYPE_CHECKING = False  # typing is not imported at start
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from collections.abc import Callable, Iterator
    from types import ModuleType
    from typing import Any

    from memfd_par.index import Index

_EXDEV = 18

#: Functions whose first argument is the path; each is a method of FileSystem.
_BY_PATH = (
    "access chdir chmod chown getxattr lchown listxattr lstat mkdir mkfifo mknod open readlink remove removexattr rmdir "
    "setxattr stat truncate unlink utime"
).split()


class Entry:
    """What os.scandir yields for the par (os.DirEntry cannot be made)."""

    __slots__ = ("_folder", "name", "path")

    def __init__(self, name: Any, path: Any, folder: bool) -> None:
        self._folder = folder
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
        return posix.stat(self.path)

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


#: The functions of `posix` as they were, by name.
_real: dict[str, Callable[..., Any]] = {}


def install(index: Index) -> None:
    """Replaces the functions in `posix` and `io`; where `os` is imported already, there too."""
    files = set_current(index)
    _install_posix(files)
    _install_programs(files)
    _install_io(files)
    _install_extensions(files, index)
    sys.meta_path.insert(0, RealPath(files))


class RealPath:
    """Waits for `posixpath`, which nobody may need, and replaces its `realpath`.

    With strict=True that looks at each folder above a file, and finds that the par is none.
    """

    def __init__(self, files: FileSystem) -> None:
        self._files = files
        self._done = False

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The real spec, executed through `exec_module`; None for other modules."""
        if name != "posixpath" or self._done:
            return None
        self._done = True  # it stays where it is: imports that are under way count their finders
        for finder in sys.meta_path:
            spec = finder.find_spec(name, None)
            if spec is not None:
                self._loader: Any = spec.loader
                proxy: Any = self
                spec.loader = proxy
                return spec
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Executes the module, which then has its own loader again, and replaces the function."""
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _replace_realpath(self._files, module)


def _replace_realpath(files: FileSystem, posixpath: Any) -> None:
    real = posixpath.realpath

    def realpath(_: FileSystem, filename: Any, **kwargs: Any) -> Any:
        text = files.within(filename)
        if text is None or "\0" in text:
            return real(filename, **kwargs)
        if kwargs.get("strict") is True:
            posix.lstat(text)
        found = posixpath.normpath(text)
        if not found.startswith(files.root):
            if found + "/" != files.root:
                return real(found, **kwargs)
            found = ""
        found = real(files.root[:-1]) + "/" + found[len(files.root) :] if found else real(files.root[:-1])
        return found.encode("utf-8", "surrogateescape") if isinstance(filename, bytes) else found

    posixpath.realpath = _wrapper(files, real, realpath)


def _install_posix(files: FileSystem) -> None:
    replaced = {name: _first(files, name) for name in _BY_PATH if hasattr(posix, name)}
    for name in ("listdir", "scandir"):
        replaced[name] = _listing(files, name)
    for name in ("rename", "replace", "link", "symlink"):
        replaced[name] = _pair(files, name)
    for module in ("posix", "os"):
        namespace = getattr(sys.modules.get(module), "__dict__", {})
        for name, function in replaced.items():
            if name in namespace:
                namespace[name] = function
    # What os says of its functions' abilities is said of the functions themselves.
    for kind in ("supports_dir_fd", "supports_effective_ids", "supports_fd", "supports_follow_symlinks"):
        able: set[Any] = getattr(sys.modules.get("os"), kind, set())
        able.update(replaced[name] for name, real in _real.items() if real in able and name in replaced)


def _wrapper(files: FileSystem, real: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = real.__name__
    function.__doc__ = real.__doc__
    function.__module__ = real.__module__
    # A bound method stays what it is as a class attribute, as built-in functions do (pathlib 3.9 relies on it).
    method: Any = type(files.find)
    bound: Callable[..., Any] = method(function, files)
    return bound


def _install_programs(files: FileSystem) -> None:
    """Programs that the par carries are executed from memory."""
    for name in ("execv", "execve", "posix_spawn", "posix_spawnp"):
        function = _program(files, name)
        for module in ("posix", "os"):
            namespace = getattr(sys.modules.get(module), "__dict__", {})
            if name in namespace:
                namespace[name] = function


def _program(files: FileSystem, name: str) -> Callable[..., Any]:
    real = _real.setdefault(name, getattr(posix, name))

    def function(_: FileSystem, path: Any, *args: Any, **kwargs: Any) -> Any:
        if files.within(path) is not None:
            from memfd_par.libraries import executable_path

            path = executable_path(path)
        return real(path, *args, **kwargs)

    return _wrapper(files, real, function)


def _first(files: FileSystem, name: str) -> Callable[..., Any]:
    """A function whose first argument is the path."""
    inside = getattr(files, name)
    real = _real.setdefault(name, getattr(posix, name))
    roots = files.roots
    within = files.within

    def function(_: FileSystem, path: Any, *args: Any, **kwargs: Any) -> Any:
        if type(path) is str and not path.startswith(roots):
            return real(path, *args, **kwargs)
        text = within(path)
        if text is None or "\0" in text:
            return real(path, *args, **kwargs)
        try:
            return inside(text, *args, **kwargs)
        except Outside as outside:
            return real(outside.args[0], *args, **kwargs)

    return _wrapper(files, real, function)


def _listing(files: FileSystem, name: str) -> Callable[..., Any]:
    """Listdir or scandir: the path may be left out, and decides whether names are bytes."""
    real = _real.setdefault(name, getattr(posix, name))

    def function(_: FileSystem, path: Any = None) -> Any:
        text = files.within(path)
        if text is None and files.within(_with_slash(path)) == files.root:
            text = (
                files.root
            )  # a file cannot be listed, so that a folder's name without its slash means the folder
        if text is None or "\0" in text:
            return real(path)
        binary = isinstance(path, bytes)
        try:
            entries = files.scan(text)
        except Outside as outside:
            above = outside.args[0]
            return real(above.encode("utf-8", "surrogateescape") if binary else above)
        made = []
        for child, folder in entries:
            shown: Any = child
            whole: Any = text.rstrip("/") + "/" + child
            if binary:
                shown, whole = (item.encode("utf-8", "surrogateescape") for item in (shown, whole))
            made.append(shown if name == "listdir" else Entry(shown, whole, folder))
        return made if name == "listdir" else Scan(made)

    return _wrapper(files, real, function)


def _with_slash(path: Any) -> Any:
    path = getattr(path, "__fspath__", lambda: path)()
    return path + "/" if isinstance(path, str) else path + b"/" if isinstance(path, bytes) else path


def _pair(files: FileSystem, name: str) -> Callable[..., Any]:
    """A function that changes the folders of two paths."""
    real = _real.setdefault(name, getattr(posix, name))

    def function(_: FileSystem, src: Any, dst: Any, *args: Any, **kwargs: Any) -> Any:
        source = files.within(src) if name != "symlink" else None
        target = files.within(dst)
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
                raise OSError(_EXDEV, posix.strerror(_EXDEV))
            files.rename(source or "", target or "")
        except OSError as error:
            raise OSError(error.errno, error.strerror, src, None, dst) from None
        except Outside:
            return real(src, dst, *args, **kwargs)

    return _wrapper(files, real, function)


def _install_extensions(files: FileSystem, index: Index) -> None:
    """Extension modules that are loaded by a path below the par, as packages with a finder of their own do."""
    import _imp

    real: Any = _imp.create_dynamic

    def create_dynamic(spec: Any, *args: Any) -> Any:
        path = files.within(spec.origin)
        if path is not None:
            from memfd_par.libraries import number_by_path
            from memfd_par.loader import images

            number = number_by_path(index, path)
            if number is not None:
                module = images(index).load_module(number, spec)
                module.__file__ = spec.origin
                return module
        return real(spec, *args)

    _imp.create_dynamic = create_dynamic


def _install_io(files: FileSystem) -> None:
    import _io
    import builtins

    real_open, real_code = _io.open, _io.open_code
    within = files.within
    roots = files.roots

    def open_path(
        _: FileSystem,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if opener is None and (file.startswith(roots) if type(file) is str else within(file) is not None):
            opener = posix.open
        return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)

    def open_code(_: FileSystem, path: str) -> Any:
        return open_path(files, path, "rb") if within(path) is not None else real_code(path)

    for real, function in ((real_open, open_path), (real_code, open_code)):
        wrapper = _wrapper(files, real, function)
        # `io`, which not every program imports, takes them over from `_io`.
        for module in (_io, sys.modules.get("io")):
            if module is not None:
                setattr(module, real.__name__, wrapper)
    builtins.open = _io.open
